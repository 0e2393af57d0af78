"""Writes the activity log."""

from typing import Any

import structlog
from django.db import models, transaction

from accounts.access.context import AccountContext
from accounts.activity import chain, heads, origin
from accounts.activity.models import Entry
from accounts.enums import Via
from listbackup.core.clock import now

_OUR_OWN = (Via.TASK, Via.COMMAND)  # no request lies behind these


@transaction.atomic
def record(
    context: AccountContext,
    action: str,
    target: models.Model | None = None,
    *,
    label: str = "",
    actor: str = "",
    **detail: Any,
) -> Entry:
    """Appends one fact (`source.created`) in the caller's transaction. `detail` holds plain values, never secrets.

    `label` and `actor` replace what the target and the context say of themselves.
    """
    head = heads.locked(context.organization)
    came_from = origin.NOWHERE if context.via in _OUR_OWN else origin.current()
    entry = Entry(
        account=context.account,
        number=head.number + 1,
        at=now(),
        user=context.user,
        actor=chain.text(actor or context.actor_label, 200),
        via=context.via,
        ip=came_from.ip or origin.clean_ip(context.ip or ""),
        device=came_from.device[:80],
        action=action,
        object_type=target._meta.model_name or "" if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_label=chain.text(label or (str(target) if target is not None else ""), 200),
        detail=chain.plain(detail),
        correlation_id=str(structlog.contextvars.get_contextvars().get("correlation_id", ""))[:64],
        previous_hash=head.hash,
        hash_version=chain.VERSION,
    )
    entry.hash = chain.digest(chain.facts(entry))
    entry.save(force_insert=True)
    heads.advance(head, entry.number, entry.hash, entry.at)
    return entry
