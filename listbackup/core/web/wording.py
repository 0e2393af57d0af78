"""Numbers, sizes, durations and moments as people read them."""

from datetime import datetime, timedelta, tzinfo

_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
NONE = "\N{EM DASH}"


def count(value: float | None) -> str:
    """`48210` -> `48,210`; None is a dash."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def short_count(value: float) -> str:
    """For axes: `48210` -> `48k`, `1200000` -> `1.2M`."""
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.1f}".removesuffix(".0") + unit
    return f"{value:.1f}".removesuffix(".0")


def filesize_si(value: float | None) -> str:
    """Bytes in powers of 1000: `1234567` -> `1.2 MB`."""
    if value is None:
        return NONE
    size = float(value)
    for unit in _SIZES:
        if abs(size) < 999.5 or unit == _SIZES[-1]:
            digits = 0 if unit == "B" or abs(size) >= 99.5 else 1
            return f"{size:,.{digits}f}\N{NO-BREAK SPACE}{unit}"
        size /= 1000
    raise AssertionError("unreachable")


def duration(value: timedelta | float | None) -> str:
    """Seconds or a timedelta, in its two largest units: `252` -> `4 min 12 s`."""
    if value is None:
        return NONE
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if 0 < seconds < 1:
        return "under 1 s"
    left = round(seconds)
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, left = divmod(left, size)
        if amount or (parts and len(parts) < 2):
            parts.append((amount, unit))
        if len(parts) == 2:
            break
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 s"


def percent(part: float | None, whole: float | None = None) -> str:
    """`percent(0.42)` and `percent(42, 100)` -> `42%`. Never 100% before all of it is done."""
    if part is None or (whole is not None and not whole):
        return NONE
    share = part if whole is None else part / whole
    shown = round(share * 100, 1)
    if shown >= 100 > share * 100:
        shown = 99.9
    return f"{shown:g}%"


def relative(moment: datetime, now: datetime) -> str:
    """`3 hours ago`, `in 2 days`, `just now`; whole units, rounded down."""
    seconds = int((now - moment).total_seconds())
    ahead, distance = seconds < 0, abs(seconds)
    if distance < 45:
        return "in a moment" if ahead else "just now"
    for unit, size in (("year", 31_557_600), ("month", 2_629_800), ("day", 86400), ("hour", 3600), ("minute", 60)):
        amount = distance // size
        if amount:
            words = f"{amount} {unit}{'' if amount == 1 else 's'}"
            return f"in {words}" if ahead else f"{words} ago"
    return "in 1 minute" if ahead else "1 minute ago"


def to_the_minute(moment: datetime, zone: tzinfo) -> str:
    """`23 Nov 2026, 14:05` in the person's zone."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """`Monday 23 November 2026, 14:05:09 CET` in the person's zone."""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}"
