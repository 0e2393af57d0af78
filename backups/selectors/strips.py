"""Thirty days of backups as one strip per source."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from backups.enums import JobState
from backups.models import Job

GOOD, PARTIAL, FAILED, NONE = "good", "partial", "failed", "none"
_LABELS = {GOOD: "backed up", PARTIAL: "partly backed up", FAILED: "failed", NONE: "no backup"}


@dataclass(frozen=True, slots=True)
class Day:
    """`state` is good, partial, failed or none: the best that was reached that day."""

    date: dt.date
    state: str
    runs: int

    @property
    def label(self) -> str:
        return f"{self.date.day} {self.date:%B}: {_LABELS[self.state]}"


def day_strip(source_ids: Iterable[UUID], days: int = 30, *, zone: dt.tzinfo = dt.UTC) -> dict[UUID, list[Day]]:
    """For each source its last `days` days, oldest first. One query for all of them."""
    ids = list(source_ids)
    today = dt.datetime.now(zone).date()
    dates = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    begin = dt.datetime.combine(dates[0], dt.time.min, zone)
    rows = (
        Job.objects.filter(source_id__in=ids, finished_at__gte=begin, kind__in=["backup", "sync"])
        .order_by()
        .values("source_id", day=TruncDate("finished_at", tzinfo=zone))
        .annotate(
            runs=Count("pk"),
            good=Count("pk", filter=Q(state=JobState.SUCCEEDED)),
            part=Count("pk", filter=Q(state=JobState.PARTIAL)),
            bad=Count("pk", filter=Q(state__in=[JobState.FAILED, JobState.DEAD])),
        )
    )
    found = {(row["source_id"], row["day"]): row for row in rows}
    return {pk: [_day(date, found.get((pk, date))) for date in dates] for pk in ids}


def _day(date: dt.date, row: dict[str, int] | None) -> Day:
    if row is None:
        return Day(date, NONE, 0)
    state = GOOD if row["good"] else PARTIAL if row["part"] else FAILED if row["bad"] else NONE
    return Day(date, state, row["runs"])
