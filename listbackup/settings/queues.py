"""Broker, Celery, channels, cache. The broker is a bell; PostgreSQL is the truth (docs/decisions/0002)."""

from urllib.parse import urlsplit

from listbackup.embedded import paths
from listbackup.settings import env

_SOCKET = str(paths.valkey_socket())
_GIVEN = env.text("REDIS_URL")
if _GIVEN and urlsplit(_GIVEN).scheme not in {"redis", "rediss", "unix"}:
    raise SystemExit("REDIS_URL is wrong: expected redis://host:6379/0")


def _redis(database: int) -> str:
    """The URL of one logical database, for the cache and the channel layer."""
    if _GIVEN.startswith("unix:"):
        return _GIVEN if "db=" in _GIVEN else f"{_GIVEN}{'&' if '?' in _GIVEN else '?'}db={database}"
    if _GIVEN:
        return _GIVEN if urlsplit(_GIVEN).path.strip("/") else f"{_GIVEN.rstrip('/')}/{database}"
    return f"unix://{_SOCKET}?db={database}"


REDIS_URL = _redis(1)
CACHES = {
    "default": {
        # Not by tenant on purpose: sign-in limits must count over all hosts and organizations.
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "lb",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [_redis(2)], "prefix": "lb-ws"},
    }
}


def _broker() -> str:
    """Kombu's spelling of the same server: it knows unix sockets by another scheme."""
    if not _GIVEN:
        return f"redis+socket://{_SOCKET}?virtual_host=0"
    return _GIVEN.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=")


CELERY_BROKER_URL = env.text("BROKER_URL") or _broker()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "queue_order_strategy": "priority",
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# How many jobs of one account run at once, so that nobody starves the others.
JOBS_PER_ACCOUNT = env.integer("JOBS_PER_ACCOUNT", 8, minimum=1)
# Seconds that a job stays with a worker that does not answer. It renews at a quarter, and stops itself at three quarters.
JOB_LEASE_SECONDS = env.integer("JOB_LEASE_SECONDS", 120, minimum=4)
# Seconds of work that a killed worker loses at most.
JOB_CHECKPOINT_SECONDS = env.integer("JOB_CHECKPOINT_SECONDS", 15, minimum=1)
# Seconds between two reads of a source that webhooks ask for: what comes in between is read together.
WEBHOOK_PAUSE_SECONDS = env.integer("WEBHOOK_PAUSE_SECONDS", 120, minimum=0)
QUEUES = ("alerts", "sync", "backup", "export", "analytics", "maintenance")
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "backups.tick", "schedule": 5.0, "options": {"queue": "sync", "expires": 5}},
    "sweep-jobs": {"task": "backups.sweep_jobs", "schedule": 15.0, "options": {"queue": "sync", "expires": 15}},
    "send-outbox": {"task": "accounts.send_outbox", "schedule": 15.0, "options": {"queue": "alerts", "expires": 15}},
    "refresh-tokens": {
        "task": "integrations.refresh_tokens",
        "schedule": 60.0,
        "options": {"queue": "maintenance", "expires": 60},
    },
    "webhook-hints": {"task": "integrations.ring_hints", "schedule": 5.0, "options": {"queue": "sync", "expires": 5}},
    "look-after": {
        "task": "backups.look_after",
        "schedule": 300.0,
        "options": {"queue": "maintenance", "expires": 300},
    },
    "erase-due-accounts": {
        "task": "accounts.erase_due_accounts",
        "schedule": 3600.0,
        "options": {"queue": "maintenance", "expires": 3600},
    },
    "check-portal-names": {
        "task": "domains.check_due",
        "schedule": 900.0,
        "options": {"queue": "maintenance", "expires": 900},
    },
    "archive-activity": {
        "task": "accounts.archive_activity",
        "schedule": 86400.0,
        "options": {"queue": "maintenance", "expires": 86400},
    },
    "remove-expired-exports": {
        "task": "backups.remove_expired_exports",
        "schedule": 3600.0,
        "options": {"queue": "maintenance", "expires": 3600},
    },
    "remove-unfinished-objects": {
        "task": "backups.remove_unfinished_objects",
        "schedule": 86400.0,
        "options": {"queue": "maintenance", "expires": 86400},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(env.VAR_DIR / "celerybeat-schedule")
__all__ = [name for name in dir() if name.isupper()]
