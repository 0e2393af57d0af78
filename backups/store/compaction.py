"""Keeping a stream's list of segments short: many small ones, or ones that are mostly outdated, become few new ones.

Nothing that exists is changed: the new segments belong to the run that writes them, earlier snapshots go on listing the
old ones. Of each key the newest row stays, deletions too: they tell that, and when, a record went.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .format import PART_BYTES, ROW_GROUP_BYTES, ROW_GROUP_ROWS
from .index import KeyIndex, fingerprints
from .manifest import Segment
from .segment import SCHEMA, SegmentWriter

FEW = 8  # small segments that a list may have
FULL_ROWS, FULL_BYTES = 65_536, 8 * 1024 * 1024  # a segment of so many rows or stored bytes is not small
SLACK_ROWS = 8_192  # outdated rows that are never worth the work
RATIO = 2  # a segment joins its followers unless it is so many times as large as they are together

Batches = Callable[[Segment, list[str] | None], Iterable[Any]]  # record batches of some columns, or of all


def choose(segments: Sequence[Segment], live: int) -> tuple[int, int] | None:
    """The range [start, stop) of the list to be rewritten; None when it is fine. `live` are the stream's live records.

    Everything, when more than half of the rows are outdated; else the small segments at the end, when they are many:
    each row is rewritten a few times at most (as in a log-structured merge tree).
    """
    rows = [segment.rows for segment in segments]
    if len(segments) > 1 and sum(rows) > 2 * live + SLACK_ROWS and sum(rows) > 2 * _deleted_or_live(segments, live):
        return 0, len(segments)
    first = len(segments)
    while first > 0 and rows[first - 1] < FULL_ROWS and segments[first - 1].bytes < FULL_BYTES:
        first -= 1
    if len(segments) - first <= FEW:
        return None
    start = len(segments) - 1
    later = rows[start]
    while start > first and rows[start - 1] <= max(RATIO * later, SLACK_ROWS):
        start -= 1
        later += rows[start]
    return (start, len(segments)) if len(segments) - start > 1 else None


def compact(segments: Sequence[Segment], batches: Batches, begin: Callable[[], SegmentWriter]) -> list[Segment]:
    """New segments with the newest row of each key, in order of storage; durable and read back when this returns.

    `begin` starts a segment. Raises DamagedObject, KeyUnavailable, BlobMissing, StorageUnavailable: then nothing counts.
    """
    newest = newest_rows(batches(segment, ["key"]) for segment in segments)
    done: list[Segment] = []
    writer: SegmentWriter | None = None
    try:
        for rows in _groups(_remaining(segments, batches, newest)):
            writer = writer or begin()
            writer.add_rows(rows)
            if writer.raw_bytes >= PART_BYTES:
                done.append(writer.close())
                writer = None
        if writer is not None:
            done.append(writer.close())
            writer = None
    finally:
        if writer is not None:
            writer.abandon()
    return done


def newest_rows(segments: Iterable[Iterable[Any]]) -> KeyIndex:
    """For each key the position, from 1, of its newest row among all rows of these segments, which are in order."""
    index, at = KeyIndex(), 1
    for batches in segments:
        for batch in batches:
            keys = fingerprints(map(str.encode, batch.column("key").to_pylist()))
            index.put_many(keys, np.arange(at, at + len(keys), dtype=np.uint64))
            at += len(keys)
    return index


def _deleted_or_live(segments: Sequence[Segment], live: int) -> int:
    """How many rows a rewriting would leave at most: what is live, and what is noted as deleted."""
    return live + sum(segment.deletes for segment in segments)


def _remaining(segments: Sequence[Segment], batches: Batches, newest: KeyIndex) -> Iterator[Any]:
    at = 1
    for segment in segments:
        for batch in batches(segment, None):
            keys = fingerprints(map(str.encode, batch.column("key").to_pylist()))
            places = np.arange(at, at + len(keys), dtype=np.uint64)
            at += len(keys)
            kept = batch.filter(pa.array(newest.values(keys) == places))
            if len(kept):
                yield pa.record_batch([kept.column(field.name) for field in SCHEMA], schema=SCHEMA)


def _groups(batches: Iterable[Any]) -> Iterator[Any]:
    """The rows again, as row groups of full size."""
    waiting: list[Any] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows += len(batch)
        size += pc.sum(pc.binary_length(batch.column("raw"))).as_py() or 0
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            yield from _cut(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield from _cut(waiting)


def _cut(batches: list[Any]) -> Iterator[Any]:
    table = pa.Table.from_batches(batches).combine_chunks()
    yield from table.to_batches(max_chunksize=ROW_GROUP_ROWS)
