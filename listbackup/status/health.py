"""Is every part alive? Each check answers within two seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import DatabaseError, connection

from backups.schedule.selectors import scheduler_lag

CACHE_SECONDS = 5
MATTERS = ("database", "broker", "storage")
MAX_LAG_SECONDS = 120
STATUSES = ("ok", "degraded", "down")


@dataclass(frozen=True)
class Component:
    name: str
    ok: bool
    detail: str = ""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    cache.set("lb:health", "1", 10)
    if cache.get("lb:health") != "1":
        raise OSError("a value was not kept")
    return ""


def _storage() -> str:
    storages["snapshots"].exists("health")
    return ""


def _workers() -> str:
    from listbackup.celery import app

    replies = app.control.ping(timeout=1.0)
    if not replies:
        raise OSError("no worker answered within a second")
    return f"{len(replies)} workers"


def _scheduler() -> str:
    lag = scheduler_lag()
    if lag is not None and lag > MAX_LAG_SECONDS:
        raise OSError(f"a run is {lag:.0f} s late")
    return "" if lag is None else f"{max(lag, 0):.0f} s"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "storage": _storage,
    "workers": _workers,
    "scheduler": _scheduler,
}


_kept: tuple[float, list[Component]] = (0.0, [])


def components() -> list[Component]:
    """The state of every part, kept for a few seconds in this process so that nobody can load the service by asking."""
    global _kept
    if time.monotonic() - _kept[0] > CACHE_SECONDS or not _kept[1]:
        _kept = (time.monotonic(), _look())
    return _kept[1]


def _look() -> list[Component]:
    found = []
    for name, check in CHECKS.items():
        try:
            found.append(Component(name, True, check()))
        except (DatabaseError, redis.exceptions.RedisError, OSError, ValueError) as error:
            # No addresses and no credentials: only the kind of failure.
            found.append(Component(name, False, type(error).__name__))
    return found


def healthy(parts: list[Component]) -> bool:
    return all(part.ok for part in parts if part.name in MATTERS)


def version() -> str:
    return str(settings.VERSION)
