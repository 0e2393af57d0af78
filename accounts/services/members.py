"""People of an account: their role, their suspension, their leaving. A root account always keeps an owner."""

from uuid import UUID

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.enums import MembershipStatus, Role
from accounts.errors import LastOwner, MemberNotFound, PermissionMissing
from accounts.models import Account, Membership
from accounts.plans import require_room


@transaction.atomic
def change_role(context: AccountContext, membership_id: UUID, role: str) -> Membership:
    """Raises MemberNotFound, PermissionMissing (nobody gives or takes more than they have), LastOwner."""
    membership = _locked(context, membership_id)
    wanted = Role(role)
    _require_rank(context, max(wanted.rank, Role(membership.role).rank))
    before = membership.role
    membership.role = wanted
    membership.save(update_fields=["role"])
    _require_owner(membership.account)
    record(context, "member.role_changed", membership, label=str(membership.user), before=before, after=str(wanted))
    return membership


@transaction.atomic
def set_suspended(context: AccountContext, membership_id: UUID, *, suspended: bool) -> Membership:
    """A suspended person keeps their place and loses all access at once."""
    membership = _locked(context, membership_id)
    _require_rank(context, Role(membership.role).rank)
    membership.status = MembershipStatus.SUSPENDED if suspended else MembershipStatus.ACTIVE
    membership.save(update_fields=["status"])
    if not suspended:
        require_room(membership.account, "users", adding=0)
    _require_owner(membership.account)
    record(context, "member.suspended" if suspended else "member.reactivated", membership, label=str(membership.user))
    return membership


@transaction.atomic
def remove(context: AccountContext, membership_id: UUID) -> None:
    """Takes the person's role on this account away; oneself may always leave. Raises as `change_role`."""
    membership = _locked(context, membership_id)
    leaving = context.user is not None and membership.user_id == context.user.pk
    if not leaving:
        _require_rank(context, Role(membership.role).rank)
    label, account = str(membership.user), membership.account
    membership.delete()
    _require_owner(account)
    record(context, "member.left" if leaving else "member.removed", account, label=label)


def _locked(context: AccountContext, membership_id: UUID) -> Membership:
    """The direct membership of the context's account, its account row locked: two owners cannot leave at once."""
    Account.objects.select_for_update(of=("self",)).get(pk=context.account_id)
    found = (
        Membership.objects.select_related("user", "account")
        .filter(pk=membership_id, account=context.account, team_id__isnull=True)
        .first()
    )
    if found is None:
        raise MemberNotFound("There is no such member.")
    return found


def _require_rank(context: AccountContext, rank: int) -> None:
    if rank > context.role.rank:
        needed = next(role for role in Role if role.rank == rank)
        raise PermissionMissing("member.update", needed.label)


def _require_owner(account: Account) -> None:
    if not account.is_root:
        return
    owners = Membership.objects.filter(
        account=account, role=Role.OWNER, status=MembershipStatus.ACTIVE, team_id__isnull=True, user__is_active=True
    )
    if not owners.exists():
        raise LastOwner("The last owner of an organization stays.")
