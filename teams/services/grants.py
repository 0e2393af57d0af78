"""What a team may enter: grants, and the memberships that come of them."""

from uuid import UUID

from django.db import transaction

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.activity.services import record
from accounts.enums import Role
from accounts.errors import PermissionMissing
from accounts.models import Membership
from listbackup.core.errors import InvalidInput
from teams.models import Team, TeamGrant


@transaction.atomic
def grant_access(context: AccountContext, team: Team, *, account_id: object, role: str | None) -> TeamGrant | None:
    """Gives the whole team a role on an account of the tree; a role of None takes it back.

    The giver must be admin there and gives nothing above their own role.
    Raises AccountNotFound, PermissionMissing, InvalidInput for another organization's account.
    """
    if context.user is None:
        raise TypeError("access is given by a person")
    there = context_for(context.user, account_id, via=context.via, ip=context.ip)
    rules.require(there, "team.grant")
    if there.organization.pk != context.organization.pk:
        raise InvalidInput("The account is in another organization.", fields={"account_id": ["Choose another one."]})
    locked = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    held = TeamGrant.objects.filter(team=locked, target=there.account).first()
    highest = max((Role(one).rank for one in (role, held.role if held else None) if one), default=0)
    if highest > there.role.rank:
        raise PermissionMissing("team.grant", next(one for one in Role if one.rank == highest).label)
    if role is None:
        if held is not None:
            held.delete()
            record(context, "team.revoked", locked, account=str(there.account_id))
        sync_memberships(locked)
        return None
    grant, _ = TeamGrant.objects.update_or_create(
        team=locked, target=there.account, defaults={"role": role, "account": locked.account}
    )
    record(context, "team.granted", locked, account=str(there.account_id), role=role)
    sync_memberships(locked)
    return grant  # type: ignore[no-any-return]


def sync_memberships(team: Team) -> None:
    """Makes the public memberships what members and grants say. Inside the caller's transaction, the team locked."""
    wanted: dict[tuple[UUID, UUID], str] = {}
    if team.pk is not None and team.archived_at is None:
        people = list(team.members.values_list("user_id", flat=True))
        for target, role in team.grants.values_list("target_id", "role"):
            wanted |= {(user, target): role for user in people}
    for membership in Membership.objects.filter(team_id=team.pk):
        role = wanted.pop((membership.user_id, membership.account_id), "")
        if not role:
            membership.delete()
        elif membership.role != role:
            membership.role = role
            membership.save(update_fields=["role"])
    for (user, target), role in wanted.items():
        Membership.objects.create(user_id=user, account_id=target, role=role, team_id=team.pk)
