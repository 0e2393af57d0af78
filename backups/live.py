"""Progress of jobs as browsers see it: over WebSocket, or by polling the same message."""

import datetime as dt
from typing import Any

import orjson
import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from accounts.access.context import AccountContext
from accounts.access.sockets import AccountConsumer, group_name
from backups.enums import JobKind
from backups.errors import JobNotFound
from backups.models import Job
from backups.selectors.jobs import get_job
from listbackup.core.clock import now
from listbackup.core.db import connection

log = structlog.get_logger(__name__)


def progress_of(job: Job) -> dict[str, Any]:
    """The message: state, percent, streams, rate (records a second), eta_s, requests, waited_s, and a sentence."""
    kept: dict[str, Any] = orjson.loads(job.progress) if job.progress else {}
    return {
        "job": str(job.pk),
        "state": job.state,
        "state_label": job.get_state_display(),
        "percent": 100 if job.state in ("succeeded", "partial") else kept.get("percent"),
        "streams": kept.get("streams", []),
        "read": kept.get("read", 0),
        "rate": kept.get("rate", 0) if job.is_active else 0,
        "eta_s": kept.get("eta_s") if job.is_active else None,
        "requests": kept.get("requests", 0),
        "waited_s": kept.get("waited_s", 0),
        "elapsed_s": _elapsed(job),
        "message": _sentence(job, kept),
        "finished": job.is_finished,
        "snapshot": str(job.snapshot_id) if job.snapshot_id else None,
    }


def publish(job: Job) -> None:
    """Sends the message to whoever watches. A channel layer that is down is only logged: browsers poll."""
    layer = get_channel_layer()
    if layer is None:
        return
    message = {"type": "progress", "content": progress_of(job)}
    try:
        async_to_sync(layer.group_send)(group_name(connection.schema_name, f"job.{job.pk}"), message)
    except (RedisError, OSError) as error:
        log.warning("progress_not_published", job=str(job.pk), error=str(error))


class JobConsumer(AccountConsumer):
    """/ws/jobs/<uuid>/"""

    permission = "job.view"

    def open(self, context: AccountContext) -> str | None:
        try:
            job = get_job(context, self.scope["url_route"]["kwargs"]["pk"])
        except JobNotFound:
            return None
        self.first = progress_of(job)
        return f"job.{job.pk}"

    async def connect(self) -> None:
        await super().connect()
        if self.group is not None:
            await self.send_json(self.first)  # who comes late sees where it stands

    async def progress(self, event: dict[str, Any]) -> None:
        await self.send_json(event["content"])


def _elapsed(job: Job) -> float:
    if job.started_at is None:
        return 0.0
    return round(((job.finished_at or now()) - job.started_at).total_seconds(), 1)


def _sentence(job: Job, kept: dict[str, Any]) -> str:
    if not job.is_active:
        return job.error_message or _result(job)
    if job.state == "waiting" and job.next_attempt_at is not None:
        left = max(dt.timedelta(), job.next_attempt_at - now())
        return f"{job.error_message} Goes on in {_span(left)}.".strip()
    return str(kept.get("message", ""))


def _result(job: Job) -> str:
    """What a job that went well has done."""
    counts = job.counts or {}
    if job.writes_snapshots:
        return _records(job.snapshot.records if job.snapshot else 0, "protected")
    if job.kind == JobKind.EXPORT:
        return _records(counts.get("records", 0), "exported")
    if job.kind == JobKind.DRILL:
        return _records(counts.get("records", 0), "rebuilt and found as they were received")
    if job.kind == JobKind.VERIFY:
        return _records(counts.get("records", 0), "read again and found intact")
    if job.kind == JobKind.CLEANUP:
        return f"{counts.get('objects', 0):,} stored objects removed."
    return ""


def _records(count: int, done: str) -> str:
    return f"{count:,} record{'' if count == 1 else 's'} {done}."


def _span(left: dt.timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"{minutes // 60} hours"
