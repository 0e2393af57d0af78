"""Pages of the accounts app."""

from django.urls import path

from accounts.web.context import add_navigation
from accounts.web.views import accounts, activity

app_name = "accounts"
urlpatterns = [
    path("no-account/", accounts.NoAccountPage.as_view(), name="no-account"),
    path("activity/", activity.ActivityPage.as_view(), name="activity"),
    path("switch-account/", accounts.SwitchAccountPage.as_view(), name="switch"),
]
add_navigation("Activity", "accounts:activity", "activity", "activity.view")
