"""The limiter that all workers share, in Redis or Valkey: one atomic script per request."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.connector.limits import Sleep, WaitTooLong, interval_and_burst
from integrations.connector.rates import Rule

# Times are microseconds of the server's own clock, so workers with wrong clocks agree.
# KEYS[1] hash of the bucket; ARGV: longest wait, number of rules, then interval and burst of each.
_ACQUIRE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local known = redis.call('HGETALL', KEYS[1])
local due = {}
for i = 1, #known, 2 do due[known[i]] = tonumber(known[i + 1]) end
local leave = math.max(now, due['blocked'] or 0)
for i = 1, tonumber(ARGV[2]) do
  local interval, burst = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  leave = math.max(leave, (due['r' .. i] or 0) - (burst - 1) * interval)
end
local wait = leave - now
if wait > tonumber(ARGV[1]) then return {0, string.format('%.0f', wait)} end
local keep = wait
for i = 1, tonumber(ARGV[2]) do
  local interval = tonumber(ARGV[1 + 2 * i])
  local next = math.max(due['r' .. i] or 0, leave) + interval
  redis.call('HSET', KEYS[1], 'r' .. i, string.format('%.0f', next))
  keep = math.max(keep, next - now)
end
redis.call('PEXPIRE', KEYS[1], math.floor(math.max(keep, (due['blocked'] or 0) - now) / 1000) + 60000)
return {1, string.format('%.0f', wait)}
"""
_PENALISE = """
local t = redis.call('TIME')
local till = t[1] * 1000000 + t[2] + tonumber(ARGV[1])
local blocked = tonumber(redis.call('HGET', KEYS[1], 'blocked') or '0')
if till > blocked then redis.call('HSET', KEYS[1], 'blocked', string.format('%.0f', till)) end
local ttl = redis.call('PTTL', KEYS[1])
local wanted = math.floor(tonumber(ARGV[1]) / 1000) + 60000
if ttl < wanted then redis.call('PEXPIRE', KEYS[1], wanted) end
return 1
"""
_COUNT = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if known >= tonumber(ARGV[1]) then return 0 end
redis.call('INCR', KEYS[1])
if known == 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1
"""
_COUNTED = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > known then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
return 1
"""
_FOREVER = 10**15
# A platform without limits is asked about only this often: whether another worker was told to wait.
_UNLIMITED_SECONDS = 0.5


class RedisLimiter:
    """`integrations.connector.limits.Limiter` over a redis-py client; safe for threads and processes."""

    def __init__(self, client: Any, *, prefix: str = "limit:", sleep: Callable[[float], None] = time.sleep) -> None:
        self._prefix = prefix
        self._sleep = sleep
        self._take = client.register_script(_ACQUIRE)
        self._block = client.register_script(_PENALISE)
        self._one_more = client.register_script(_COUNT)
        self._at_least = client.register_script(_COUNTED)
        self._free_until: dict[str, float] = {}

    def acquire(
        self, bucket: str, *, rules: Sequence[Rule], longest: float = math.inf, sleep: Sleep | None = None
    ) -> float:
        """See `Limiter.acquire`."""
        if not rules and time.monotonic() < self._free_until.get(bucket, 0.0):
            return 0.0
        numbers: list[int] = []
        for rule in rules:
            interval, burst = interval_and_burst(rule)
            numbers += [round(interval * 1_000_000), burst]
        most = _FOREVER if longest == math.inf else round(longest * 1_000_000)
        taken, text = self._take(keys=[self._prefix + bucket], args=[most, len(rules), *numbers])
        wait = int(text) / 1_000_000
        if not int(taken):
            raise WaitTooLong(wait)
        if wait > 0:
            (sleep or self._sleep)(wait)
        elif not rules:
            self._free_until[bucket] = time.monotonic() + _UNLIMITED_SECONDS
        return wait

    def learn(self, bucket: str, headers: Mapping[str, float]) -> None:
        """See `Limiter.learn`."""
        if headers.get("remaining", 1) < 1 and headers.get("reset_s", 0) > 0:
            self.penalise(bucket, headers["reset_s"])

    def penalise(self, bucket: str, seconds: float) -> None:
        """See `Limiter.penalise`."""
        self._free_until.pop(bucket, None)
        self._block(keys=[self._prefix + bucket], args=[round(seconds * 1_000_000)])

    def count(self, name: str, *, most: int, seconds: float) -> bool:
        """See `Limiter.count`."""
        return bool(self._one_more(keys=[self._prefix + name], args=[most, max(1, math.ceil(seconds))]))

    def counted(self, name: str, *, used: int, seconds: float) -> None:
        """See `Limiter.counted`."""
        self._at_least(keys=[self._prefix + name], args=[used, max(1, math.ceil(seconds))])
