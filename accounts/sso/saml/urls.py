"""Below /accounts/: what a SAML identity provider is told."""

from django.urls import path

from accounts.sso.saml import views
from accounts.sso.web.views.start import StartPage

urlpatterns = [
    path("saml/<slug:slug>/login/", StartPage.as_view(), name="saml_login"),
    path("saml/<slug:slug>/acs/", views.AnswerView.as_view(), name="saml_acs"),
    path("saml/<slug:slug>/acs/finish/", views.FinishView.as_view(), name="saml_finish"),
    path("saml/<slug:slug>/metadata/", views.MetadataView.as_view(), name="saml_metadata"),
]
