"""Finds the account context of a request, task, socket or command: here and nowhere else."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, TextField

from accounts.access import freshness
from accounts.access.context import AccountContext
from accounts.enums import AccountStatus, MembershipStatus, Role, Via
from accounts.errors import AccountNotFound
from accounts.models import Account, ApiToken, Membership, User

SESSION_KEY = "account_id"
HEADER = "X-Account-Context"


def role_on(user: User, account: Account) -> Role | None:
    """The strongest role the user has on the account or on one of its ancestors."""
    roles = Membership.objects.filter(
        user=user, status=MembershipStatus.ACTIVE, account_id__in=ancestor_ids(account)
    ).values_list("role", flat=True)
    return max((Role(role) for role in roles), key=lambda role: role.rank, default=None)


def ancestor_ids(account: Account) -> list[UUID]:
    """From the root down to the account itself."""
    return [UUID(part) for part in account.path.strip("/").split("/")]


def open_accounts() -> QuerySet[Account]:
    """Accounts that may be entered: neither they nor anything above them is suspended or being deleted."""
    closed_above = (
        Account.objects.exclude(status=AccountStatus.ACTIVE)
        .filter(organization=OuterRef("organization"))
        .alias(below=ExpressionWrapper(OuterRef("path"), output_field=TextField()))
        .filter(below__startswith=F("path"))
    )
    return Account.objects.select_related("organization").filter(~Exists(closed_above))


def accounts_of(user: User) -> QuerySet[Account]:
    """Every account the user may enter, directly or through an ancestor: two queries."""
    return open_accounts().filter(_reach(user)).select_related("organization", "parent")


def available_accounts(user: User, most: int = 1_000) -> list[dict[str, Any]]:
    """The accounts that the user may enter, in order of the tree: id, name, slug, parent, level, role, access
    (`direct` or `inherited`). Two queries."""
    held: dict[UUID, Role] = {}
    for account_id, text in Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE).values_list(
        "account_id", "role"
    ):
        held[account_id] = max(Role(text), held.get(account_id, Role(text)), key=lambda role: role.rank)
    reach = Q(pk__in=[])
    for prefix in Account.objects.filter(pk__in=held).values_list("path", flat=True):
        reach |= Q(path__startswith=prefix)
    found = []
    for account in open_accounts().filter(reach).order_by("path")[:most]:
        roles = [held[node] for node in ancestor_ids(account) if node in held]
        found.append(
            {
                "id": account.pk,
                "name": account.name,
                "slug": account.slug,
                "parent": account.parent_id,
                "level": account.level,
                "role": max(roles, key=lambda role: role.rank),
                "access": "direct" if account.pk in held else "inherited",
            }
        )
    return found


def _reach(user: User) -> Q:
    prefixes = Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE).values_list(
        "account__path", flat=True
    )
    reach = Q(pk__in=[])
    for prefix in prefixes:
        reach |= Q(path__startswith=prefix)
    return reach


def parse_id(value: object) -> UUID:
    """`value` as an id; AccountNotFound when it is not one, because such an account does not exist."""
    try:
        return UUID(str(value))
    except ValueError:
        raise _not_found() from None


def _not_found() -> AccountNotFound:
    return AccountNotFound("There is no such account, or you are not a member of it.")


def context_for(user: User, account_id: object | None, *, via: Via, ip: str | None = None) -> AccountContext:
    """The user's context in the account, or in their default account when `account_id` is None.

    Two queries at most, none when it was resolved lately (`accounts.access.freshness`).
    Raises AccountNotFound for an unknown, foreign, suspended or deleted account alike.
    """
    pk = parse_id(account_id) if account_id is not None else user.default_account_id
    found = _known(user, pk) if pk is not None else None
    if found is None and account_id is None:
        last = last_account(user)
        found = _known(user, last.pk, last) if last else None
    if found is None:
        raise _not_found()
    account, role = found
    return AccountContext(account=account, organization=account.organization, role=role, user=user, via=via, ip=ip)


def closed_context(user: User, account_id: object, *, via: Via, ip: str | None = None) -> AccountContext:
    """As `context_for`, but also into a suspended account or one that is being deleted: to look, reactivate or cancel.

    Raises AccountNotFound.
    """
    account = (
        Account.objects.select_related("organization")
        .filter(pk=parse_id(account_id))
        .exclude(status=AccountStatus.ERASED)
        .first()
    )
    role = role_on(user, account) if account else None
    if account is None or role is None:
        raise _not_found()
    return AccountContext(account=account, organization=account.organization, role=role, user=user, via=via, ip=ip)


def within_token(context: AccountContext, token: ApiToken) -> AccountContext:
    """The context with the token's scopes. Raises AccountNotFound outside of the token's account and what is below it."""
    if not context.account.path.startswith(token.account.path):
        raise _not_found()
    return replace(context, scopes=frozenset(token.scopes), via=Via.TOKEN)


def _known(user: User, pk: UUID, account: Account | None = None) -> tuple[Account, Role] | None:
    recalled, version = freshness.recall(user.pk, pk)
    if recalled is not None:
        return recalled  # type: ignore[no-any-return]
    account = account or open_accounts().filter(pk=pk).first()
    role = role_on(user, account) if account else None
    if account is None or role is None:
        return None
    freshness.remember(user.pk, pk, version, (account, role))
    return account, role


def last_account(user: User) -> Account | None:
    """The account entered last, else the one joined first."""
    return (
        open_accounts()
        .filter(memberships__user=user, memberships__status=MembershipStatus.ACTIVE)
        .order_by(F("memberships__last_access_at").desc(nulls_last=True), "memberships__id")
        .first()
    )


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
