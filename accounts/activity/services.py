"""Writes the activity log."""

import hashlib
from typing import Any

import orjson
import structlog
from django.db import connection, models, transaction

from accounts.access.context import AccountContext
from accounts.activity.models import Entry
from listbackup.core.clock import now, rfc3339


@transaction.atomic
def record(
    context: AccountContext, action: str, target: models.Model | None = None, *, label: str = "", **detail: Any
) -> Entry:
    """Appends one fact (`source.created`) in the caller's transaction. `detail` holds plain values, never secrets."""
    with connection.cursor() as cursor:
        # One writer of the chain at a time, per schema, until the transaction ends.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"activity:{context.schema_name}"])
    last = Entry.objects.order_by("-number").values("number", "hash").first() or {"number": 0, "hash": ""}
    entry = Entry(
        account=context.account,
        number=last["number"] + 1,
        at=now(),
        user=context.user,
        actor=context.actor_label[:200],
        via=context.via,
        ip=context.ip,
        action=action,
        object_type=target._meta.model_name or "" if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_label=(label or (str(target) if target is not None else ""))[:200],
        detail=detail,
        correlation_id=str(structlog.contextvars.get_contextvars().get("correlation_id", ""))[:64],
        previous_hash=last["hash"],
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


def entry_hash(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of all that the entry says and the hash of the one before it."""
    facts = {
        "number": entry.number,
        "at": rfc3339(entry.at),
        "account": str(entry.account_id),
        "user": str(entry.user_id) if entry.user_id else None,
        "actor": entry.actor,
        "action": entry.action,
        "object": [entry.object_type, entry.object_id, entry.object_label],
        "detail": entry.detail,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def broken_at() -> int | None:
    """The number of the first entry whose hash or chain does not fit, or None when the whole chain does."""
    previous, expected = "", 1
    for entry in Entry.objects.order_by("number").iterator(chunk_size=1000):
        if entry.number != expected or entry.previous_hash != previous or entry_hash(entry) != entry.hash:
            return entry.number
        previous, expected = entry.hash, expected + 1
    return None
