"""Which fields the records of a stream have, of which types, and in how many of them: learnt while records pass by."""

from collections.abc import Iterable, Iterator
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
    """`seen` records were looked at; `whole` says whether nothing of them was left out. By field, in the order they were
    met: the types of its values, and how many records have it."""

    seen: int = 0
    whole: bool = True
    types: dict[str, set[type]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, batches: Iterable[list[RecordRow]]) -> "Fields":
        """Of all records, however many fields they have."""
        found = cls()
        for rows in batches:
            for row in rows:
                found.note(row.parsed())
        return found

    def watch(self, batches: Iterator[list[RecordRow]]) -> Iterator[list[RecordRow]]:
        """The same batches, of which the first records are looked at as they pass."""
        for rows in batches:
            for row in rows[: max(0, MOST_RECORDS - self.seen)]:
                self.note(row.parsed(), most=MOST_FIELDS)
            self.whole = self.whole and self.seen < MOST_RECORDS
            yield rows

    def note(self, record: Any, *, most: int | None = None) -> None:
        """Fields beyond `most` are left out."""
        self.seen += 1
        for name, value in flatten(record).items():
            known = self.types.get(name)
            if known is None:
                if most is not None and len(self.types) >= most:
                    self.whole = False
                    continue
                known = self.types[name] = set()
            self.counts[name] = self.counts.get(name, 0) + 1
            known.add(type(value))

    def words(self, name: str) -> set[str]:
        """The types of a field for people; none for one that was always null."""
        return {_WORDS.get(one, "other") for one in self.types[name] - {type(None)}}


def one_type(types: set[type]) -> type:
    """The type of a column that takes values of all of these: bool, int, float, or str for any text."""
    types = types - {type(None)}
    if types in ({bool}, {int}):
        return next(iter(types))
    return float if types and types <= {int, float} else str


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
    for name in now.types:
        types, known = now.words(name), before.get(name)
        if known is None:
            found.append(Drift(name, "added", [], sorted(types)))
        elif types - set(known) and known:
            found.append(Drift(name, "type", sorted(known), sorted(types | set(known))))
    if now.whole and now.seen:
        found += [Drift(name, "removed", known, []) for name, known in before.items() if name not in now.types]
    return sorted(found, key=lambda one: (one.field, one.kind))
