"""Reading teams, and who may do what in them."""

from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.access.context import AccountContext
from accounts.enums import Role
from accounts.errors import InvitationGone
from accounts.models import Invitation, Membership
from listbackup.core.db import counted
from teams.enums import TeamRole
from teams.errors import TeamMemberNotFound, TeamNotFound, TeamRoleMissing
from teams.models import Team, TeamGrant, TeamMember


def teams_of(context: AccountContext, *, include_sub_accounts: bool = False) -> QuerySet[Team]:
    """Teams of the account (and below), and those that the person is in, newest first, with counts."""
    here = Q(account__path__startswith=context.account.path) if include_sub_accounts else Q(account=context.account)
    if context.user is not None:
        own = TeamMember.objects.filter(user=context.user).values("team")
        here |= Q(pk__in=own)
    found: QuerySet[Team] = (
        Team.objects.filter(here)
        .select_related("account")
        .annotate(
            member_count=counted(TeamMember.objects.filter(team=OuterRef("pk")), "team"),
            grant_count=counted(TeamGrant.objects.filter(team=OuterRef("pk")), "team"),
            my_role=Subquery(TeamMember.objects.filter(team=OuterRef("pk"), user=context.user).values("role")[:1]),
        )
        .order_by("-id")
    )
    return found


def get_team(context: AccountContext, pk: UUID) -> Team:
    """For its members, and for admins of the account. Raises TeamNotFound for everybody else."""
    team = teams_of(context, include_sub_accounts=True).filter(pk=pk).first()
    if team is None or (team.my_role is None and not _is_account_admin(context, team)):  # type: ignore[attr-defined]
        raise TeamNotFound("There is no such team.")
    return team


def require_team_role(context: AccountContext, team: Team, needed: TeamRole) -> None:
    """Admins of the account may everything in its teams. Raises TeamRoleMissing."""
    if _is_account_admin(context, team):
        return
    own = TeamMember.objects.filter(team=team, user=context.user).values_list("role", flat=True).first()
    if own is None or TeamRole(own).rank < needed.rank:
        raise TeamRoleMissing(needed.label.lower())


def members_of(team: Team) -> QuerySet[TeamMember]:
    """Newest first, each with when they last entered the team's account or one it was given."""
    last = (
        Membership.objects.filter(user=OuterRef("user"), last_access_at__isnull=False)
        .order_by("-last_access_at")
        .values("last_access_at")
    )
    found: QuerySet[TeamMember] = (
        TeamMember.objects.filter(team=team)
        .select_related("user")
        .annotate(last_active_at=Subquery(last[:1]))
        .order_by("-id")
    )
    return found


def get_member(team: Team, user_id: UUID) -> TeamMember:
    """Raises TeamMemberNotFound."""
    found = TeamMember.objects.filter(team=team, user_id=user_id).select_related("user").first()
    if found is None:
        raise TeamMemberNotFound("There is no such member in the team.")
    return found  # type: ignore[no-any-return]


def grants_of(team: Team) -> QuerySet[TeamGrant]:
    found: QuerySet[TeamGrant] = TeamGrant.objects.filter(team=team).select_related("target").order_by("-id")
    return found


def invitations_of(team: Team) -> QuerySet[Invitation]:
    """All of them, newest first."""
    return Invitation.objects.filter(team_id=team.pk).select_related("invited_by", "accepted_by").order_by("-id")


def get_invitation(team: Team, pk: UUID) -> Invitation:
    """Raises InvitationGone."""
    found = Invitation.objects.filter(team_id=team.pk, pk=pk).first()
    if found is None:
        raise InvitationGone("There is no such invitation.")
    return found


def _is_account_admin(context: AccountContext, team: Team) -> bool:
    return context.role.rank >= Role.ADMIN.rank and team.account.path.startswith(context.account.path)
