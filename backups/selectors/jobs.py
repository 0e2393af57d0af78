"""Reading jobs and queues."""

import datetime as dt
from typing import TypedDict
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from accounts.access.context import AccountContext
from backups.enums import ACTIVE_STATES, JobState
from backups.errors import JobNotFound
from backups.models import Job
from listbackup.core.clock import now


class QueueDepth(TypedDict):
    """`depth` are waiting jobs; `oldest_seconds` how long the oldest of them waits, None without one."""

    name: str
    depth: int
    running: int
    dead: int
    oldest_seconds: float | None


def jobs_of(context: AccountContext) -> QuerySet[Job]:
    """Jobs of the account and of those below it, newest first."""
    found: QuerySet[Job] = (
        Job.objects.visible_to(context)
        .select_related("source__connection__custom_platform", "source__account", "snapshot", "account")
        .defer("checkpoint", "source__proof")  # long, and no list shows them
        .order_by("-id")
    )
    return found


def get_job(context: AccountContext, pk: object) -> Job:
    """Raises JobNotFound."""
    try:
        found = jobs_of(context).filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise JobNotFound("There is no such job.")
    return found


def queue_depths(context: AccountContext) -> list[QueueDepth]:
    """The account's part of each of the six queues: one query."""
    waiting = Q(state__in=[JobState.QUEUED, JobState.WAITING])
    rows = (
        Job.objects.visible_to(context)
        .filter(state__in=[*ACTIVE_STATES, JobState.DEAD])
        .order_by()
        .values("queue")
        .annotate(
            depth=Count("pk", filter=waiting),
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            dead=Count("pk", filter=Q(state=JobState.DEAD)),
            oldest=Min("created_at", filter=waiting),
        )
    )
    by_queue = {row["queue"]: row for row in rows}
    moment = now()
    return [_depth(queue, by_queue.get(queue), moment) for queue in settings.QUEUES]


def _depth(queue: str, row: dict[str, object] | None, moment: dt.datetime) -> QueueDepth:
    found = row or {}
    oldest = found.get("oldest")
    age = round(max(0.0, (moment - oldest).total_seconds()), 1) if isinstance(oldest, dt.datetime) else None
    counts = {name: int(str(found.get(name, 0))) for name in ("depth", "running", "dead")}
    return QueueDepth(name=queue, oldest_seconds=age, **counts)  # type: ignore[typeddict-item]
