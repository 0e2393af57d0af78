"""The portal's API, below /api/v1/ on our own hosts and on portals."""

from django.urls import path

from clients.portal.api import views

urlpatterns = [
    path("clients/login", views.LoginView.as_view(), name="portal-login"),
    path("clients/logout", views.LogoutView.as_view(), name="portal-logout"),
    path("clients/accept-invitation", views.AcceptInvitationView.as_view(), name="portal-accept"),
    path("clients/portal/overview", views.OverviewView.as_view(), name="portal-overview"),
    path("clients/portal/sources", views.SourcesView.as_view(), name="portal-sources"),
    path("clients/portal/sources/<uuid:pk>/snapshots", views.SnapshotsView.as_view(), name="portal-snapshots"),
    path("clients/portal/snapshots/<uuid:pk>/records", views.RecordsView.as_view(), name="portal-records"),
    path("clients/portal/restore-requests", views.RequestsView.as_view(), name="portal-requests"),
    path("clients/portal/restore-requests/<uuid:pk>", views.RequestView.as_view(), name="portal-request"),
    path("clients/portal/restore-requests/<uuid:pk>/file", views.RequestFileView.as_view(), name="portal-file"),
]
