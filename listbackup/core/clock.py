"""The only "now" of the product. Leases compare with the database's own clock instead (see `backups.pipeline.lease`)."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = dt.UTC


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(UTC)


def rfc3339(moment: dt.datetime) -> str:
    """`moment` as RFC 3339 in UTC with a trailing Z, milliseconds kept."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC for none, and for one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
