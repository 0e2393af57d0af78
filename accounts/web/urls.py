"""Pages of the accounts app."""

from django.urls import path

from accounts.web.context import add_navigation
from accounts.web.views import accounts, activity, members, person, picture, tree

app_name = "accounts"
urlpatterns = [
    path("no-account/", accounts.NoAccountPage.as_view(), name="no-account"),
    path("activity/", activity.ActivityPage.as_view(), name="activity"),
    path("activity/export/", activity.ActivityExportPage.as_view(), name="activity-export"),
    path("tree/", tree.TreePage.as_view(), name="tree"),
    path("tree/<uuid:pk>/", tree.AccountSettingsPage.as_view(), name="account"),
    path("tree/<uuid:pk>/move/", tree.AccountMovePage.as_view(), name="account-move"),
    path("tree/<uuid:pk>/suspend/", tree.AccountSuspendPage.as_view(), name="account-suspend"),
    path("tree/<uuid:pk>/delete/", tree.AccountDeletePage.as_view(), name="account-delete"),
    path("members/", members.MembersPage.as_view(), name="members"),
    path("members/leave/", members.LeavePage.as_view(), name="leave"),
    path("members/<uuid:pk>/", members.MemberPage.as_view(), name="member"),
    path("members/<uuid:pk>/remove/", members.MemberRemovePage.as_view(), name="member-remove"),
    path("members/invitations/<uuid:pk>/", members.InvitationManagePage.as_view(), name="invitation-manage"),
    path("invitations/<str:secret>/", members.InvitationPage.as_view(), name="invitation"),
    path("invitations/address/<path:proof>/", members.InvitationAddressPage.as_view(), name="invitation-address"),
    path("settings/profile/picture/", picture.OwnPicturePage.as_view(), name="my-picture"),
    path("people/<uuid:user_id>/picture/", picture.PicturePage.as_view(), name="picture"),
    path("settings/profile/", person.ProfilePage.as_view(), name="profile"),
    path("settings/preferences/", person.PreferencesPage.as_view(), name="preferences"),
    path("settings/tokens/", person.TokensPage.as_view(), name="tokens"),
    path("settings/tokens/<uuid:pk>/revoke/", person.TokenRevokePage.as_view(), name="token-revoke"),
    path("switch-account/", accounts.SwitchAccountPage.as_view(), name="switch"),
]
add_navigation("Accounts", "accounts:tree", "layers", "account.view")
add_navigation("Members", "accounts:members", "person", "member.view")
add_navigation("Activity", "accounts:activity", "activity", "activity.view")
