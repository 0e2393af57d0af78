"""How fast a platform may be asked, as its manifest says."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `requests` in any `per` seconds."""

    requests: int
    per: float
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `requests` a day, which begins at midnight of `zone`; or what `limit_header` says.

    `remaining_header` tells what is left, others' requests included. `app`: all our customers count together.
    """

    name: str
    requests: int | None = None
    zone: str = "UTC"
    app: bool = False
    limit_header: str = ""
    remaining_header: str = ""


@dataclass(frozen=True, slots=True)
class Learn:
    """Headers that say how many requests of a bucket are left, and for how long that holds."""

    bucket: str
    remaining_header: str
    reset_header: str
    reset_as: str = "seconds"


@dataclass(frozen=True, slots=True)
class Limits:
    """`app_buckets` count the requests of all our customers together, the others those of one account there."""

    buckets: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    app_buckets: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    learn: tuple[Learn, ...] = ()
    concurrency: int = 8
    remaining_header: str = ""
    reset_header: str = ""
    reset_as: str = "seconds"
    default_wait_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Retries:
    """Seconds. A wait longer than `longest_wait_s` is not slept but raised with `retry_at`."""

    attempts: int = 5
    base_s: float = 0.5
    cap_s: float = 30.0
    longest_wait_s: float = 120.0
