"""The last requests, newest first. Tokens and bodies are not kept."""

from collections import Counter, deque
from typing import Any

KEPT = 500


class RequestLog:
    """A ring of plain dictionaries and counters since the start."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, str, str, str, int, float, int, str]] = deque(maxlen=KEPT)
        self.total = 0
        self.by_status: Counter[int] = Counter()

    def add(
        self, at_ms: int, method: str, path: str, query: str, status: int, ms: float, size: int, fault: str
    ) -> None:
        self._entries.appendleft((at_ms, method, path, query, status, ms, size, fault))
        self.total += 1
        self.by_status[status] += 1

    def last(self, count: int) -> list[dict[str, Any]]:
        names = ("at_ms", "method", "path", "query", "status", "ms", "bytes", "fault")
        return [dict(zip(names, entry, strict=True)) for entry, _ in zip(self._entries, range(count), strict=False)]

    def clear(self) -> None:
        self._entries.clear()
        self.total = 0
        self.by_status.clear()
