"""When a source runs next: the words of a schedule, in the account's own time zone, safe against changes of the clocks.

    manual               never by itself
    every:15m  every:2h  at a steady pace, 5 minutes to 24 hours
    hourly  hourly:20    once an hour
    daily  daily:02  daily:02:30
    weekly:mon  weekly:mon:02  weekly:mon:02:30
    cron:30 2 * * 1-5    five fields, as in Debian's cron

What is left out is chosen by the source's id, so that runs spread over the hour (or over the small hours of the
night) instead of all starting together. An hour that does not exist on the day of a change runs right after it, one
that comes twice runs once; steady paces are not affected.
"""

import datetime as dt
import re
from dataclasses import dataclass

from cronsim import CronSim, CronSimError

from backups.errors import ScheduleInvalid
from listbackup.core.clock import zone_of

MANUAL = "manual"
SHORTEST, LONGEST = 5 * 60, 24 * 3600  # seconds
NIGHT = (1, 2, 3, 4)  # hours that "daily" and "weekly" choose from
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_EVERY = re.compile(r"every:(\d{1,4})([mh])\Z")
_HOURLY = re.compile(r"hourly(?::(\d{1,2}))?\Z")
_DAILY = re.compile(r"daily(?::(\d{1,2})(?::(\d{2}))?)?\Z")
_WEEKLY = re.compile(r"weekly:(mon|tue|wed|thu|fri|sat|sun)(?::(\d{1,2})(?::(\d{2}))?)?\Z")


@dataclass(frozen=True, slots=True)
class Timetable:
    """A parsed schedule: `seconds` between runs, or a `cron` expression, or neither."""

    text: str
    seconds: int = 0
    cron: str = ""


def check_schedule(text: str) -> str:
    """The schedule in its stored form; five bare fields are taken as cron. Raises ScheduleInvalid."""
    text = " ".join(text.strip().split()) or MANUAL
    if text.count(" ") == 4 and not text.startswith("cron:"):
        text = f"cron:{text}"
    if len(text) > 100:
        raise ScheduleInvalid("The schedule is too long.", fields={"schedule": ["At most 100 characters."]})
    parse(text, seed=0)
    return text


def parse(text: str, *, seed: int) -> Timetable:
    """Raises ScheduleInvalid."""
    if text == MANUAL:
        return Timetable(text)
    if found := _EVERY.match(text):
        seconds = int(found[1]) * (60 if found[2] == "m" else 3600)
        if not SHORTEST <= seconds <= LONGEST:
            raise _invalid(text, "Choose a pace between 5 minutes and 24 hours.")
        return Timetable(text, seconds=seconds)
    if found := _HOURLY.match(text):
        return _cron(text, f"{_minute(found[1], seed)} * * * *")
    if found := _DAILY.match(text):
        return _cron(text, f"{_minute(found[2], seed)} {_hour(found[1], seed)} * * *")
    if found := _WEEKLY.match(text):
        return _cron(text, f"{_minute(found[3], seed)} {_hour(found[2], seed)} * * {(DAYS.index(found[1]) + 1) % 7}")
    if text.startswith("cron:"):
        return _cron(text, text.removeprefix("cron:").strip())
    raise _invalid(text, "This is no schedule.")


def shortest_gap(schedule: str, *, zone: str, looking_at: int = 30) -> float | None:
    """Seconds between two runs, the shortest of the next ones; None for a manual schedule. Raises ScheduleInvalid."""
    moment, shortest = dt.datetime(2026, 1, 5, tzinfo=dt.UTC), None
    for number in range(looking_at):
        slot = next_slot(schedule, after=moment, zone=zone, seed=0)
        if slot is None:
            return shortest
        if number:
            gap = (slot - moment).total_seconds()
            shortest = gap if shortest is None else min(shortest, gap)
        moment = slot
    return shortest


def next_slot(schedule: str, *, after: dt.datetime, zone: str, seed: int) -> dt.datetime | None:
    """The first planned time later than `after`, in UTC; None for a manual schedule."""
    table = parse(schedule, seed=seed)
    if table.seconds:
        shift = seed % table.seconds
        steps = (int(after.timestamp()) - shift) // table.seconds + 1
        return dt.datetime.fromtimestamp(steps * table.seconds + shift, dt.UTC)
    if not table.cron:
        return None
    for candidate in CronSim(table.cron, after.astimezone(zone_of(zone))):
        moment = candidate.astimezone(dt.UTC)
        if moment > after:  # in the second pass of a repeated hour, the first pass lies behind us
            return moment
    return None


def describe(schedule: str, *, seed: int = 0) -> str:
    """The schedule in words, for pages: "Every day at 02:30"."""
    table = parse(schedule, seed=seed)
    if table.seconds:
        hours, minutes = divmod(table.seconds // 60, 60)
        return f"Every {hours} hours" if hours > 1 and not minutes else f"Every {table.seconds // 60} minutes"
    if not table.cron:
        return "Only by hand"
    if schedule.startswith("cron:"):
        return f"By cron expression {table.cron}"
    minute, hour, *_, day = table.cron.split()
    if hour == "*":
        return f"Every hour at minute {int(minute)}"
    time = f"{int(hour):02}:{int(minute):02}"
    return f"Every day at {time}" if day == "*" else f"Every {DAY_NAMES[int(day) - 1]} at {time}"


def _cron(text: str, expression: str) -> Timetable:
    if len(expression.split()) != 5:
        raise _invalid(text, "A cron expression has five fields.")
    try:
        next(CronSim(expression, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)))
    except (CronSimError, StopIteration):
        raise _invalid(text, "This cron expression never comes true, or cannot be read.") from None
    return Timetable(text, cron=expression)


def _minute(given: str | None, seed: int) -> int:
    return int(given) if given is not None else seed % 60


def _hour(given: str | None, seed: int) -> int:
    return int(given) if given is not None else NIGHT[seed // 60 % len(NIGHT)]


def _invalid(text: str, why: str) -> ScheduleInvalid:
    return ScheduleInvalid(f"The schedule {text[:100]!r} cannot be used. {why}", fields={"schedule": [why]})
