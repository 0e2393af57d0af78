"""HubSpot's rate limits: 110 requests in 10 seconds for each token, 5 searches a second for the account."""

import time
from collections import deque

from integrations.sandbox.http import ApiError, Headers

WINDOW_S = 10.0
OAUTH_LIMIT = 110
PRIVATE_APP_LIMIT = 190
PRIVATE_APP_DAILY = 650_000
SEARCH_LIMIT = 5


class Limits:
    """Rolling windows in memory. `enabled` can be switched while running; headers are sent either way."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self._calls: dict[str, deque[float]] = {}
        self._searches: deque[float] = deque()
        self._daily = 0

    def take(self, key: str, private_app: bool) -> Headers:
        """Count one call; returns the X-HubSpot-RateLimit headers. Raises ApiError 429."""
        now = time.monotonic()
        limit = PRIVATE_APP_LIMIT if private_app else OAUTH_LIMIT
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - WINDOW_S:
            calls.popleft()
        if len(calls) >= limit:
            if self.enabled:
                raise ApiError(
                    429,
                    "You have reached your ten_secondly_rolling limit.",
                    extra={"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"},
                    headers=self._headers(limit, 0, private_app),
                )
            calls.popleft()
        calls.append(now)
        self._daily += 1
        return self._headers(limit, limit - len(calls), private_app)

    def take_search(self) -> None:
        """Count one search. Raises ApiError 429, without rate headers, as HubSpot does."""
        now = time.monotonic()
        while self._searches and self._searches[0] <= now - 1.0:
            self._searches.popleft()
        if len(self._searches) >= SEARCH_LIMIT:
            if self.enabled:
                raise ApiError(
                    429,
                    "You have reached your secondly limit.",
                    extra={"errorType": "RATE_LIMIT", "policyName": "SECONDLY"},
                )
            self._searches.popleft()
        self._searches.append(now)

    def _headers(self, limit: int, remaining: int, private_app: bool) -> Headers:
        secondly = limit // 10
        headers = [
            (b"x-hubspot-ratelimit-interval-milliseconds", b"10000"),
            (b"x-hubspot-ratelimit-max", str(limit).encode()),
            (b"x-hubspot-ratelimit-remaining", str(remaining).encode()),
            (b"x-hubspot-ratelimit-secondly", str(secondly).encode()),
            (b"x-hubspot-ratelimit-secondly-remaining", str(max(min(secondly - 1, remaining), 0)).encode()),
        ]
        if private_app:
            headers.append((b"x-hubspot-ratelimit-daily", str(PRIVATE_APP_DAILY).encode()))
            left = max(PRIVATE_APP_DAILY - self._daily, 0)
            headers.append((b"x-hubspot-ratelimit-daily-remaining", str(left).encode()))
        return headers
