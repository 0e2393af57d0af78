"""What a reader does while it has to wait: it tells, counts, and still listens."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.connector.errors import Cancelled, RateLimited
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from listbackup.testing.web_server import WebServer

Open = Callable[..., tuple[Reader, WebServer]]
TEXT = """
limits: {buckets: {default: [{requests: 1, per_s: 60}]}}
streams:
  things:
    request: {path: /things}
    key: id
"""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def options(clock: Clock, **rest: Any) -> dict[str, Any]:
    return {"limiter": LocalLimiter(clock=lambda: clock.now), "sleep": clock.sleep, **rest}


def test_a_turn_that_is_waited_for_then_counted_and_told(open_reader: Open, clock: Clock) -> None:
    told: list[tuple[float, str]] = []
    reader, _ = open_reader(
        lambda asked: [], TEXT, **options(clock, on_wait=lambda seconds, why: told.append((round(seconds), why)))
    )
    first, second = list(reader.read("things"))[-1], list(reader.read("things"))[-1]
    assert (first.waited_s, round(second.waited_s)) == (0, 60)
    assert told == [(60, "rate.limited")]


def test_cancelled_while_it_waits_for_its_turn_then_it_stops_within_a_second(open_reader: Open, clock: Clock) -> None:
    reader, server = open_reader(lambda asked: [], TEXT, **options(clock, cancelled=lambda: clock.now > 5))
    list(reader.read("things"))
    with pytest.raises(Cancelled):
        list(reader.read("things"))
    assert clock.now < 6
    assert len(server.asked) == 1


def test_a_turn_too_far_away_then_the_run_ends_with_its_time(open_reader: Open, clock: Clock) -> None:
    reader, _ = open_reader(lambda asked: [], TEXT.replace("per_s: 60", "per_s: 600"), **options(clock))
    list(reader.read("things"))
    with pytest.raises(RateLimited) as caught:
        list(reader.read("things"))
    assert caught.value.retry_at is not None
    assert clock.now == 0
