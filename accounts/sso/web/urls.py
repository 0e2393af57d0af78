"""Pages of single sign-on. Those below /accounts/ are for people who are not signed in."""

from django.urls import path

from accounts.sso.enums import ProviderKind
from accounts.sso.web.views import domains, providers, start
from accounts.web.context import add_navigation

app_name = "sso"
urlpatterns = [
    path("accounts/sso/", start.FindPage.as_view(), name="find"),
    path("accounts/sso/with/<str:provider>/", start.SocialPage.as_view(), name="social"),
    path("accounts/sso/<slug:slug>/", start.StartPage.as_view(), name="start"),
    path("settings/sso/", providers.SettingsPage.as_view(), name="settings"),
    path("settings/sso/oidc/", providers.AddPage.as_view(kind=ProviderKind.OIDC), name="add-oidc"),
    path("settings/sso/saml/", providers.AddPage.as_view(kind=ProviderKind.SAML), name="add-saml"),
    path("settings/sso/domains/", domains.DomainsPage.as_view(), name="domains"),
    path("settings/sso/domains/<uuid:pk>/", domains.DomainPage.as_view(), name="domain"),
    path("settings/sso/domains/<uuid:pk>/check/", domains.DomainCheckPage.as_view(), name="domain-check"),
    path("settings/sso/domains/<uuid:pk>/release/", domains.DomainReleasePage.as_view(), name="domain-release"),
    path("settings/sso/<uuid:pk>/", providers.ProviderPage.as_view(), name="provider"),
    path("settings/sso/<uuid:pk>/connection/", providers.ConnectionPage.as_view(), name="connection"),
    path("settings/sso/<uuid:pk>/test/", providers.TestPage.as_view(), name="test"),
    path("settings/sso/<uuid:pk>/enabled/", providers.EnabledPage.as_view(), name="enabled"),
    path("settings/sso/<uuid:pk>/delete/", providers.DeletePage.as_view(), name="delete"),
]
add_navigation("Single sign-on", "sso:settings", "fingerprint", "sso.manage")
