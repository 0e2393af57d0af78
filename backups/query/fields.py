"""Which fields the records of a stream have, of which types, and in how many of them: learnt while records pass by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .rows import RecordRow, flatten

MOST_RECORDS = 2_000  # looked at in one stream
MOST_FIELDS = 1_000
_WORDS: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    list: "list",
    dict: "object",
}


@dataclass(slots=True)
class Fields:
    """`seen` records were looked at; `whole` says whether that was all of them. By field: types, and how many have it."""

    seen: int = 0
    whole: bool = True
    types: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def watch(self, batches: Iterator[list[RecordRow]]) -> Iterator[list[RecordRow]]:
        """The same batches, looked at as they pass."""
        for rows in batches:
            for row in rows[: max(0, MOST_RECORDS - self.seen)]:
                self._note(row.parsed())
            self.whole = self.whole and self.seen < MOST_RECORDS
            yield rows

    def _note(self, record: Any) -> None:
        self.seen += 1
        for name, value in flatten(record).items():
            known = self.types.get(name)
            if known is None:
                if len(self.types) >= MOST_FIELDS:
                    continue
                known = self.types[name] = set()
            self.counts[name] = self.counts.get(name, 0) + 1
            if value is not None:
                known.add(_WORDS.get(type(value), "other"))


@dataclass(frozen=True, slots=True)
class Drift:
    """What is otherwise than before. `kind`: added, removed, type."""

    field: str
    kind: str
    before: list[str]
    after: list[str]


def drift(before: dict[str, list[str]], now: Fields) -> list[Drift]:
    """`before` is field → types. A field counts as removed only when every record was looked at, and as of another type
    only when it has one that it never had: a sample proves no absence."""
    found = []
    for name, types in now.types.items():
        known = before.get(name)
        if known is None:
            found.append(Drift(name, "added", [], sorted(types)))
        elif types - set(known) and known:
            found.append(Drift(name, "type", sorted(known), sorted(types | set(known))))
    if now.whole and now.seen:
        found += [Drift(name, "removed", known, []) for name, known in before.items() if name not in now.types]
    return sorted(found, key=lambda one: (one.field, one.kind))
