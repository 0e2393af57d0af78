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


Held = dict[str, Role]  # the roles that hold, by the path of the account they were given on


def _held(memberships: QuerySet[Membership]) -> Held:
    """The strongest role of each account. A suspended membership takes along whatever its person has there and below,
    by teams too: suspending somebody has no way round. One query."""
    rows = list(memberships.values_list("account__path", "role", "status"))
    shut = [path for path, _, status in rows if status != MembershipStatus.ACTIVE]
    held: Held = {}
    for path, text, _ in rows:
        if not any(path.startswith(end) for end in shut):
            held[path] = max(Role(text), held.get(path, Role(text)), key=lambda role: role.rank)
    return held


def _strongest(held: Held, account: Account) -> Role | None:
    """A role holds for everything below; one further down may raise it, never lower it."""
    roles = (role for path, role in held.items() if account.path.startswith(path))
    return max(roles, key=lambda role: role.rank, default=None)


def _held_above(user: User, account: Account) -> Held:
    return _held(Membership.objects.filter(user=user, account_id__in=account.ancestor_ids))


def role_on(user: User, account: Account) -> Role | None:
    """The strongest role the user has on the account or on one of its ancestors: one query."""
    return _strongest(_held_above(user, account), account)


def open_accounts() -> QuerySet[Account]:
    """Accounts that may be entered: neither they nor anything above them is suspended or being deleted."""
    closed_above = (
        Account.objects.exclude(status=AccountStatus.ACTIVE)
        .filter(organization=OuterRef("organization"))
        .alias(below=ExpressionWrapper(OuterRef("path"), output_field=TextField()))
        .filter(below__startswith=F("path"))
    )
    return Account.objects.select_related("organization").filter(~Exists(closed_above))


def _below(held: Held) -> QuerySet[Account]:
    reach = Q(pk__in=[])
    for path in held:
        reach |= Q(path__startswith=path)
    return open_accounts().filter(reach)


def accounts_of(user: User) -> QuerySet[Account]:
    """Every account the user may enter, directly or through an ancestor: two queries."""
    return _below(_held(Membership.objects.filter(user=user))).select_related("organization", "parent")


def available_accounts(user: User, most: int = 1_000) -> list[dict[str, Any]]:
    """The accounts that the user may enter, in order of the tree: id, name, slug, parent, level, role, access
    (`direct` or `inherited`). Two queries."""
    held = _held(Membership.objects.filter(user=user))
    return [
        {
            "id": account.pk,
            "name": account.name,
            "slug": account.slug,
            "parent": account.parent_id,
            "level": account.level,
            "role": _strongest(held, account),
            "access": "direct" if account.path in held else "inherited",
        }
        for account in _below(held).order_by("path")[:most]
    ]


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
        found = _known(user, None)
    return _context(user, found, via, ip)


def closed_context(user: User, account_id: object, *, via: Via, ip: str | None = None) -> AccountContext:
    """As `context_for`, but also into an account that is suspended or being deleted, or below one: to look, to
    reactivate, to cancel.

    Only roles from above a suspended account count, so that nobody lifts their own suspension; into one that is being
    deleted its own people may go as well. Raises AccountNotFound.
    """
    account = (
        Account.objects.select_related("organization")
        .filter(pk=parse_id(account_id))
        .exclude(status=AccountStatus.ERASED)
        .first()
    )
    if account is None:
        raise _not_found()
    held = _held_above(user, account)
    ends = Account.objects.filter(pk__in=account.ancestor_ids).exclude(status=AccountStatus.ACTIVE).order_by("level")
    end = ends.first()
    if end is not None:
        own = end.status == AccountStatus.CLOSING
        held = {path: role for path, role in held.items() if end.path.startswith(path) and (own or path != end.path)}
    role = _strongest(held, account)
    return _context(user, (account, role) if role else None, via, ip)


def _context(user: User, found: tuple[Account, Role] | None, via: Via, ip: str | None) -> AccountContext:
    if found is None:
        raise _not_found()
    account, role = found
    return AccountContext(account=account, organization=account.organization, role=role, user=user, via=via, ip=ip)


def within_token(context: AccountContext, token: ApiToken) -> AccountContext:
    """The context with the token's scopes. Raises AccountNotFound outside of the token's account and what is below it."""
    if not context.account.path.startswith(token.account.path):
        raise _not_found()
    return replace(context, scopes=frozenset(token.scopes), via=Via.TOKEN)


def _known(user: User, pk: UUID | None) -> tuple[Account, Role] | None:
    """The account, or with None the one entered last, and the role there; remembered."""
    recalled, version = freshness.recall(user.pk, pk or "last")
    if recalled is not None:
        return recalled  # type: ignore[no-any-return]
    found = _entered_last(user) if pk is None else _named(user, pk)
    if found is not None:
        for what in {pk or "last", found[0].pk}:
            freshness.remember(user.pk, what, version, found)
    return found


def _named(user: User, pk: UUID) -> tuple[Account, Role] | None:
    account = open_accounts().filter(pk=pk).first()
    role = role_on(user, account) if account else None
    return (account, role) if account and role else None


def _entered_last(user: User) -> tuple[Account, Role] | None:
    """Of the accounts with a role of their own; the one joined first when none was entered yet."""
    held = _held(Membership.objects.filter(user=user))
    account = (
        open_accounts()
        .filter(memberships__user=user, path__in=held)
        .order_by(F("memberships__last_access_at").desc(nulls_last=True), "memberships__id")
        .first()
    )
    role = _strongest(held, account) if account else None
    return (account, role) if account and role else None


def accounts_above(context: AccountContext) -> list[Account]:
    """Those above the context's account that the person may enter as well, the highest first; remembered."""
    if context.user is None or context.account.is_root:
        return []
    what = f"above:{context.account_id}"
    found, version = freshness.recall(context.user.pk, what)
    if found is None:
        held = _held_above(context.user, context.account)
        above = Account.objects.filter(pk__in=context.account.ancestor_ids[:-1]).order_by("level")
        found = [account for account in above if _strongest(held, account)]
        freshness.remember(context.user.pk, what, version, found)
    return found  # type: ignore[no-any-return]


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
