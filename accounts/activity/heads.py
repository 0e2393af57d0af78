"""Keeps the heads: the newest entry of each organization's chain, in the public schema, under a seal."""

import datetime as dt
import hashlib
import hmac

import structlog
from django.conf import settings

from accounts.activity.models import Entry
from accounts.models import ActivityHead, Organization

log = structlog.get_logger(__name__)


def make(organization: Organization) -> ActivityHead:
    """The head of a new organization, whose log is empty."""
    return ActivityHead.objects.create(organization=organization, seal=seal_of(organization.pk, 0, ""))


def locked(organization: Organization) -> ActivityHead:
    """The head, until the transaction ends nobody else's: one writer of the chain at a time.

    A missing one is made anew, and says so for ever: it is never missing by itself.
    """
    head = ActivityHead.objects.select_for_update().filter(organization=organization).first()
    if head is not None:
        return head
    last = Entry.objects.order_by("-number").values("number", "hash").first() or {"number": 0, "hash": ""}
    log.error("activity_head_missing", organization=str(organization.pk), number=last["number"])
    made = {
        **last,
        "seal": seal_of(organization.pk, last["number"], last["hash"]),
        "lost_at": last["number"],
        "oldest_at": Entry.objects.order_by("number").values_list("at", flat=True).first(),
    }
    ActivityHead.objects.get_or_create(organization=organization, defaults=made)
    return ActivityHead.objects.select_for_update().get(organization=organization)


def advance(head: ActivityHead, number: int, hash: str, at: dt.datetime) -> None:
    """After an entry was appended, in the same transaction."""
    head.number, head.hash, head.seal = number, hash, seal_of(head.organization_id, number, hash)
    head.oldest_at = head.oldest_at or at
    head.save(update_fields=["number", "hash", "seal", "oldest_at"])


def is_ours(head: ActivityHead) -> bool:
    """Whether the head was written by somebody with one of the present master keys."""
    said = f"{head.organization_id} {head.number} {head.hash}"
    return any(hmac.compare_digest(head.seal, _seal(key, said)) for key in _keys())


def seal_of(organization_id: object, number: int, hash: str) -> str:
    """HMAC-SHA-256, hexadecimal, by the newest master key."""
    return _seal(_keys()[0], f"{organization_id} {number} {hash}")


def _keys() -> list[bytes]:
    """A key of its own for each master key, newest first."""
    masters = (key.strip().encode() for key in settings.MASTER_KEY.split(","))
    return [hmac.digest(master, b"listbackup activity head", hashlib.sha256) for master in masters]


def _seal(key: bytes, said: str) -> str:
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
