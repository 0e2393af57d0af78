"""What differs between two snapshots of one source: added, changed and deleted records, by stream.

Unchanged records are not written again, so only keys that appear in segments which one of the two snapshots has and the
other has not can differ; the rest is never decrypted beyond its key column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backups.store.manifest import Manifest, Segment, Stream
from listbackup.core.errors import InvalidInput, NotFound

from .as_of import View, key_range
from .rows import VERSION, RecordRow, flatten

KINDS = ("added", "changed", "deleted")
WINDOW = 500_000  # rows that one statement may look at, so that memory does not grow with the stream
NOTHING = "(SELECT '' AS key, 0 AS number, 0 AS seq, '' AS op, ''::BLOB AS hash WHERE false)"


@dataclass(frozen=True, slots=True)
class StreamDifference:
    stream: str
    label: str
    added: int
    changed: int
    deleted: int

    @property
    def total(self) -> int:
        return self.added + self.changed + self.deleted


@dataclass(frozen=True, slots=True)
class Change:
    """`before` is None for an added record, `after` for a deleted one."""

    key: str
    kind: str
    before: RecordRow | None
    after: RecordRow | None

    def fields(self) -> list[tuple[str, Any, Any]]:
        """(name, value before, value after) of the fields that differ, None where there was none; in order of names."""
        was, now = (flatten(row.parsed()) if row else {} for row in (self.before, self.after))
        return [
            (name, was.get(name), now.get(name))
            for name in sorted({*was, *now})
            if name not in was or name not in now or was[name] != now[name]
        ]


class Difference:
    """From the state of `older` to that of `newer`, both of one source. Raises InvalidInput for two sources."""

    def __init__(self, newer: View, older: Manifest) -> None:
        if (newer.manifest.account, newer.manifest.source) != (older.account, older.source):
            raise InvalidInput("Only snapshots of one source can be compared.")
        self.view, self.older = newer, older
        self._continued: dict[str, bool] = {}

    def streams(self) -> list[tuple[str, str]]:
        """(name, label) of all streams of either snapshot, sorted by label."""
        both = {**self.older.streams, **self.view.manifest.streams}
        return sorted(
            ((name, one.label or name) for name, one in both.items()), key=lambda row: (row[1].casefold(), row[0])
        )

    def counts(self) -> list[StreamDifference]:
        """Of every stream in which something differs. One statement per stream and `WINDOW` rows."""
        found = (StreamDifference(name, label, **self._count(name)) for name, label in self.streams())
        return [one for one in found if one.total]

    def page(self, stream: str, *, kind: str = "", after: str | None = None, limit: int = 50) -> list[Change]:
        """Changes with keys greater than `after`, in order of keys, of one kind or of all.

        Raises NotFound for a stream that neither snapshot has, InvalidInput for an unknown kind.
        """
        if kind and kind not in KINDS:
            raise InvalidInput(f"There is no kind {kind[:20]!r}.", remedy=f"One of: {', '.join(KINDS)}.")
        found: list[tuple[str, str]] = []
        for start, end in self._windows(stream, after, wanted=20 * limit):
            found += self._differing(stream, start, end, kind, limit - len(found))
            if len(found) >= limit:
                break
        return self._changes(stream, found)

    def iterate(self, stream: str, *, kind: str = "", size: int = 1_000) -> Iterator[list[Change]]:
        """All changes of a stream in batches; memory stays flat."""
        for start, end in self._windows(stream, None, wanted=WINDOW):
            keys = self._differing(stream, start, end, kind, WINDOW)
            for at in range(0, len(keys), size):
                yield self._changes(stream, keys[at : at + size])

    def _count(self, stream: str) -> dict[str, int]:
        totals = dict.fromkeys(KINDS, 0)
        if not self._lone(stream):
            return totals
        for start, end in self._windows(stream, None, wanted=WINDOW):
            inner, values = self._sql(stream, start, end)
            for kind, number in self.view.execute(f"SELECT kind, count(*) FROM ({inner}) GROUP BY kind", values):  # noqa: S608
                totals[kind] += number
        return totals

    def _differing(
        self, stream: str, start: str | None, end: str | None, kind: str, limit: int
    ) -> list[tuple[str, str]]:
        if not self._lone(stream):
            return []
        inner, values = self._sql(stream, start, end)
        where = "WHERE kind = ?" if kind else ""
        sql = f"SELECT key, kind FROM ({inner}) {where} ORDER BY key LIMIT {int(limit)}"  # noqa: S608
        return self.view.execute(sql, [*values, kind] if kind else values)  # type: ignore[return-value]

    def _changes(self, stream: str, found: Sequence[tuple[str, str]]) -> list[Change]:
        keys = [key for key, _ in found]
        before = self.view.versions_of(self._segments(stream)[0], keys)
        after = self.view.versions_of(self._segments(stream)[1], keys)
        return [
            Change(
                key, kind, None if kind == "added" else before.get(key), None if kind == "deleted" else after.get(key)
            )
            for key, kind in found
        ]

    def _segments(self, stream: str) -> tuple[list[Segment], list[Segment]]:
        entries = (self.older.streams.get(stream), self.view.manifest.streams.get(stream))
        if entries == (None, None):
            raise NotFound(f"Neither snapshot has a stream {stream!r}.")
        old, new = (list(entry.segments) if entry else [] for entry in entries)
        return old, new

    def _lone(self, stream: str) -> list[Segment]:
        """The segments that only one of the two snapshots has."""
        old, new = self._segments(stream)
        shared = self._names(old) & self._names(new)
        return [segment for segment in (*old, *new) if self.older.object_name(segment) not in shared]

    def _names(self, segments: Sequence[Segment]) -> set[str]:
        return {self.older.object_name(segment) for segment in segments}

    def _windows(self, stream: str, after: str | None, *, wanted: int) -> Iterator[tuple[str | None, str | None]]:
        """Ranges of keys (start, end] that cover all of the stream behind `after`."""
        old, new = self._segments(stream)
        unique = {self.older.object_name(segment): segment for segment in (*old, *new)}
        whole = Stream(segments=list(unique.values()))
        start = after
        while True:
            end = self.view.window(whole, start, wanted)
            yield start, end
            if end is None:
                return
            start, wanted = end, min(wanted * 4, WINDOW)

    def _sql(self, stream: str, start: str | None, end: str | None) -> tuple[str, list[Any]]:
        """A statement of (key, kind) of what differs between the keys `start` and `end`, and its values."""
        old, new = self._segments(stream)
        where, values = key_range(start, end)
        touched = self._touched(stream, where)
        # Versions only grow: where the newer snapshot keeps all of the older one, its own segments decide.
        deciding = self._lone(stream) if self._names(old) <= self._names(new) else new

        def state(segments: Sequence[Segment]) -> str:
            return f"""SELECT key, arg_max(op, {VERSION}) AS op, arg_max(hash, {VERSION}) AS hash
                       FROM {self._table(segments)} WHERE {where} AND key IN (SELECT key FROM touched) GROUP BY key"""  # noqa: S608

        sql = f"""WITH touched AS ({touched}),
                       was AS ({state(old)}), now AS ({state(deciding)})
                  SELECT touched.key AS key,
                         CASE WHEN was.op = 'u' AND now.op = 'u' THEN 'changed'
                              WHEN now.op = 'u' THEN 'added' ELSE 'deleted' END AS kind
                  FROM touched LEFT JOIN was ON was.key = touched.key LEFT JOIN now ON now.key = touched.key
                  WHERE (was.op = 'u' OR now.op = 'u')
                    AND NOT coalesce(was.op = 'u' AND now.op = 'u' AND was.hash = now.hash, false)"""  # noqa: S608
        return sql, values * 3

    def _touched(self, stream: str, where: str) -> str:
        """A statement of the keys that may differ."""
        old, new = self._segments(stream)
        if not self._names(old) <= self._names(new) and self._continues(stream):
            # Compacted between the two: the newest row of each key is still there, and says when it was written.
            return f"""SELECT DISTINCT key FROM {self._table(new)}
                       WHERE number > {int(self.older.number)} AND {where}"""  # noqa: S608
        return f"SELECT DISTINCT key FROM {self._table(self._lone(stream))} WHERE {where}"  # noqa: S608

    def _continues(self, stream: str) -> bool:
        """Whether the newer list surely goes on from the older one: it holds rows that are as old. A stream that was
        dropped and came back has none."""
        if self.view.manifest.number < self.older.number:  # compared backwards
            return False
        if stream not in self._continued:
            new = self._segments(stream)[1]
            found = self.view.execute(f"SELECT min(number) FROM {self._table(new)}", [])  # noqa: S608
            self._continued[stream] = found[0][0] is not None and found[0][0] <= self.older.number
        return self._continued[stream]

    def _table(self, segments: Sequence[Segment]) -> str:
        return self.view.table(segments) if segments else NOTHING
