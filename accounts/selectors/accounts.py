"""Reading the account tree."""

from typing import Any

from django.db.models import OuterRef, QuerySet

from accounts.access.context import AccountContext
from accounts.access.resolve import accounts_of
from accounts.enums import AccountStatus, MembershipStatus
from accounts.models import Account, Membership, User
from accounts.plans import per_account
from listbackup.core.db import counted

MOST = 20_000  # nodes of one answer


def hierarchy(context: AccountContext) -> list[dict[str, Any]]:
    """The context's account and everything below it, parents before children, with counts: one query.

    Each node: id, name, slug, parent, level, status, sub_accounts, members, sources (its own, not those below).
    """
    members = Membership.objects.filter(account=OuterRef("pk"), status=MembershipStatus.ACTIVE)
    nodes = (
        Account.objects.filter(path__startswith=context.account.path)
        .exclude(status=AccountStatus.ERASED)
        .annotate(
            sub_accounts=_children(),
            members=counted(members, "account"),
            sources=per_account("sources"),
        )
        .order_by("path")
    )
    fields = ("id", "name", "slug", "parent", "level", "status", "sub_accounts", "members", "sources")
    return list(nodes.values(*fields)[:MOST])


def accounts_visible_to(user: User) -> QuerySet[Account]:
    """All accounts that the person may enter, newest first, with their plan."""
    return accounts_of(user).select_related("organization__plan").order_by("-id")


def memberships_of(user: User) -> QuerySet[Membership]:
    """The person's own roles, those by teams too; accounts that are gone are left out."""
    return (
        Membership.objects.filter(user=user)
        .exclude(account__status=AccountStatus.ERASED)
        .select_related("account__organization")
        .order_by("-id")
    )


def children_of(context: AccountContext, text: str = "") -> QuerySet[Account]:
    """The accounts right below the context's, or with `text` those below at any depth whose name has it."""
    found = Account.objects.exclude(status=AccountStatus.ERASED)
    if text:
        found = found.filter(path__startswith=context.account.path, name__icontains=text.replace("\0", ""))
    else:
        found = found.filter(parent=context.account)
    return found.annotate(below=_children()).select_related("parent")


def accounts_below(context: AccountContext) -> QuerySet[Account]:
    """The context's account and all below it that are not erased, in order of the tree."""
    return (
        Account.objects.filter(path__startswith=context.account.path)
        .exclude(status=AccountStatus.ERASED)
        .order_by("path")
    )


def _children() -> Any:
    return counted(Account.objects.filter(parent=OuterRef("pk")).exclude(status=AccountStatus.ERASED), "parent")
