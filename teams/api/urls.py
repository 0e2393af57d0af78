"""API of the teams app, below /api/v1/."""

from django.urls import path

from teams.api.views import teams

urlpatterns = [
    path("teams", teams.TeamsView.as_view(), name="teams"),
    path("teams/accept-invitation", teams.AcceptInvitationView.as_view(), name="team-accept-invitation"),
    path("teams/<uuid:pk>", teams.TeamView.as_view(), name="team"),
    path("teams/<uuid:pk>/members", teams.TeamMembersView.as_view(), name="team-members"),
    path("teams/<uuid:pk>/members/<uuid:user_id>", teams.TeamMemberView.as_view(), name="team-member"),
    path("teams/<uuid:pk>/invitations", teams.TeamInvitationsView.as_view(), name="team-invitations"),
    path(
        "teams/<uuid:pk>/invitations/<uuid:invitation_id>",
        teams.TeamInvitationView.as_view(),
        name="team-invitation",
    ),
    path("teams/<uuid:pk>/account-access", teams.TeamAccountAccessView.as_view(), name="team-account-access"),
]
