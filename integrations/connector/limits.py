"""How fast a platform may be asked. Buckets are shared by whoever holds the same limiter."""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from integrations.connector.rates import Rule

Sleep = Callable[[float], None]
MOST_JITTER_S = 0.05
__all__ = ["Limiter", "LocalLimiter", "Rule", "Sleep", "WaitTooLong", "interval_and_burst"]


class WaitTooLong(Exception):
    """The turn would come only after `seconds`; nothing was taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the next request may leave in {seconds:.0f} s")
        self.seconds = seconds


class Limiter(Protocol):
    def acquire(
        self, bucket: str, *, rules: Sequence[Rule], longest: float = math.inf, sleep: Sleep | None = None
    ) -> float:
        """Waits for a turn; returns the seconds waited. Raises WaitTooLong instead of waiting past `longest`.

        `sleep` does the waiting instead of the limiter; what it raises comes through, and the turn is lost.
        """

    def learn(self, bucket: str, headers: Mapping[str, float]) -> None:
        """Takes over what the platform said: `remaining` requests until `reset_s` seconds from now."""

    def penalise(self, bucket: str, seconds: float) -> None:
        """Lets nobody through for `seconds`, as after a 429."""

    def count(self, name: str, *, most: int, seconds: float) -> bool:
        """Counts one under `name` for the next `seconds` at least; False, and nothing is counted, when `most` are."""

    def counted(self, name: str, *, used: int, seconds: float) -> None:
        """Takes over that `used` were counted elsewhere, when that is more than is known."""


def interval_and_burst(rule: Rule) -> tuple[float, int]:
    """Seconds between requests and how many may leave at once, so that no window ever holds more than the rule.

    Without a burst of its own a rule is used to at least 95 %: the larger a burst, the slower everything after it.
    """
    burst = min(rule.burst or 1 + rule.requests // 34, rule.requests)
    # A little more than the rule asks for: requests do not arrive at the distance at which they left.
    window = rule.per + min(rule.per * 0.015, MOST_JITTER_S)
    return window / (rule.requests - burst + 1), burst


class LocalLimiter:
    """For one process. `clock` and `sleep` are replaced in tests."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._due: dict[tuple[str, int], float] = {}
        self._blocked: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def acquire(
        self, bucket: str, *, rules: Sequence[Rule], longest: float = math.inf, sleep: Sleep | None = None
    ) -> float:
        with self._lock:
            now = self._clock()
            leave = max(now, self._blocked.get(bucket, now))
            planned = []
            for index, rule in enumerate(rules):
                interval, burst = interval_and_burst(rule)
                due = self._due.get((bucket, index), 0.0)
                leave = max(leave, due - (burst - 1) * interval)
                planned.append((index, due, interval))
            wait = leave - now
            if wait > longest:
                raise WaitTooLong(wait)
            for index, due, interval in planned:
                self._due[(bucket, index)] = max(due, leave) + interval
        if wait > 0:
            (sleep or self._sleep)(wait)
        return wait

    def learn(self, bucket: str, headers: Mapping[str, float]) -> None:
        if headers.get("remaining", 1) < 1 and headers.get("reset_s", 0) > 0:
            self.penalise(bucket, headers["reset_s"])

    def penalise(self, bucket: str, seconds: float) -> None:
        with self._lock:
            until = self._clock() + seconds
            self._blocked[bucket] = max(until, self._blocked.get(bucket, 0.0))

    def count(self, name: str, *, most: int, seconds: float) -> bool:
        with self._lock:
            known = self._counts.get(name, 0)
            if known >= most:
                return False
            self._counts[name] = known + 1
            return True

    def counted(self, name: str, *, used: int, seconds: float) -> None:
        with self._lock:
            self._counts[name] = max(used, self._counts.get(name, 0))
