"""Finds the account context of a request, task, socket or command: here and nowhere else."""

from uuid import UUID

from django.db.models import F, Q

from accounts.access.context import AccountContext
from accounts.enums import AccountStatus, MembershipStatus, Role, Via
from accounts.errors import AccountNotFound
from accounts.models import Account, Membership, User

SESSION_KEY = "account_id"
HEADER = "X-Account-Context"


def role_on(user: User, account: Account) -> Role | None:
    """The strongest role the user has on the account or on one of its ancestors."""
    ancestors = [UUID(part) for part in account.path.strip("/").split("/")]
    roles = Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE, account_id__in=ancestors).values_list(
        "role", flat=True
    )
    return max((Role(role) for role in roles), key=lambda role: role.rank, default=None)


def accounts_of(user: User):  # type: ignore[no-untyped-def]
    """Every account the user may enter, directly or through an ancestor: one query."""
    prefixes = Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE).values_list(
        "account__path", flat=True
    )
    reach = Q(pk__in=[])
    for prefix in prefixes:
        reach |= Q(path__startswith=prefix)
    return Account.objects.filter(reach, status=AccountStatus.ACTIVE).select_related("organization", "parent")


def parse_id(value: object) -> UUID:
    """`value` as an id; AccountNotFound when it is not one, because such an account does not exist."""
    try:
        return UUID(str(value))
    except ValueError:
        raise _not_found() from None


def _not_found() -> AccountNotFound:
    return AccountNotFound("There is no such account, or you are not a member of it.")


def context_for(user: User, account_id: object | None, *, via: Via, ip: str | None = None) -> AccountContext:
    """The user's context in the account, or in their first account when `account_id` is None.

    Raises AccountNotFound for an unknown, foreign or suspended account alike.
    """
    if account_id is None:
        account = default_account(user)
    else:
        account = (
            Account.objects.select_related("organization")
            .filter(pk=parse_id(account_id), status=AccountStatus.ACTIVE)
            .first()
        )
    role = role_on(user, account) if account else None
    if account is None or role is None:
        raise _not_found()
    return AccountContext(account=account, organization=account.organization, role=role, user=user, via=via, ip=ip)


def default_account(user: User) -> Account | None:
    """The account entered last, else the one joined first."""
    membership = (
        Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE, account__status=AccountStatus.ACTIVE)
        .select_related("account__organization")
        .order_by(F("last_access_at").desc(nulls_last=True), "id")
        .first()
    )
    return membership.account if membership else None


def system_context(account: Account, *, via: Via = Via.TASK) -> AccountContext:
    """The context in which background work and commands act on an account."""
    return AccountContext(account=account, organization=account.organization, role=Role.OWNER, user=None, via=via)


def find_account(name: str) -> Account:
    """An account by id or slug, for commands. Raises AccountNotFound."""
    accounts = Account.objects.select_related("organization")
    try:
        found = accounts.filter(pk=UUID(name)).first()
    except ValueError:
        found = accounts.filter(slug=name).first()
    if found is None:
        raise AccountNotFound(f"There is no account {name}.", remedy="Name an account by its id or slug.")
    return found
