"""API of single sign-on, below /api/v1/."""

from django.urls import path

from accounts.sso.api import views

urlpatterns = [
    path("sso/providers", views.ProvidersView.as_view(), name="sso-providers"),
    path("sso/providers/new", views.NewProviderView.as_view(), name="sso-new-provider"),
    path("sso/providers/<uuid:pk>", views.ProviderView.as_view(), name="sso-provider"),
    path("sso/providers/<uuid:pk>/connection", views.ConnectionView.as_view(), name="sso-connection"),
    path("sso/domains", views.DomainsView.as_view(), name="sso-domains"),
    path("sso/domains/<uuid:pk>", views.DomainView.as_view(), name="sso-domain"),
    path("sso/domains/<uuid:pk>/check", views.DomainCheckView.as_view(), name="sso-domain-check"),
]
