"""Rolling windows that imitations count requests in."""

import time
from collections import deque


class Window:
    """At most `most` requests in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._calls: deque[float] = deque()

    def take(self) -> bool:
        """Whether one more fits; counted only then."""
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - self.seconds:
            self._calls.popleft()
        if len(self._calls) >= self.most:
            return False
        self._calls.append(now)
        return True

    @property
    def left(self) -> int:
        return self.most - len(self._calls)
