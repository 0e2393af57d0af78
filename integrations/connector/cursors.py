"""Cursors of incremental reading: what a record says, and how a platform wants to be asked."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from integrations.connector.model import Incremental

_UNITS = {"rfc3339": 1.0, "rfc3339_ms": 0.001, "epoch_s": 1.0, "epoch_ms": 0.001, "date": 86_400.0}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def is_time(rule: Incremental) -> bool:
    return rule.format in _UNITS


def moment_of(value: Any) -> dt.datetime | None:
    """A time as platforms write it: RFC 3339 with or without fraction, a date, epoch seconds or milliseconds."""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        try:
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
        return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    try:
        # Eleven digits of seconds are the year 5138: anything longer counts milliseconds.
        return _EPOCH + dt.timedelta(seconds=number / 1000 if abs(number) >= 1e11 else number)
    except (OverflowError, ValueError):
        return None


def written(moment: dt.datetime) -> str:
    """A time as checkpoints hold it."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def highest(rule: Incremental, known: str | None, values: Iterable[str | None]) -> str | None:
    """The greatest cursor of `known` and a page's; unreadable ones are passed over."""
    given = [value for value in values if value is not None]
    if not given:
        return known
    if rule.format == "text":
        best = max(given)
        return best if known is None or best > known else known
    if rule.format == "integer":
        numbers = [int(value) for value in given if value.lstrip("-").isdigit()]
        numbers += [int(known)] if known is not None else []
        return str(max(numbers)) if numbers else None
    if len(set(map(len, given))) == 1 and (all(value.endswith("Z") for value in given) or "".join(given).isdecimal()):
        given = [max(given)]  # one format in UTC, or one length of digits, sorts as text: one is parsed, not a hundred
    moments = [moment for moment in map(moment_of, given) if moment is not None]
    if not moments:
        return known
    best_moment = max(moments)
    before = moment_of(known) if known is not None else None
    return known if before is not None and before >= best_moment else written(best_moment)


def ask_from(rule: Incremental, cursor: str) -> str:
    """`cursor` less the look-back, as a checkpoint holds it; one unit less when the filter excludes its own value."""
    if not is_time(rule):
        if rule.format == "integer" and cursor.lstrip("-").isdigit():
            return str(int(cursor) - int(rule.look_back_s) - (0 if rule.inclusive else 1))
        return cursor
    moment = moment_of(cursor)
    if moment is None:
        return cursor
    back = rule.look_back_s + (0.0 if rule.inclusive else _UNITS[rule.format])
    # Some platforms answer 500 to the epoch itself.
    seconds = max((moment - _EPOCH).total_seconds() - back, 1.0)
    return written(_EPOCH + dt.timedelta(seconds=seconds))


def rendered(rule: Incremental, value: str) -> Any:
    """A checkpoint's value as the platform's filter wants it; downwards, so that nothing falls between."""
    if not is_time(rule):
        return int(value) if rule.format == "integer" and value.lstrip("-").isdigit() else value
    moment = moment_of(value)
    if moment is None:
        return value
    if rule.format == "epoch_ms":
        return str((moment - _EPOCH) // dt.timedelta(milliseconds=1))
    if rule.format == "epoch_s":
        return str((moment - _EPOCH) // dt.timedelta(seconds=1))
    if rule.format == "date":
        return moment.date().isoformat()
    if rule.format == "rfc3339_ms":
        return written(moment)
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def next_cursor(rule: Incremental, *, high: str | None, since: str | None, bound: dt.datetime) -> str | None:
    """Where the next run starts: the highest cursor seen, never past `bound` (the pass's start less the horizon).

    A record changed while the pass ran may have been listed in its old state: it lies after the bound and comes again.
    """
    best = high if high is not None else since
    if not is_time(rule):
        return best
    moment = moment_of(best) if best is not None else None
    return written(bound if moment is None else min(moment, bound))


def is_older(rule: Incremental, value: str | None, than: str) -> bool:
    """Whether a record's cursor lies before `than`; unreadable ones are not older."""
    if value is None:
        return False
    if rule.format == "text":
        return value < than
    if rule.format == "integer":
        return value.lstrip("-").isdigit() and int(value) < int(than)
    left, right = moment_of(value), moment_of(than)
    return left is not None and right is not None and left < right
