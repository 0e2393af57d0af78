from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listbackup.core.web import wording

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (0, "0"), (48210, "48,210"), (1234567.5, "1,234,567.5")],
)
def test_count_has_thousands_separators(value: float | None, shown: str) -> None:
    assert wording.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_600, "1.0 MB"),
        (123_456_789, "123 MB"),
        (5e18, "5,000 PB"),
    ],
)
def test_filesize_si_uses_powers_of_a_thousand(value: float | None, shown: str) -> None:
    assert wording.filesize_si(value).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        (0, "0 s"),
        (0.3, "under 1 s"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (timedelta(days=2, hours=5, minutes=1), "2 d 5 h"),
        (119.7, "2 min"),
    ],
)
def test_duration_shows_its_two_largest_units(value: float | timedelta | None, shown: str) -> None:
    assert wording.duration(value) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0.42, None, "42%"), (42, 100, "42%"), (1, 3, "33.3%"), (99_999, 100_000, "99.9%"), (5, 5, "100%"), (1, 0, "—")],
)
def test_percent_is_never_whole_before_all_is_done(part: float, whole: float | None, shown: str) -> None:
    assert wording.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("distance", "shown"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=40), "1 month ago"),
        (timedelta(hours=-5), "in 5 hours"),
        (timedelta(seconds=-10), "in a moment"),
    ],
)
def test_relative_counts_whole_units(distance: timedelta, shown: str) -> None:
    assert wording.relative(NOON - distance, NOON) == shown


def test_exact_is_in_the_persons_zone() -> None:
    assert wording.exact(NOON, ZoneInfo("Europe/Lisbon")) == "Tuesday 31 March 2026, 13:00:00 WEST"
