"""The sandbox's own time: the real one plus an offset that tests move forward ("advance")."""

import time
from datetime import UTC, datetime


class SandboxClock:
    """Milliseconds since 1970 and their ISO text as HubSpot writes it."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.offset_ms

    def advance(self, seconds: float) -> None:
        self.offset_ms += int(seconds * 1000)


def iso(ms: int) -> str:
    """1773300843846 -> "2026-03-12T07:34:03.846Z"."""
    moment = datetime.fromtimestamp(ms // 1000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def to_ms(text: str) -> int:
    """Milliseconds from an epoch number (as text) or an ISO date or time. Raises ValueError."""
    stripped = text.strip()
    if stripped.lstrip("-").isdigit():
        return int(stripped)
    moment = datetime.fromisoformat(stripped.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
