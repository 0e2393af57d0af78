"""Starts the jobs that read again what webhooks named: soon, but not a job for every change."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings

from accounts.access.resolve import system_context
from backups.enums import JobKind, SourceStatus, Trigger
from backups.errors import JobAlreadyRunning, SourceNotReady
from backups.models import Job, Source
from backups.services.jobs import start_job
from integrations.directory.models import WebhookHint
from integrations.models import Connection
from integrations.services.webhook_hints import Taken
from listbackup.core.clock import now

log = structlog.get_logger(__name__)
BUSY = dt.timedelta(seconds=20)


def read_again(connection: Connection, hints: Sequence[WebhookHint]) -> Taken:
    """A job for every source of the connection that holds what is named and is free; the others are asked again."""
    begun: set[str] = set()
    again: list[dt.datetime] = []
    rows = Source.objects.filter(connection=connection, status=SourceStatus.ACTIVE, last_snapshot__isnull=False)
    for source in rows.select_related("account__organization", "connection", "last_snapshot").order_by("pk"):
        wanted = _wanted(source, hints)
        if not wanted:
            continue
        later = _pause_ends(source)
        if later is None:
            try:
                _start(source, wanted)
                begun.add(str(source.pk))
            except JobAlreadyRunning:
                later = now() + BUSY
            except SourceNotReady as error:
                log.info("hints_not_read", source=str(source.pk), reason=error.message)
        if later is not None:
            again.append(later)
    return Taken(frozenset(begun), min(again) if again else None)


def _wanted(source: Source, hints: Sequence[WebhookHint]) -> list[WebhookHint]:
    """Of streams that the source has read before: a first reading takes everything anyway."""
    assert source.last_snapshot is not None
    names = {stream["name"] for stream in json.loads(source.last_snapshot.streams_json)}
    names &= set(source.streams or names)
    names -= set(source.connection.off_streams)
    name = str(source.pk)
    return [hint for hint in hints if hint.stream in names and name not in hint.taken]


def _pause_ends(source: Source) -> dt.datetime | None:
    """When the next such job may begin; None: now."""
    last = Job.objects.filter(source=source, trigger=Trigger.WEBHOOK).order_by("-id").only("created_at").first()
    if last is None:
        return None
    moment = last.created_at + dt.timedelta(seconds=settings.WEBHOOK_PAUSE_SECONDS)
    return moment if moment > now() else None


def _start(source: Source, hints: Sequence[WebhookHint]) -> Job:
    objects: dict[str, Mapping[str, Any]] = {}
    for hint in hints:
        if hint.key:
            keys = objects.setdefault(hint.stream, {"changed": [], "deleted": []})
            keys["deleted" if hint.deleted else "changed"].append(hint.key)
    whole = {hint.stream for hint in hints if not hint.key}
    objects = {name: keys for name, keys in objects.items() if name not in whole}
    return start_job(
        system_context(source.account),
        source=source,
        kind=JobKind.SYNC,
        trigger=Trigger.WEBHOOK,
        streams=sorted({hint.stream for hint in hints}),
        # Streams that changed somewhere are read by increments: that covers the records named in them too.
        parameters={"objects": objects} if objects else {},
    )
