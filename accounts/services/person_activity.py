"""What people do to their own sign-in, written into the log of every organization that they may enter.

A sign-in belongs to the person, and opens all of them: so the owners of each see it. At most `MOST` organizations, those
entered last, so that a consultant's sign-in stays cheap. What somebody unknown tries is nobody's activity.
"""

from typing import Any

from django.core.cache import cache
from django.db.models import F

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import MembershipStatus, Role, Via
from accounts.models import Membership, User

MOST = 20
QUIET = 60  # seconds between two entries of the same failing
STRANGER = "Somebody not signed in"


def note(user: User, action: str, *, via: Via = Via.SESSION, **detail: Any) -> None:
    """One entry about the person in each of their organizations."""
    for membership in _places(user):
        context = _context(membership, user, via)
        with entered(context.organization):
            record(context, action, user, **detail)


def note_failed_sign_in(email: str, *, via: Via = Via.SESSION, **detail: Any) -> None:
    """A wrong password or code for somebody's address: at most one entry a minute, which counts those since the last."""
    user = User.objects.filter(email=email.strip().lower()).first() if "\0" not in email else None
    if user is None:
        return
    counted = f"sign-in-failed-count:{user.pk}"
    if not cache.add(f"sign-in-failed:{user.pk}", 1, QUIET):
        cache.add(counted, 0, 86_400)
        cache.incr(counted)
        return
    more = cache.get(counted, 0)
    cache.delete(counted)
    if more:
        detail["more_since_the_last_entry"] = more
    for membership in _places(user):
        context = _context(membership, None, via)
        with entered(context.organization):
            record(context, "person.sign_in_failed", user, actor=STRANGER, **detail)


def _places(user: User) -> list[Membership]:
    """The membership nearest to the root in each of the organizations entered last, in the order in which logs are locked."""
    mine = (
        Membership.objects.filter(user=user, status=MembershipStatus.ACTIVE)
        .select_related("account__organization")
        .order_by(F("last_access_at").desc(nulls_last=True), "pk")
    )
    found: dict[Any, Membership] = {}
    for membership in mine:
        key = membership.account.organization_id
        known = found.get(key)
        if (known is None and len(found) < MOST) or (
            known is not None and membership.account.level < known.account.level
        ):
            found[key] = membership
    return [found[key] for key in sorted(found)]


def _context(membership: Membership, user: User | None, via: Via) -> AccountContext:
    account = membership.account
    return AccountContext(
        account=account, organization=account.organization, role=Role(membership.role), user=user, via=via
    )
