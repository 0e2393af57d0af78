"""Below /accounts/: where identity providers send people back to."""

from django.urls import path

from accounts.sso.oidc.views import callback
from accounts.sso.web.views.start import StartPage

urlpatterns = [
    path("oidc/<slug:slug>/login/", StartPage.as_view(), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", callback, name="openid_connect_callback"),
]
