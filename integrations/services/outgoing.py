"""What connectors are given of this server: outgoing HTTP settings and the limiter that all workers share."""

from functools import lru_cache

import redis
from django.conf import settings

from integrations.limiter import RedisLimiter
from listbackup.core.http.client import HttpSettings


def http_settings() -> HttpSettings:
    return HttpSettings(
        allowed_private_hosts=frozenset(settings.ALLOWED_PRIVATE_HOSTS),
        platform_hosts=dict(settings.PLATFORM_HOSTS),
    )


@lru_cache(maxsize=1)
def shared_limiter() -> RedisLimiter:
    return RedisLimiter(redis.Redis.from_url(settings.REDIS_URL))
