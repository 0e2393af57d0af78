"""Limits as data: what a plan and the accounts above allow, and how much of it is used.

A limit holds for a subtree: the plan's for the whole organization, an account's own for itself and everything below.
Apps above register how their things are counted, because this app may not know them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.functions import Lower

from accounts.enums import MembershipStatus
from accounts.errors import PlanLimitReached
from accounts.models import Account, Invitation, Membership, Plan
from listbackup.core.web import wording

DEFAULT_PLAN = "trial"


@dataclass(frozen=True, slots=True)
class Limit:
    """`unit`: count, bytes, minutes or days. `grows`: usage is counted against it; otherwise it is a bound (`frequency`)."""

    name: str
    label: str
    unit: str = "count"
    grows: bool = True


LIMITS = {
    limit.name: limit
    for limit in (
        Limit("sources", "Sources"),
        Limit("records", "Protected records"),
        Limit("storage", "Storage", unit="bytes"),
        Limit("sub_accounts", "Sub-accounts"),
        Limit("users", "People"),
        Limit("frequency", "Shortest time between backups", unit="minutes", grows=False),
        Limit("retention", "Snapshots are kept", unit="days", grows=False),
        Limit("sessions", "Sign-ins at the same time", grows=False),
    )
}

Counter = Callable[[Account], int]  # how much the account and everything below it uses
_COUNTERS: dict[str, Counter] = {}
_PER_ACCOUNT: dict[str, Callable[[], Any]] = {}


def register_counter(name: str, counter: Counter, per_account: Callable[[], Any] | None = None) -> None:
    """`per_account` makes a database expression over `OuterRef("pk")` for lists of accounts."""
    _COUNTERS[name] = counter
    if per_account is not None:
        _PER_ACCOUNT[name] = per_account


def per_account(name: str) -> Any:
    """The registered expression, or zero when nobody counts it."""
    made = _PER_ACCOUNT.get(name)
    return made() if made else models.Value(0)


@dataclass(frozen=True, slots=True)
class Usage:
    """One bar: `used` of `most` (None: no limit), both in the limit's unit."""

    limit: Limit
    used: int
    most: int | None

    @property
    def note(self) -> str:
        """`3 of 25`, in the limit's unit."""
        shown = wording.filesize_si if self.limit.unit == "bytes" else wording.count
        return f"{shown(self.used)} of {shown(self.most)}" if self.most is not None else f"{shown(self.used)}, no limit"


def limit_of(account: Account, name: str) -> int | None:
    """The smallest limit that holds for the account: its plan's, or one of an account above it. None: no limit."""
    return min((most for _, most in _bounds(account, name)), default=None)


def require_room(account: Account, name: str, adding: int = 1) -> None:
    """Raises PlanLimitReached when `adding` more would pass the plan's limit or one of an account above.

    With 0, after the row was written: for things of which not each row counts, such as a person's second role.
    """
    for node, most in _bounds(account, name):
        used = _COUNTERS[name](node)
        if used + adding > most:
            raise PlanLimitReached(LIMITS[name].label.lower(), node.name, used=used, most=most)


def usage_of(account: Account) -> list[Usage]:
    """A bar for each limit that is counted, over the account and everything below it."""
    return [usage_in(account, name) for name, limit in LIMITS.items() if limit.grows and name in _COUNTERS]


def usage_in(account: Account, name: str) -> Usage:
    """One bar."""
    return Usage(LIMITS[name], _COUNTERS[name](account), limit_of(account, name))


def default_plan() -> Plan | None:
    return Plan.objects.filter(code=DEFAULT_PLAN).first()


def _bounds(account: Account, name: str) -> list[tuple[Account, int]]:
    """(account whose subtree is limited, limit), the root with its plan first."""
    found: list[tuple[Account, int]] = []
    for node in (
        Account.objects.filter(pk__in=account.ancestor_ids).select_related("organization__plan").order_by("level")
    ):
        plan = node.organization.plan if node.is_root else None
        given = [limits.get(name) for limits in (plan.limits if plan else {}, node.limits)]
        found += [(node, int(most)) for most in given if most is not None]
    return found


def _people(account: Account) -> int:
    """Each address once, whether it belongs to a member, to an open invitation, or to both."""
    below = {"account__path__startswith": account.path}
    members = Membership.objects.filter(**below, status=MembershipStatus.ACTIVE).values_list(Lower("user__email"))
    invited = Invitation.objects.live().filter(**below).values_list(Lower("email"))
    return members.order_by().union(invited.order_by()).count()


def _sub_accounts(account: Account) -> int:
    return Account.objects.filter(path__startswith=account.path).exclude(pk=account.pk).count()


register_counter("users", _people)
register_counter("sub_accounts", _sub_accounts)
