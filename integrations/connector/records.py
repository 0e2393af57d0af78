"""What a reader hands over: records, pages, streams."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Record(NamedTuple):
    """One record. `raw` is its JSON exactly as received; `key` of several fields is a compact JSON array."""

    key: str
    cursor: str | None
    raw: bytes
    deleted: bool


@dataclass(slots=True)
class Page:
    """One page of a stream; see `reader.Reader.read`.

    `state` is a checkpoint that JSON can hold: reading with it goes on after this page. With `complete` (the last page
    of the root stream) it is where the next incremental run starts. `sweep`: this pass lists every live key, so what
    it did not show is deleted. `bytes_in` (decoded), `requests`, `waited_s` count since the page before.
    """

    stream: str
    records: list[Record] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    complete: bool = False
    sweep: bool = False
    bytes_in: int = 0
    requests: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream as people choose it. A stream with `parent` and `inline` is read within the parent's pass."""

    name: str
    label: str
    key: tuple[str, ...]
    incremental: bool
    parent: str | None = None
    description: str = ""
    optional: bool = False
    inline: bool = False
    scopes: tuple[str, ...] = ()
