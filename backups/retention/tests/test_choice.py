"""What a policy keeps."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backups.retention.choice import Point, choose, outlook
from backups.retention.policy import MOST, NAMES, Policy, describe, parse
from listbackup.core.errors import InvalidInput

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def daily(count: int, *, bad: tuple[int, ...] = ()) -> list[Point]:
    """Snapshots 1 to `count`, the last one an hour ago."""
    return [
        Point(number, NOW - dt.timedelta(hours=1) - (count - number) * DAY, good=number not in bad)
        for number in range(1, count + 1)
    ]


def kept(points: list[Point], policy: Policy, **more: int) -> list[int]:
    return sorted(choose(points, policy, NOW, UTC, **more))


def test_everything_is_kept_without_a_rule() -> None:
    assert kept(daily(400), Policy()) == list(range(1, 401))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(last=3), [398, 399, 400]),
        (Policy(days=2), [399, 400]),
        (Policy(daily=2), [399, 400]),
        (Policy(weekly=2), [399, 400]),  # Sunday the 22nd, and the Monday after it
        (Policy(monthly=2), [377, 400]),  # 31 October, 23 November
        (Policy(yearly=5), [73, 400]),  # 31 December 2025
        (Policy(last=1, monthly=2), [377, 400]),
    ],
)
def test_each_rule(policy: Policy, expected: list[int]) -> None:
    assert kept(daily(400), policy) == expected


def test_a_bad_snapshot_never_takes_the_place_of_a_good_one() -> None:
    points = daily(10, bad=(9, 10))
    assert kept(points, Policy(last=1)) == [8, 10], "the newest, and the newest good one"
    hourly = [Point(1, NOW - dt.timedelta(minutes=50)), Point(2, NOW - dt.timedelta(minutes=10), good=False)]
    assert sorted(choose(hourly, Policy(hourly=1), NOW, UTC)) == [1, 2]


def test_a_plan_ends_what_the_rules_keep_but_never_the_last_good_one() -> None:
    assert kept(daily(100), Policy(), at_most=30) == list(range(71, 101))
    old = [Point(1, NOW - 400 * DAY), Point(2, NOW - 399 * DAY, good=False)]
    assert kept(old, Policy(last=10), at_most=30) == [1, 2]


def test_days_are_those_of_the_account_and_an_hour_that_comes_twice_is_two() -> None:
    before, after = (dt.datetime(2026, 11, 20, hour, 30, tzinfo=dt.UTC) for hour in (22, 23))
    points = [Point(1, before), Point(2, after), Point(3, NOW)]
    assert sorted(choose(points, Policy(daily=2), NOW, UTC)) == [2, 3]
    assert sorted(choose(points, Policy(daily=3), NOW, BERLIN)) == [1, 2, 3], "22:30 is the day before in Berlin"
    twice = [
        Point(1, dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        Point(2, dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
    ]
    assert sorted(choose(twice, Policy(hourly=2), NOW, BERLIN)) == [1, 2]


def test_the_outlook_says_what_goes_when() -> None:
    found = {one.days: one for one in outlook(daily(40), Policy(days=30), NOW, UTC, pace=DAY)}
    assert found[0].gone == list(range(1, 11)) and found[0].kept == 30
    assert found[7].gone == list(range(1, 18))
    assert found[30].gone == list(range(1, 41)) and found[365].kept == 0


def test_without_further_backups_the_last_good_one_stays_for_ever() -> None:
    assert outlook(daily(40), Policy(days=30), NOW, UTC)[-1].kept == 1


policies = st.builds(Policy, **{name: st.integers(0, 5) for name in NAMES})
hours = st.lists(st.integers(0, 24 * 400), min_size=1, max_size=60, unique=True)


@given(hours, policies, st.data(), st.none() | st.integers(1, 100))
def test_whatever_the_rules_the_newest_and_the_newest_good_one_stay(
    ages: list[int], policy: Policy, data: st.DataObject, at_most: int | None
) -> None:
    points = [
        Point(number, NOW - dt.timedelta(hours=age), good=data.draw(st.booleans()))
        for number, age in enumerate(sorted(ages, reverse=True), 1)
    ]
    found = choose(points, policy, NOW, UTC, at_most=at_most)
    assert points[-1].number in found
    good = [point.number for point in points if point.good]
    assert not good or good[-1] in found
    assert all(found.values()), "each with its reason"
    again = choose([p for p in points if p.number in found], policy, NOW, UTC, at_most=at_most)
    assert again.keys() == found.keys(), "what was kept is kept again"


@given(policies)
def test_the_text_of_a_policy_is_that_policy(policy: Policy) -> None:
    assert parse(str(policy)) == policy
    assert describe(policy)


@pytest.mark.parametrize(
    "text", ["", "keep", "days", "days=", "days=-1", "days=1 days=2", "days=0", "daily=1.5", f"last={MOST['last'] + 1}", "days=٣"]
)  # fmt: skip
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)
