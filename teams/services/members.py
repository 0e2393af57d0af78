"""Who is in a team. The last owner stays."""

from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.access.resolve import role_on
from accounts.activity.services import record
from accounts.models import Invitation, User
from accounts.services import invitations
from teams.enums import TeamRole
from teams.errors import AlreadyMember, LastTeamOwner, TeamMemberNotFound
from teams.models import Team, TeamMember
from teams.selectors.teams import get_member, require_team_role
from teams.services.grants import sync_memberships


@transaction.atomic
def add_member(context: AccountContext, team: Team, *, user_id: UUID, role: str = TeamRole.MEMBER) -> TeamMember:
    """Somebody who has a role on the team's account already; others are invited.

    Raises TeamRoleMissing, TeamMemberNotFound, AlreadyMember.
    """
    _may_give(context, team, role)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or role_on(user, team.account) is None:
        raise TeamMemberNotFound("Nobody of this account has this id.", remedy="Invite the person by mail.")
    member = _add(team, user, role)
    record(context, "team.member_added", team, member=str(user), role=role)
    return member


@transaction.atomic
def change_role(context: AccountContext, team: Team, *, user_id: UUID, role: str) -> TeamMember:
    """Raises TeamRoleMissing, TeamMemberNotFound, LastTeamOwner."""
    _lock(team)
    member = get_member(team, user_id)
    stronger = max(TeamRole(role), TeamRole(member.role), key=lambda one: one.rank)
    _may_give(context, team, stronger)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    _require_owner(team)
    record(context, "team.member_role_changed", team, member=str(member.user), before=before, after=role)
    return member


@transaction.atomic
def remove_member(context: AccountContext, team: Team, *, user_id: UUID) -> None:
    """Takes somebody out, or oneself; access by the team ends at once. Raises as `change_role`."""
    _lock(team)
    member = get_member(team, user_id)
    leaving = context.user is not None and member.user_id == context.user.pk
    if not leaving:
        _may_give(context, team, member.role)
    label = str(member.user)
    member.delete()
    _require_owner(team)
    sync_memberships(team)
    record(context, "team.member_left" if leaving else "team.member_removed", team, member=label)


@transaction.atomic
def invite(
    context: AccountContext, team: Team, *, email: str, role: str = TeamRole.MEMBER, message: str = ""
) -> Invitation:
    """Mails a link to join. Raises TeamRoleMissing, InvalidInput, PlanLimitReached, TooMany."""
    _may_give(context, team, role)
    return invitations.invite(
        context, email=email, team_id=team.pk, team_role=role, team_name=team.name, message=message
    )


def join(team: Team, user: User, role: str) -> None:
    """What an accepted invitation does; somebody who is in the team already stays as they are."""
    _lock(team)
    if not TeamMember.objects.filter(team=team, user=user).exists():
        _add(team, user, role)


def _add(team: Team, user: User, role: str) -> TeamMember:
    _lock(team)
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(account=team.account, team=team, user=user, role=role)
    except IntegrityError:
        raise AlreadyMember(f"{user} is in the team already.") from None
    sync_memberships(team)
    return member  # type: ignore[no-any-return]


def _may_give(context: AccountContext, team: Team, role: str) -> None:
    """Team admins deal with members and admins; owners, and admins of the account, with everybody."""
    needed = TeamRole.OWNER if role == TeamRole.OWNER else TeamRole.ADMIN
    require_team_role(context, team, needed)


def _lock(team: Team) -> None:
    """Two owners who leave at once wait for each other."""
    Team.objects.select_for_update(of=("self",)).get(pk=team.pk)


def _require_owner(team: Team) -> None:
    if not TeamMember.objects.filter(team=team, role=TeamRole.OWNER).exists():
        raise LastTeamOwner("The last owner of a team stays.")
