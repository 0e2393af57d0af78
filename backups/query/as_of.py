"""The state of a source at one snapshot: lists, pages, single records, all of a stream.

DuckDB reads the sealed segments and only the columns and row groups it needs; JSON is parsed in Python, because
DuckDB's JSON functions refuse NUL and lone surrogates.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.parquet as pq

from backups.store.compaction import newest_rows
from backups.store.index import KeyIndex, fingerprints
from backups.store.keys import Keyring
from backups.store.manifest import Manifest, Segment, Stream
from backups.store.segment import open_segment, read_batches
from listbackup.core.errors import NotFound
from listbackup.core.storage.blobs import Blobs

from . import filesystem, history, search
from .rows import VERSION, Hit, Past, RecordRow, Version, flatten

Bounds = list[tuple[str, str | None, int]]  # of row groups: least key, greatest key (None: unknown), rows


class Snapshots:
    """The door of `backups.query`."""

    @staticmethod
    def open(blobs: Blobs, keyring: Keyring, manifest: Manifest) -> "View":
        """A view of one snapshot. Cheap; nothing is read before it is asked for."""
        return View(blobs, keyring, manifest)


class View:
    """May be used from several threads; queries run one after another. Raises DamagedObject, KeyUnavailable, BlobMissing."""

    def __init__(self, blobs: Blobs, keyring: Keyring, manifest: Manifest) -> None:
        self.blobs, self.keyring, self.manifest = blobs, keyring, manifest
        self._known = {manifest.object_name(segment): segment for _, segment in manifest.segments()}
        self._bounds: dict[str, Bounds] = {}
        self._database: Any = None
        self._lock = threading.RLock()

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    # -- questions ------------------------------------------------------------------------------------------------

    def streams(self) -> list[tuple[str, str, int]]:
        """(name, label, live records), sorted by label."""
        rows = [(name, stream.label or name, stream.records) for name, stream in self.manifest.streams.items()]
        return sorted(rows, key=lambda row: (row[1].casefold(), row[0]))

    def page(
        self, stream: str, *, after: str | None = None, limit: int = 50, search: str | None = None
    ) -> list[RecordRow]:
        """Live records with keys greater than `after`, in order of keys; with `search`, those whose JSON contains it.

        Raises NotFound for an unknown stream.
        """
        entry, start, wanted = self.stream(stream), after, 4 * limit
        rows: list[RecordRow] = []
        while True:
            end = self.window(entry, start, wanted)
            rows += self._rows_between(entry, start, end, limit - len(rows), search)
            if len(rows) >= limit or end is None:
                return rows
            start, wanted = end, wanted * 4

    def record(self, stream: str, key: str) -> RecordRow | None:
        """One record, None if it does not exist in this snapshot. Raises NotFound for an unknown stream."""
        found = self.versions_of(self.stream(stream).segments, [key])
        row = found.get(key)
        return row if row is None or row.raw else None

    def history(self, stream: str, key: str, manifests: Sequence[Manifest] = ()) -> list[Version]:
        """All versions of one record in this snapshot and in `manifests`, newest first."""
        return history.versions(self, stream, key, manifests)

    def search(self, text: str, streams: Sequence[str] | None = None, limit: int = 100) -> list[Hit]:
        """Live records of all (or some) streams whose JSON contains the text, upper or lower case."""
        return search.search(self, text, streams, limit)

    def search_past(
        self,
        text: str,
        streams: Sequence[str] | None = None,
        *,
        manifests: Sequence[Manifest] = (),
        after: tuple[str, str, int] | None = None,
        limit: int = 100,
    ) -> list[Past]:
        """Every version in this snapshot or in `manifests` whose JSON contains the text; see `search.search_past`."""
        return search.search_past(self, text, streams, manifests, after, limit)

    def iterate(self, stream: str) -> Iterator[list[RecordRow]]:
        """All live records in batches, in storage order; memory stays flat."""
        entry = self.stream(stream)
        rows = sum(segment.rows for segment in entry.segments)
        single = rows == entry.records  # one version each: nothing is hidden by another
        winners = None if single else self._winners(entry)
        at = 0
        for segment in entry.segments:
            for batch in self._batches(segment, ["key", "op", "hash", "cursor", "raw"]):
                keys, keep = batch.column("key").to_pylist(), None
                if winners is not None:
                    found = winners.find(fingerprints(map(str.encode, keys)))
                    keep = [value == at + position + 1 for position, value in enumerate(found)]
                at += len(keys)
                yield _live_rows(batch, keys, keep)

    def columns(self, stream: str, sample: int = 200) -> list[str]:
        """Names of fields, in the order they are met in a sample of records; nested ones dotted, one level."""
        names: dict[str, None] = {}
        for row in self.page(stream, limit=sample):
            names.update(dict.fromkeys(flatten(row.parsed())))
        return list(names)

    # -- for the other modules of this package --------------------------------------------------------------------

    def all_segments(self, stream: str, manifests: Sequence[Manifest]) -> list[Segment]:
        """Of this snapshot and of `manifests`, each once. A compacted one repeats rows of those it was made from."""
        found: dict[str, Segment] = {}
        for manifest in (*manifests, self.manifest):
            entry = manifest.streams.get(stream)
            for segment in entry.segments if entry else ():
                found[manifest.object_name(segment)] = segment
        return list(found.values())

    def stream(self, name: str) -> Stream:
        """Raises NotFound."""
        try:
            return self.manifest.streams[name]
        except KeyError:
            raise NotFound(f"This snapshot has no stream {name!r}.") from None

    def execute(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._database is None:
                self._database = filesystem.connect(self._open)
            return self._database.execute(sql, list(values)).fetchall()

    def table(self, segments: Sequence[Segment]) -> str:
        """The SQL of a table of all rows of these segments. Names hold no quotes (`format.slug`)."""
        names = [self.manifest.object_name(segment) for segment in segments]
        self._known.update(zip(names, segments, strict=True))
        files = ", ".join(f"'lb://{name}'" for name in names)
        return f"read_parquet([{files}], hive_partitioning = false)"

    # -- inside ---------------------------------------------------------------------------------------------------

    def _open(self, name: str) -> Any:
        return open_segment(self.blobs, self.keyring, self.manifest, self._known[name])

    def _batches(self, segment: Segment, columns: list[str]) -> Iterator[Any]:
        yield from read_batches(open_segment(self.blobs, self.keyring, self.manifest, segment), columns)

    def _rows_between(
        self, entry: Stream, after: str | None, end: str | None, limit: int, text: str | None
    ) -> list[RecordRow]:
        segments = [
            s for s in entry.segments if (after is None or s.max_key > after) and (end is None or s.min_key <= end)
        ]
        if not segments or limit <= 0:
            return []
        where, values = key_range(after, end)
        table = self.table(segments)
        if text is None:
            sql = f"""SELECT key FROM (SELECT key, arg_max(op, {VERSION}) AS op FROM {table} WHERE {where} GROUP BY key)
                      WHERE op = 'u' ORDER BY key LIMIT {int(limit)}"""  # noqa: S608
        else:
            sql, values = search.keys_sql(table, where, values, text, limit)
        keys = [key for (key,) in self.execute(sql, values)]
        found = self.versions_of(segments, keys)
        return [found[key] for key in keys]

    def versions_of(self, segments: Sequence[Segment], keys: Sequence[str]) -> dict[str, RecordRow]:
        """The newest version of each key; `raw` is empty for a deleted one. `keys` are sorted."""
        segments = [s for s in segments if keys and s.max_key >= keys[0] and s.min_key <= keys[-1]]
        if not segments:
            return {}
        marks = ", ".join("?" * len(keys))
        sql = f"""SELECT key, {VERSION} AS v, cursor, raw, hash FROM {self.table(segments)}
                  WHERE key >= ? AND key <= ? AND key IN ({marks}) ORDER BY v"""  # noqa: S608
        rows = self.execute(sql, [keys[0], keys[-1], *keys])
        return {
            key: RecordRow(key, cursor, (raw or "").encode(), bytes(digest)) for key, _, cursor, raw, digest in rows
        }

    def window(self, entry: Stream, after: str | None, wanted: int) -> str | None:
        """A key up to which at least `wanted` rows follow `after`, as the statistics of the row groups tell; None: the end."""
        groups: Bounds = []
        for segment in entry.segments:
            if after is None or segment.max_key > after:
                groups += [g for g in self._groups(segment) if after is None or g[1] is None or g[1] > after]
        rows, end = 0, after
        for least, greatest, count in sorted(groups, key=lambda g: (g[1] is None, g[1] or "")):
            if greatest is None:
                return None
            end = greatest
            rows += count if after is None or least > after else 0
            if rows >= wanted:
                return end
        return None

    def _groups(self, segment: Segment) -> Bounds:
        if segment.part not in self._bounds:
            meta = pq.read_metadata(open_segment(self.blobs, self.keyring, self.manifest, segment))
            bounds: Bounds = []
            for number in range(meta.num_row_groups):
                group = meta.row_group(number)
                stats = group.column(0).statistics
                known = stats is not None and stats.has_min_max
                bounds.append((stats.min if known else "", stats.max if known else None, group.num_rows))
            self._bounds[segment.part] = bounds
        return self._bounds[segment.part]

    def _winners(self, entry: Stream) -> KeyIndex:
        """For each key, the position (from 1) of its newest row among all rows of the stream."""
        return newest_rows(self._batches(segment, ["key"]) for segment in entry.segments)


def key_range(after: str | None, end: str | None) -> tuple[str, list[Any]]:
    parts, values = ["true"], []
    if after is not None:
        parts.append("key > ?")
        values.append(after)
    if end is not None:
        parts.append("key <= ?")
        values.append(end)
    return " AND ".join(parts), values


def _live_rows(batch: Any, keys: list[str], keep: list[bool] | None) -> list[RecordRow]:
    columns = (batch.column(name).to_pylist() for name in ("op", "cursor", "raw", "hash"))
    rows = zip(keys, *columns, strict=True)
    return [
        RecordRow(key, cursor, raw.encode(), digest)
        for position, (key, op, cursor, raw, digest) in enumerate(rows)
        if op == "u" and (keep is None or keep[position])
    ]
