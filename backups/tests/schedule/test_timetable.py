import datetime as dt

import pytest

from backups.errors import ScheduleInvalid
from backups.schedule.timetable import check_schedule, describe, next_slot

BERLIN = "Europe/Berlin"


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def slots(schedule: str, *, after: str, until: str, zone: str = "UTC", seed: int = 0) -> list[str]:
    found, moment = [], utc(after)
    while (following := next_slot(schedule, after=moment, zone=zone, seed=seed)) and following <= utc(until):
        found.append(f"{following:%m-%d %H:%M}")
        moment = following
    return found


def test_daily_at_an_hour_that_does_not_exist_runs_once_right_after_the_change() -> None:
    # 29 March 2026: clocks go from 02:00 to 03:00 in Berlin.
    assert slots("daily:02:30", after="2026-03-27T12:00", until="2026-03-30T12:00", zone=BERLIN) == [
        "03-28 01:30",
        "03-29 01:00",
        "03-30 00:30",
    ]


def test_daily_at_an_hour_that_comes_twice_runs_once() -> None:
    # 25 October 2026: clocks go back from 03:00 to 02:00 in Berlin.
    assert slots("daily:02:30", after="2026-10-24T12:00", until="2026-10-26T12:00", zone=BERLIN) == [
        "10-25 00:30",
        "10-26 01:30",
    ]


def test_a_scheduler_that_starts_in_the_second_pass_of_an_hour_does_not_repeat_it() -> None:
    second_pass = utc("2026-10-25T01:10")  # 02:10 in Berlin, for the second time
    found = next_slot("daily:02:30", after=second_pass, zone=BERLIN, seed=0)
    assert found == utc("2026-10-26T01:30")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_hourly_and_steady_paces_skip_and_double_nothing_when_clocks_change(day: str) -> None:
    begin, end = f"{day}T00:00", f"{day}T12:00"
    assert len(slots("hourly:15", after=begin, until=end, zone=BERLIN)) == 12
    assert len(slots("every:15m", after=begin, until=end, zone=BERLIN)) == 48


def test_the_29th_of_february_comes_every_four_years() -> None:
    found = next_slot("cron:0 3 29 2 *", after=utc("2026-01-01T00:00"), zone="UTC", seed=0)
    assert found == utc("2028-02-29T03:00")


def test_without_an_exact_minute_sources_spread_and_each_stays_at_its_own() -> None:
    firsts = {next_slot("daily", after=utc("2026-05-01T12:00"), zone="UTC", seed=seed) for seed in range(0, 5000, 7)}
    hours = {moment.hour for moment in firsts if moment}
    assert len(firsts) > 150 and hours == {1, 2, 3, 4}
    assert slots("daily", after="2026-05-01T12:00", until="2026-05-04T12:00", seed=123) == [
        "05-02 03:03",
        "05-03 03:03",
        "05-04 03:03",
    ]


def test_an_exact_minute_is_kept() -> None:
    assert slots("weekly:mon:02:30", after="2026-05-01T00:00", until="2026-05-12T00:00", seed=99) == [
        "05-04 02:30",
        "05-11 02:30",
    ]


def test_a_time_zone_that_is_not_known_counts_as_utc() -> None:
    assert next_slot("daily:02:00", after=utc("2026-05-01T00:00"), zone="Mars/Base", seed=0) == utc("2026-05-01T02:00")


@pytest.mark.parametrize(
    "text", ["every:1m", "every:48h", "daily:25:00", "daily:02:61", "cron:* * *", "cron:0 0 31 2 *", "soon", "weekly:2"]
)
def test_a_schedule_that_cannot_be_is_refused_with_a_word_for_the_field(text: str) -> None:
    with pytest.raises(ScheduleInvalid) as refused:
        check_schedule(text)
    assert refused.value.fields["schedule"] and refused.value.remedy


def test_five_bare_fields_are_cron() -> None:
    assert check_schedule("30 2 * * 1-5") == "cron:30 2 * * 1-5"
    assert check_schedule("") == "manual"


def test_schedules_are_told_in_words() -> None:
    assert describe("daily:02:30") == "Every day at 02:30"
    assert describe("weekly:sun:07") == "Every Sunday at 07:00"
    assert describe("every:2h") == "Every 2 hours"
    assert describe("manual") == "Only by hand"
