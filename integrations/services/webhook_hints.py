"""Hands what webhooks named to whoever reads it again, within seconds where nobody is busy."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from accounts.access.context import AccountContext
from integrations.directory.models import WebhookAddress, WebhookHint
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.signals import objects_hinted
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
CLAIM = dt.timedelta(minutes=1)
LATEST = dt.timedelta(minutes=15)  # between two tries, whatever a reader asks for
OLDEST = dt.timedelta(hours=1)  # by then a backup has read it, or will
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A receiver's answer to `objects_hinted`: names of those that began, and when to come back for the others."""

    by: frozenset[str] = field(default_factory=frozenset)
    again_at: dt.datetime | None = None


def claim_due(limit: int = 200) -> list[WebhookAddress]:
    """Addresses with hints that are due, put off for a minute so that no two ticks ring for the same."""
    with transaction.atomic():
        rows = list(
            WebhookHint.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=now())
            .order_by("due_at")
            .values_list("pk", "address_id")[: limit * 50]
        )
        ids = list(dict.fromkeys(address for _, address in rows))[:limit]
        WebhookHint.objects.filter(pk__in=[pk for pk, address in rows if address in set(ids)]).update(
            due_at=now() + CLAIM
        )
    return list(WebhookAddress.objects.filter(pk__in=ids))


@transaction.atomic
def hand_over(context: AccountContext, connection_id: UUID) -> int:
    """Tells the hints of a connection to its readers; returns how many are done with."""
    address = WebhookAddress.objects.select_for_update().filter(connection_id=connection_id).first()
    if address is None:
        return 0
    address.hints.filter(created_at__lt=now() - OLDEST).delete()
    hints = list(address.hints.order_by("pk")[:AT_ONCE])
    connection = Connection.objects.select_related("account", "custom_platform").filter(pk=connection_id).first()
    if not hints or connection is None:
        return 0
    if connection.status != ConnectionStatus.ACTIVE:
        # Nothing can be read; the backup that follows a reconnection finds what changed.
        address.hints.filter(pk__in=[hint.pk for hint in hints]).delete()
        return len(hints)
    replies: list[tuple[Any, Any]] = objects_hinted.send(
        sender=Connection, context=context, connection=connection, hints=hints
    )
    answers: list[Taken] = [answer for _, answer in replies if isinstance(answer, Taken)]
    again = [answer.again_at for answer in answers if answer.again_at is not None]
    if not again:
        address.hints.filter(pk__in=[hint.pk for hint in hints]).delete()
        return len(hints)
    names: frozenset[str] = frozenset().union(*(answer.by for answer in answers))
    due = min(min(again), now() + LATEST)
    for hint in hints:
        hint.taken, hint.due_at = sorted({*hint.taken, *names}), due
    WebhookHint.objects.bulk_update(hints, ["taken", "due_at"])
    return 0
