"""Daily quotas: counted, learnt from headers, shared with a customer's other programs. A job waits for the next day."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.connector.errors import QuotaExhausted
from integrations.connector.limits import Limiter
from integrations.connector.model import Manifest
from integrations.connector.rates import Quota
from listbackup.core.clock import now, zone_of
from listbackup.core.http.client import Fetched


def is_zone(name: str) -> bool:
    """Whether this machine knows the time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def app_scope(scope: str) -> str:
    """What is counted for all accounts of an application: the platform, or one custom connector and nobody else's."""
    parts = scope.split(":")
    return "app:" + (":".join(parts[:2]) if parts[0] == "custom" else parts[0])


class Quotas:
    """Of one reader. `share`: the percentage of each quota that this connection may use; counts are in the limiter."""

    def __init__(self, manifest: Manifest, limiter: Limiter, scope: str, share: int) -> None:
        self._name = manifest.name
        self._quotas = manifest.limits.quotas
        self._limiter = limiter
        self._scope = scope
        self._app = app_scope(scope)
        self._share = share
        self._told: dict[str, int] = {}  # what headers said that a quota is
        self._lock = threading.Lock()

    def spend(self, stream: str) -> None:
        """Counts one request. Raises QuotaExhausted with the time at which the quota starts anew."""
        for quota in self._quotas:
            limit = self._told.get(quota.name, quota.requests)
            if limit is None:
                continue
            reset = _next_day(quota)
            seconds = (reset - now()).total_seconds()
            mine = self._limiter.count(self._key(quota, self._scope, reset), most=self._most(limit), seconds=seconds)
            ours = mine and (
                not quota.app or self._limiter.count(self._key(quota, self._app, reset), most=limit, seconds=seconds)
            )
            if not ours:
                told = "the whole of" if self._share >= 100 or mine else f"{self._share} % of"
                raise QuotaExhausted(
                    f"{told.capitalize()} {self._name}'s quota of {limit:,} requests a day is used.",
                    stream=stream,
                    retry_at=reset,
                )

    def learn(self, response: Fetched) -> None:
        """Takes over how large a quota is, and how much of it anybody has used."""
        for quota in self._quotas:
            limit = _number(response, quota.limit_header)
            if limit is not None:
                with self._lock:
                    self._told[quota.name] = limit
            limit = self._told.get(quota.name, quota.requests)
            left = _number(response, quota.remaining_header)
            if limit is None or left is None:
                continue
            reset = _next_day(quota)
            seconds = (reset - now()).total_seconds()
            scope = self._app if quota.app else self._scope
            self._limiter.counted(self._key(quota, scope, reset), used=max(0, limit - left), seconds=seconds)

    def _most(self, limit: int) -> int:
        return limit * self._share // 100

    def _key(self, quota: Quota, scope: str, reset: dt.datetime) -> str:
        return f"{scope}:quota:{quota.name}:{reset:%Y%m%d%H}"


def _next_day(quota: Quota) -> dt.datetime:
    """Midnight of the quota's zone."""
    zone = zone_of(quota.zone)
    tomorrow = now().astimezone(zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), zone).astimezone(dt.UTC)


def _number(response: Fetched, header: str) -> int | None:
    text = response.headers.get(header, "") if header else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
