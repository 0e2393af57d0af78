"""A retention policy and its text form: `all`, or rules such as `days=30 daily=90 weekly=52 monthly=24 yearly=10`."""

from dataclasses import asdict, dataclass, fields

from listbackup.core.errors import InvalidInput

EVERYTHING = "all"
MOST = {
    "days": 36_500,
    "last": 10_000,
    "hourly": 10_000,
    "daily": 10_000,
    "weekly": 5_000,
    "monthly": 1_200,
    "yearly": 100,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules that each keep snapshots; what none keeps is let go. All zero: everything is kept.

    `days`: every snapshot of so many days. `last`: so many newest ones. The others: of so many hours, days, ISO weeks,
    months or years that have a snapshot, the newest good one; days are those of the account's time zone.
    """

    days: int = 0
    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0

    @property
    def keeps_everything(self) -> bool:
        return not any(asdict(self).values())

    def __str__(self) -> str:
        rules = (f"{name}={value}" for name, value in asdict(self).items() if value)
        return EVERYTHING if self.keeps_everything else " ".join(rules)


NAMES = tuple(field.name for field in fields(Policy))


def parse(text: str) -> Policy:
    """Raises InvalidInput with what is wrong."""
    words = text.split()
    if words == [EVERYTHING]:
        return Policy()
    values: dict[str, int] = {}
    for word in words:
        name, _, number = word.partition("=")
        if name not in NAMES or name in values:
            raise _invalid(f"{word[:40]!r} is no rule, or comes twice.")
        if not (number.isascii() and number.isdigit() and len(number) < 7 and int(number) <= MOST[name]):
            raise _invalid(f"{name} is a number from 0 to {MOST[name]:,}.")
        values[name] = int(number)
    policy = Policy(**values)
    if policy.keeps_everything:
        raise _invalid("At least one rule must keep something.")
    return policy


def describe(policy: Policy) -> str:
    """For people: `every snapshot of 30 days, then one a day for 90 days ...`."""
    if policy.keeps_everything:
        return "every snapshot, for ever"
    parts = []
    if policy.days:
        parts.append(f"every snapshot of the last {_count(policy.days, 'day')}")
    if policy.last:
        parts.append("the last snapshot" if policy.last == 1 else f"the last {policy.last:,} snapshots")
    for name, unit in (
        ("hourly", "hour"),
        ("daily", "day"),
        ("weekly", "week"),
        ("monthly", "month"),
        ("yearly", "year"),
    ):
        number = getattr(policy, name)
        if number:
            article = "an" if unit == "hour" else "a"
            parts.append(f"one {article} {unit} for {_count(number, unit)}")
    return ", ".join(parts)


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _invalid(why: str) -> InvalidInput:
    return InvalidInput(
        f"This is no retention policy: {why}",
        code="retention.invalid",
        fields={"retention": [why]},
        remedy="Write `all`, or rules such as `days=30 daily=90 weekly=52 monthly=24`.",
    )
