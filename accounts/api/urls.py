"""API of the accounts app, below /api/v1/."""

from django.urls import path

from accounts.api.views import auth

urlpatterns = [
    path("auth/login", auth.LoginView.as_view(), name="auth-login"),
    path("auth/refresh", auth.RefreshView.as_view(), name="auth-refresh"),
    path("auth/profile", auth.ProfileView.as_view(), name="auth-profile"),
]
