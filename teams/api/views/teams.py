"""Teams, their members, invitations and grants."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView, UserAPIView
from accounts.models import Invitation
from accounts.services import invitations
from listbackup.core.api.validated import validated
from teams.api.serializers.teams import (
    AcceptedSerializer,
    AcceptSerializer,
    GrantRequestSerializer,
    GrantSerializer,
    InvitationSerializer,
    InviteSerializer,
    MemberAddSerializer,
    MemberRoleSerializer,
    TeamCreateSerializer,
    TeamMemberSerializer,
    TeamSerializer,
    TeamUpdateSerializer,
)
from teams.enums import TeamRole
from teams.models import Team, TeamMember
from teams.selectors.teams import get_invitation, get_team, invitations_of, members_of, require_team_role, teams_of
from teams.services import grants, members, teams

TAGS = ["teams"]


class TeamsView(AccountListView):
    permissions = {"get": "team.view", "post": "team.create"}
    serializer_class = TeamSerializer
    model = Team

    def rows(self) -> QuerySet[Team]:
        below = self.request.query_params.get("include_sub_accounts", "") in ("", "true", "1")
        asked = "include_sub_accounts" in self.request.query_params
        return teams_of(self.context, include_sub_accounts=asked and below)

    @extend_schema(operation_id="teams_list", tags=TAGS, parameters=[OpenApiParameter("include_sub_accounts", bool)])
    def get(self, request: Request) -> Response:
        """Teams of the account, and those the caller is in."""
        return self.list(request)

    @extend_schema(
        operation_id="teams_create", request=TeamCreateSerializer, responses={201: TeamSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """A team; the caller is its first owner."""
        data = validated(TeamCreateSerializer, request)
        team = teams.create_team(self.context, **data)
        return Response(TeamSerializer(get_team(self.context, team.pk)).data, status=201)


class TeamView(AccountAPIView):
    permissions = {"get": "team.view", "patch": "team.change", "delete": "team.delete"}

    @extend_schema(operation_id="teams_get", responses=TeamSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(TeamSerializer(get_team(self.context, pk), context={"request": request}).data)

    @extend_schema(operation_id="teams_update", request=TeamUpdateSerializer, responses=TeamSerializer, tags=TAGS)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Name, description, settings; archives or brings back."""
        team = get_team(self.context, pk)
        data = validated(TeamUpdateSerializer, request)
        teams.update_team(self.context, team, **data)
        return Response(TeamSerializer(get_team(self.context, pk)).data)

    @extend_schema(operation_id="teams_delete", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Its access ends at once."""
        teams.delete_team(self.context, get_team(self.context, pk))
        return Response(status=204)


class TeamMembersView(AccountListView):
    permissions = {"get": "team.view", "post": "team.change"}
    serializer_class = TeamMemberSerializer
    model = TeamMember

    def rows(self) -> QuerySet[TeamMember]:
        return members_of(get_team(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="teams_list_members", tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="teams_add_member", request=MemberAddSerializer, responses={201: TeamMemberSerializer}, tags=TAGS
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Adds somebody who has a role on the account already."""
        team = get_team(self.context, pk)
        data = validated(MemberAddSerializer, request)
        member = members.add_member(self.context, team, **data)
        return Response(TeamMemberSerializer(member).data, status=201)


class TeamMemberView(AccountAPIView):
    permissions = {"patch": "team.change", "delete": "team.change"}

    @extend_schema(
        operation_id="teams_update_member_role",
        request=MemberRoleSerializer,
        responses=TeamMemberSerializer,
        tags=TAGS,
    )
    def patch(self, request: Request, pk: UUID, user_id: UUID) -> Response:
        """Owner, admin or member; the last owner stays."""
        team = get_team(self.context, pk)
        data = validated(MemberRoleSerializer, request)
        member = members.change_role(self.context, team, user_id=user_id, **data)
        return Response(TeamMemberSerializer(member).data)

    @extend_schema(operation_id="teams_remove_member", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID, user_id: UUID) -> Response:
        """Takes somebody out, or lets the caller leave."""
        members.remove_member(self.context, get_team(self.context, pk), user_id=user_id)
        return Response(status=204)


class TeamInvitationsView(AccountListView):
    permissions = {"get": "team.change", "post": "team.change"}
    serializer_class = InvitationSerializer
    model = Invitation

    def rows(self) -> QuerySet[Invitation]:
        team = get_team(self.context, self.kwargs["pk"])
        require_team_role(self.context, team, TeamRole.ADMIN)
        return invitations_of(team)

    @extend_schema(operation_id="teams_list_invitations", tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="teams_invite", request=InviteSerializer, responses={201: InvitationSerializer}, tags=TAGS
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Mails a link that works once, for seven days."""
        team = get_team(self.context, pk)
        data = validated(InviteSerializer, request)
        invitation = members.invite(self.context, team, **data)
        return Response(InvitationSerializer(invitation).data, status=201)


class TeamInvitationView(AccountAPIView):
    permissions = {"delete": "team.change"}

    @extend_schema(operation_id="teams_cancel_invitation", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID, invitation_id: UUID) -> Response:
        """Its link is dead from now on."""
        team = get_team(self.context, pk)
        require_team_role(self.context, team, TeamRole.ADMIN)
        invitations.cancel(self.context, get_invitation(team, invitation_id))
        return Response(status=204)


class AcceptInvitationView(UserAPIView):
    @extend_schema(
        operation_id="teams_accept_invitation",
        request=AcceptSerializer,
        responses={200: AcceptedSerializer, 202: None},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Joins with a link's token. 409 `invitation.other_address` when it was sent to another address than the
        caller's; with `ask_address` that address is asked (202)."""
        data = validated(AcceptSerializer, request)
        user: Any = request.user
        token = data["token"]
        if data["ask_address"]:
            invitations.ask_for_address(token, user)
            return Response(status=202)
        invitation = invitations.accept(token, user, ip=request.META.get("REMOTE_ADDR"))
        return Response(AcceptedSerializer(invitation).data)


class TeamAccountAccessView(AccountAPIView):
    permissions = {"post": "team.grant"}

    @extend_schema(
        operation_id="teams_grant_account_access",
        request=GrantRequestSerializer,
        responses={200: GrantSerializer, 204: None},
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Gives the whole team a role on an account of the tree, or takes it back (`role: null`, 204)."""
        team = get_team(self.context, pk)
        data = validated(GrantRequestSerializer, request)
        grant = grants.grant_access(self.context, team, **data)
        return Response(GrantSerializer(grant).data) if grant else Response(status=204)
