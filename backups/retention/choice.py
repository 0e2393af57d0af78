"""Which snapshots a policy keeps, and why; and an outlook on what goes when."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .policy import Policy

HORIZON = (0, 7, 30, 90, 180, 365)  # days from now at which the outlook looks
MOST_FUTURE = 2_000  # imagined snapshots


@dataclass(frozen=True, slots=True)
class Point:
    """A snapshot as retention sees it. `good`: complete, and not known to be damaged."""

    number: int
    taken_at: dt.datetime
    good: bool = True


def choose(
    points: Sequence[Point], policy: Policy, moment: dt.datetime, zone: ZoneInfo, *, at_most: int | None = None
) -> dict[int, list[str]]:
    """Number → reasons, of the snapshots that are kept; those that are missing are let go.

    The newest one and the newest good one are always kept. In each period the newest good snapshot counts, and another
    one only where no good one is. `at_most`: days after which the plan ends what the rules keep.
    """
    newest_first = sorted(points, key=lambda point: -point.number)
    kept: dict[int, list[str]] = {}
    limit = None if at_most is None else moment - dt.timedelta(days=at_most)

    def keep(point: Point, reason: str) -> None:
        if limit is None or point.taken_at >= limit:
            kept.setdefault(point.number, []).append(reason)

    if policy.keeps_everything:
        for point in newest_first:
            keep(point, "everything is kept")
    if policy.days:
        since = moment - dt.timedelta(days=policy.days)
        for point in newest_first:
            if point.taken_at >= since:
                keep(point, f"of the last {policy.days} days")
    for point in newest_first[: policy.last]:
        keep(point, f"one of the last {policy.last}")
    for name, period in _PERIODS.items():
        for point in _of_periods(newest_first, period, getattr(policy, name), zone):
            keep(point, name)
    limit = None
    if newest_first:
        keep(newest_first[0], "the newest")
    good = next((point for point in newest_first if point.good), None)
    if good is not None:
        keep(good, "the newest good one")
    return kept


@dataclass(frozen=True, slots=True)
class Outlook:
    """`days` from now, of today's snapshots: how many are still kept, and the numbers of those that are not."""

    days: int
    kept: int
    gone: list[int]


def outlook(
    points: Sequence[Point],
    policy: Policy,
    moment: dt.datetime,
    zone: ZoneInfo,
    *,
    at_most: int | None = None,
    pace: dt.timedelta | None = None,
) -> list[Outlook]:
    """At each time of `HORIZON`, if a good snapshot is made every `pace` (None: none is made any more)."""
    numbers = {point.number for point in points}
    future = _imagined(points, moment, pace)
    found, gone = [], set[int]()
    for days in HORIZON:
        then = moment + dt.timedelta(days=days)
        # What went does not come back, though a rule might choose it again.
        seen = [*(point for point in points if point.number not in gone), *(p for p in future if p.taken_at <= then)]
        kept = choose(seen, policy, then, zone, at_most=at_most)
        gone |= numbers - kept.keys()
        found.append(Outlook(days, len(numbers) - len(gone), sorted(gone)))
    return found


def _imagined(points: Sequence[Point], moment: dt.datetime, pace: dt.timedelta | None) -> list[Point]:
    if not pace or not points:
        return []
    number = max(point.number for point in points)
    pace = max(pace, dt.timedelta(days=HORIZON[-1]) / MOST_FUTURE)
    steps = int(dt.timedelta(days=HORIZON[-1]) / pace)
    return [Point(number + step, moment + step * pace) for step in range(1, steps + 1)]


def _of_periods(newest_first: Sequence[Point], period: Callable[..., object], most: int, zone: ZoneInfo) -> list[Point]:
    chosen: dict[object, Point] = {}
    for point in newest_first if most else ():
        name = period(point.taken_at, zone)
        if name not in chosen:
            if len(chosen) == most:
                break
            chosen[name] = point
        elif point.good and not chosen[name].good:
            chosen[name] = point
    return list(chosen.values())


def _hour(moment: dt.datetime, zone: ZoneInfo) -> object:
    return moment.astimezone(dt.UTC).replace(
        minute=0, second=0, microsecond=0
    )  # the hour that comes twice is two hours


def _day(moment: dt.datetime, zone: ZoneInfo) -> object:
    return moment.astimezone(zone).date()


def _week(moment: dt.datetime, zone: ZoneInfo) -> object:
    return moment.astimezone(zone).isocalendar()[:2]


def _month(moment: dt.datetime, zone: ZoneInfo) -> object:
    local = moment.astimezone(zone)
    return local.year, local.month


def _year(moment: dt.datetime, zone: ZoneInfo) -> object:
    return moment.astimezone(zone).year


_PERIODS = {"hourly": _hour, "daily": _day, "weekly": _week, "monthly": _month, "yearly": _year}
