"""The first page: is everything safe, and if not, what is to be done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncDate

from accounts.access.context import AccountContext
from backups.enums import Health, SourceStatus
from backups.models import Job, Snapshot, Source
from backups.selectors.jobs import jobs_of
from backups.selectors.sources import sources_of
from backups.selectors.strips import Day, day_strip
from listbackup.core.clock import zone_of

ATTENTION = (Health.FAILED, Health.ATTENTION)


@dataclass(frozen=True, slots=True)
class Attention:
    """A source that needs somebody: cause, remedy, and the page where the remedy is (a name for `reverse`)."""

    source: Source
    cause: str
    remedy: str
    url_name: str
    url_id: UUID


@dataclass(frozen=True, slots=True)
class DayCount:
    date: dt.date
    records: int


@dataclass(slots=True)
class Overview:
    """`protected_records` are live records at the end of each day, oldest first."""

    total: int = 0
    by_health: dict[str, int] = field(default_factory=dict)
    protected: int = 0
    needs_attention: int = 0
    proved: int = 0
    first_running: int = 0
    oldest_good_at: dt.datetime | None = None
    records: int = 0
    bytes_stored: int = 0
    attention: list[Attention] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    strips: dict[UUID, list[Day]] = field(default_factory=dict)
    protected_records: list[DayCount] = field(default_factory=list)
    last_jobs: list[Job] = field(default_factory=list)
    next_runs: list[Source] = field(default_factory=list)
    last_proofs: list[Snapshot] = field(default_factory=list)


def overview(context: AccountContext, *, rows: int = 8, days: int = 30, runs: bool = True) -> Overview:
    """Everything of the page in nine queries, whatever the number of sources; six without the `runs`: last jobs, next
    runs, last proofs."""
    sources = sources_of(context)
    found = Overview()
    totals = sources.order_by().aggregate(
        total=Count("pk"),
        oldest=Min("last_good_at", filter=~Q(health=Health.PAUSED)),
        records=Sum("records"),
        stored=Sum("bytes_stored"),
        proved=Count("pk", filter=Q(proved_at__isnull=False)),
        **{health: Count("pk", filter=Q(health=health)) for health in Health.values},
    )
    found.total, found.oldest_good_at = totals["total"], totals["oldest"]
    found.records, found.bytes_stored = totals["records"] or 0, totals["stored"] or 0
    found.proved = totals["proved"]
    found.by_health = {health: totals[health] for health in Health.values}
    found.protected = found.by_health[Health.PROTECTED]
    found.first_running = found.by_health[Health.RUNNING]
    found.needs_attention = sum(found.by_health[health] for health in ATTENTION)
    found.attention = [_attention(source) for source in sources.filter(health__in=ATTENTION)[:rows]]
    found.sources = list(sources.order_by(F("last_run_at").desc(nulls_last=True), "-id")[:rows])
    zone = zone_of(context.account.time_zone)
    found.strips = day_strip([source.pk for source in found.sources], days, zone=zone)
    found.protected_records = _protected_records(context, days, zone)
    if runs:
        _add_runs(found, context, rows)
    return found


def _add_runs(found: Overview, context: AccountContext, rows: int) -> None:
    sources = sources_of(context)
    found.last_jobs = list(jobs_of(context)[:rows])
    found.next_runs = list(
        sources.filter(status=SourceStatus.ACTIVE, next_run_at__isnull=False).order_by("next_run_at")[:rows]
    )
    found.last_proofs = list(
        Snapshot.objects.visible_to(context)
        .filter(verified_at__isnull=False)
        .select_related("source__connection")
        .defer("source__proof")
        .order_by("-verified_at")[:rows]
    )


def _attention(source: Source) -> Attention:
    if source.status == SourceStatus.NEEDS_RECONNECT:
        place = ("connections:detail", source.connection_id)
    else:
        place = ("sources:detail", source.pk)
    return Attention(
        source=source,
        cause=source.health_reason or "The last backup did not succeed.",
        remedy=source.health_remedy or "Open the source to see what happened.",
        url_name=place[0],
        url_id=place[1],
    )


def _protected_records(context: AccountContext, days: int, zone: dt.tzinfo) -> list[DayCount]:
    """Sums of each source's last snapshot of each day; days without one keep the source's earlier number."""
    today = dt.datetime.now(zone).date()
    dates = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    begin = dt.datetime.combine(dates[0], dt.time.min, zone)
    visible = Snapshot.objects.visible_to(context).exclude(source__status=SourceStatus.DELETED)
    before = visible.filter(taken_at__lt=begin).order_by("source_id", "-number").distinct("source_id")
    current: dict[Any, int] = dict(before.values_list("source_id", "records"))
    within = (
        visible.filter(taken_at__gte=begin)
        .annotate(day=TruncDate("taken_at", tzinfo=zone))
        .order_by("source_id", "day", "-number")
        .distinct("source_id", "day")
        .values_list("source_id", "day", "records")
    )
    return _carry_forward(dates, current, list(within))


def _carry_forward(
    dates: Sequence[dt.date], current: dict[Any, int], changes: Sequence[tuple[Any, dt.date, int]]
) -> list[DayCount]:
    by_day: dict[dt.date, list[tuple[Any, int]]] = {}
    for source_id, day, records in changes:
        by_day.setdefault(day, []).append((source_id, records))
    counts = []
    for date in dates:
        current.update(by_day.get(date, []))
        counts.append(DayCount(date, sum(current.values())))
    return counts
