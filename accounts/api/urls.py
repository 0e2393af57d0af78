"""API of the accounts app, below /api/v1/."""

from django.urls import path

from accounts.api.views import accounts, activity, auth, pictures, registration, tokens, users

urlpatterns = [
    path("auth/register", registration.RegisterView.as_view(), name="auth-register"),
    path("auth/logout", registration.LogoutView.as_view(), name="auth-logout"),
    path("auth/accounts", registration.AvailableAccountsView.as_view(), name="auth-accounts"),
    path("auth/status", registration.AuthStatusView.as_view(), name="auth-status"),
    path("auth/login", auth.LoginView.as_view(), name="auth-login"),
    path("auth/refresh", auth.RefreshView.as_view(), name="auth-refresh"),
    path("auth/profile", auth.ProfileView.as_view(), name="auth-profile"),
    path("users/me", users.MeView.as_view(), name="me"),
    path("users/me/picture", pictures.MyPictureView.as_view(), name="my-picture"),
    path("users/me/settings", users.MySettingsView.as_view(), name="my-settings"),
    path("users/me/accounts", users.MyAccountsView.as_view(), name="my-accounts"),
    path("users/me/tokens", tokens.TokensView.as_view(), name="my-tokens"),
    path("users/me/tokens/<uuid:pk>", tokens.TokenView.as_view(), name="my-token"),
    path("accounts", accounts.AccountsView.as_view(), name="accounts"),
    path("accounts/<uuid:pk>", accounts.AccountView.as_view(), name="account"),
    path("accounts/<uuid:pk>/sub-accounts", accounts.SubAccountsView.as_view(), name="sub-accounts"),
    path("accounts/<uuid:pk>/hierarchy", accounts.HierarchyView.as_view(), name="hierarchy"),
    path("accounts/<uuid:pk>/switch-context", accounts.SwitchContextView.as_view(), name="switch-context"),
    path(
        "accounts/<uuid:pk>/cancel-deletion",
        accounts.AccountCancelDeletionView.as_view(),
        name="account-cancel-deletion",
    ),
    path("activity", activity.ActivityView.as_view(), name="activity"),
    path("activity/feed", activity.ActivityFeedView.as_view(), name="activity-feed"),
    path("activity/export", activity.ActivityExportView.as_view(), name="activity-export"),
    path("account", accounts.CurrentAccountView.as_view(), name="current-account"),
]
