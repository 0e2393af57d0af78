"""Pages of the accounts app."""

from django.urls import path

from accounts.web.views import accounts

app_name = "accounts"
urlpatterns = [
    path("no-account/", accounts.NoAccountPage.as_view(), name="no-account"),
    path("switch-account/", accounts.SwitchAccountPage.as_view(), name="switch"),
]
