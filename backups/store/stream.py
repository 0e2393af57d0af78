"""One stream of a snapshot being written: what changed is written, what did not is skipped, what is gone is noted."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from listbackup.core.storage.blobs import BlobMissing, Blobs

from . import compaction, seen
from .errors import DamagedObject
from .format import PART_BYTES, Place, content_hashes, part_name
from .index import ABSENT, KeyIndex, Numbers, fingerprints, version_values
from .keys import AccountKey, Keyring
from .manifest import Segment, Stream
from .sealed import SealedFile, open_sealed
from .segment import SegmentWriter, read_batches


class Record(NamedTuple):
    """What `add` takes (any 4-tuple does): `raw` is the record's JSON as received, ignored when `deleted`."""

    key: str
    cursor: str | None
    raw: bytes
    deleted: bool = False


@dataclass(slots=True)
class PageCounts:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0

    def add(self, other: "PageCounts") -> None:
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.deleted += other.deleted


@dataclass(frozen=True, slots=True)
class Run:
    """What all streams of one run share."""

    blobs: Blobs
    keyring: Keyring
    key: AccountKey
    place: Place
    number: int
    token: str  # 8 hex digits of this process: its objects never meet another's


class StreamWriter:
    """Thread-safe. Made by `SnapshotWriter.stream`."""

    def __init__(self, run: Run, name: str, label: str, key: Sequence[str], previous: Stream | None) -> None:
        self.name, self.label, self.key = name, label, list(key)
        self._run, self._lock = run, threading.RLock()
        self._base: list[Segment] = list(previous.segments) if previous else []
        self._base_records = previous.records if previous else 0
        self._done: list[Segment] = []
        self._seen_parts: list[str] = []
        self._counts, self._durable_counts = PageCounts(), PageCounts()
        self._seq = self._durable_seq = self._part = 0
        self._open: SegmentWriter | None = None
        self._index: KeyIndex | None = None
        self._sweeping = False
        self._seen_now: list[bytes] = []  # unchanged keys met since the last flush of a sweep

    # -- writing --------------------------------------------------------------------------------------------------

    def add(self, records: Iterable[tuple[str, str | None, bytes, bool]]) -> PageCounts:
        """`add_columns` of `columns_of`. Raises RecordRefused (nothing was taken), StorageUnavailable."""
        return self.add_columns(columns_of(records))

    def add_columns(self, page: "Columns") -> PageCounts:
        """Take records. Unchanged ones are not written; a key that comes twice with other content is a newer version.

        Raises StorageUnavailable.
        """
        with self._lock:
            return self._take(page)

    def absent(self, keys: Iterable[str]) -> int:
        """Note that these records are gone, where they exist. How many were noted."""
        return self.add((key, None, b"", True) for key in keys).deleted

    def begin_sweep(self) -> None:
        """From here on every live record of the stream will be met once; see `finish_sweep`. After a resume: no effect."""
        with self._lock:
            if not self._sweeping:
                self._sweeping = True
                self._loaded().begin_sweep()

    def finish_sweep(self) -> int:
        """Delete every live record not met since `begin_sweep`. How many. Raises RuntimeError without a sweep."""
        with self._lock:
            if not self._sweeping:
                raise RuntimeError("begin_sweep was not called")
            gone = 0
            if self._loaded().unseen():
                self.flush()
                for segment in (*self._base, *self._done):
                    gone += self._delete_unseen(segment)
            self._sweeping = False
            self._seen_now.clear()
            return gone

    def unseen(self) -> int:
        """How many live records `finish_sweep` would delete now; 0 without a sweep."""
        with self._lock:
            return self._loaded().unseen() if self._sweeping else 0

    def cancel_sweep(self) -> None:
        """End the sweep without deleting anything: what was met says too little about what is gone."""
        with self._lock:
            self._sweeping = False
            self._seen_now.clear()

    @property
    def live(self) -> int:
        """Records of the stream that exist at this moment of the run."""
        with self._lock:
            return self._base_records + self._counts.new - self._counts.deleted

    @property
    def counts(self) -> PageCounts:
        with self._lock:
            return PageCounts(**asdict(self._counts))

    @property
    def rows_pending(self) -> int:
        """Rows that are not durable yet."""
        return self._open.rows if self._open else 0

    @property
    def bytes_pending(self) -> int:
        """Bytes of raw that are not durable yet."""
        return self._open.raw_pending if self._open else 0

    # -- durability -----------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Close the current part: durable and read back when this returns. A `checkpoint` may be stored then."""
        with self._lock:
            if self._open is not None:
                writer, self._open = self._open, None
                self._done.append(writer.close())
            if self._sweeping and self._seen_now:
                part = self._next_part()
                seen.write(self._run, part, self._seen_now)
                self._seen_parts.append(part)
                self._seen_now = []
            self._durable_seq, self._durable_counts = self._seq, PageCounts(**asdict(self._counts))

    def checkpoint(self) -> dict[str, Any]:
        """JSON-able state as of the last flush, for `SnapshotWriter.resume`."""
        with self._lock:
            return {
                "version": 1,
                "label": self.label,
                "key": self.key,
                "part": self._part,
                "seq": self._durable_seq,
                "counts": asdict(self._durable_counts),
                "segments": [_to_json(segment) for segment in self._done],
                "sweeping": self._sweeping,
                "seen": list(self._seen_parts),
            }

    def restore(self, checkpoint: dict[str, Any]) -> None:
        """Go on from a checkpoint; before anything is added."""
        with self._lock:
            self._done = [Segment(**entry) for entry in checkpoint["segments"]]
            self._part, self._seq = checkpoint["part"], checkpoint["seq"]
            self._durable_seq = self._seq
            self._counts, self._durable_counts = PageCounts(**checkpoint["counts"]), PageCounts(**checkpoint["counts"])
            self._sweeping, self._seen_parts = checkpoint["sweeping"], list(checkpoint["seen"])

    def abandon(self) -> None:
        """Give up what is not durable."""
        with self._lock:
            if self._open is not None:
                self._open.abandon()
                self._open = None

    def finish(self, state: str | None) -> Stream:
        """Flush, and the stream's entry for the manifest."""
        with self._lock:
            self.flush()
            return Stream(
                label=self.label,
                key=self.key,
                records=self.live,
                counts=asdict(self._counts),
                state=state,
                segments=[*self._compacted(self._base, self._base_records), *self._done],
            )

    # -- inside ---------------------------------------------------------------------------------------------------

    def _compacted(self, segments: list[Segment], live: int) -> list[Segment]:
        """The list that this run found; what it wrote itself is left as it is, or it would be written twice."""
        chosen = compaction.choose(segments, live)
        if chosen is None:
            return segments
        start, stop = chosen
        self._index = None  # its memory is needed, and nothing is added any more
        try:
            return [*segments[:start], *self._rewritten(segments[start:stop]), *segments[stop:]]
        except (DamagedObject, BlobMissing):
            return segments  # the verifier names it; what can be read must not go on from a guess

    def _rewritten(self, segments: list[Segment]) -> list[Segment]:
        run = self._run

        def begin() -> SegmentWriter:
            return SegmentWriter(run.blobs, run.key, run.place, self._next_part(), self.name, run.number)

        def batches(segment: Segment, columns: list[str] | None) -> Iterator[Any]:
            return read_batches(self._file(segment), columns)

        return compaction.compact(segments, batches, begin)

    def _take(self, page: "Columns") -> PageCounts:
        counts = PageCounts()
        for part in page.without_twice():
            counts.add(self._take_once(part))
        self._loaded().settle()
        self._counts.add(counts)
        if self.bytes_pending >= PART_BYTES:
            self.flush()
        return counts

    def _take_once(self, page: "Columns") -> PageCounts:
        """Takes records of different keys."""
        index = self._loaded()
        known = index.values(page.fingerprints, mark=self._sweeping)
        now = page.values()
        other = known != now
        gone, absent = now == ABSENT, known == ABSENT
        counts = PageCounts(
            new=int((other & absent).sum()),
            changed=int((other & ~absent & ~gone).sum()),
            unchanged=int((~other & ~gone).sum()),
            deleted=int((other & gone).sum()),
        )
        if self._sweeping and counts.unchanged:
            self._seen_now += [page.fingerprints[at] for at in np.flatnonzero(~other & ~gone).tolist()]
        if counts.new + counts.changed + counts.deleted < len(page):
            page, now = page.select(np.flatnonzero(other).tolist()), now[other]
        if len(page):
            self._write(page)
            index.put(page.fingerprints, now)
        return counts

    def _write(self, page: "Columns") -> None:
        if self._open is None:
            run = self._run
            self._open = SegmentWriter(run.blobs, run.key, run.place, self._next_part(), self.name, run.number)
        first, self._seq = self._seq + 1, self._seq + len(page)
        try:
            self._open.add(page.keys, first, page.hashes, page.cursors, page.raws)
        except BaseException:
            self._open = None  # it gave itself up; the run must go on from its checkpoint
            raise

    def _next_part(self) -> str:
        self._part += 1
        return part_name(self.name, self._part, self._run.token)

    def _loaded(self) -> KeyIndex:
        if self._index is None:
            index = KeyIndex()
            for segment in self._base:
                self._load(index, segment)
            if self._sweeping:
                index.begin_sweep()
            for segment in self._done:
                self._load(index, segment, mark=self._sweeping)
            for part in self._seen_parts if self._sweeping else ():
                index.mark_seen(seen.read(self._run, part))
            self._index = index
        return self._index

    def _load(self, index: KeyIndex, segment: Segment, *, mark: bool = False) -> None:
        for fingers, batch in self._keys(segment, ["key", "op", "hash"]):
            hashes = batch.column("hash")
            data = np.frombuffer(hashes.buffers()[1], dtype=np.uint64)
            values = data[2 * hashes.offset : 2 * (hashes.offset + len(hashes)) : 2].copy()
            values[values == ABSENT] = 1
            values[batch.column("op").to_numpy(zero_copy_only=False) == "d"] = ABSENT
            index.put_many(fingers, values)
            if mark:
                index.mark_seen(fingers)

    def _delete_unseen(self, segment: Segment) -> int:
        gone, index = 0, self._loaded()
        for fingers, batch in self._keys(segment, ["key"]):
            flags = index.is_unseen(fingers)
            if any(flags):
                keys = dict.fromkeys(k for k, flag in zip(batch.column("key").to_pylist(), flags, strict=True) if flag)
                page = Columns([key.encode() for key in keys], [None] * len(keys), [None] * len(keys))
                gone += self._take(page).deleted
                index.unseen()  # brings the index back into the one run that is_unseen asks
        return gone

    def _keys(self, segment: Segment, columns: list[str]):  # type: ignore[no-untyped-def]
        for batch in read_batches(self._file(segment), columns):
            yield fingerprints(map(str.encode, batch.column("key").to_pylist())), batch

    def _file(self, segment: Segment) -> SealedFile:
        place = Place(self._run.place.account, self._run.place.source, segment.date, segment.snapshot)
        name, identity = place.segment(segment.part), place.identity("segment", segment.part)
        return open_sealed(self._run.blobs, self._run.keyring, name, identity, segment.bytes)


class Columns:
    """Records by column, hashed: the costly half of taking them, which any thread may do. See `columns_of`."""

    def __init__(self, keys: list[bytes], cursors: list[str | None], raws: list[bytes | None]) -> None:
        self.keys, self.cursors, self.raws = keys, cursors, raws
        self.hashes = content_hashes(raws)
        self.fingerprints = fingerprints(keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __iadd__(self, other: "Columns") -> "Columns":
        self.keys += other.keys
        self.cursors += other.cursors
        self.raws += other.raws
        self.hashes += other.hashes
        self.fingerprints += other.fingerprints
        return self

    def select(self, positions: Sequence[int]) -> "Columns":
        page = Columns([], [], [])
        page.keys = [self.keys[at] for at in positions]
        page.cursors = [self.cursors[at] for at in positions]
        page.raws = [self.raws[at] for at in positions]
        page.hashes = [self.hashes[at] for at in positions]
        page.fingerprints = [self.fingerprints[at] for at in positions]
        return page

    def values(self) -> Numbers:
        """What the index keeps of each record."""
        values = version_values(self.hashes)
        if None in self.raws:
            values[[raw is None for raw in self.raws]] = ABSENT
        return values

    def without_twice(self) -> "list[Columns]":
        """The page, cut where a key comes again."""
        if len(set(self.fingerprints)) == len(self):
            return [self]
        pages, part, met = [], list[int](), set[bytes]()
        for position, finger in enumerate(self.fingerprints):
            if finger in met:
                pages.append(self.select(part))
                part, met = [], set()
            part.append(position)
            met.add(finger)
        return [*pages, self.select(part)]


def columns_of(records: Iterable[tuple[str, str | None, bytes, bool]]) -> Columns:
    """Key, cursor, raw and deleted of each record. Raises RecordRefused when one is not UTF-8."""
    rows = list(records)
    return Columns(
        _all_bytes([row[0] for row in rows]),
        _all_text([row[1] for row in rows]),
        [None if row[3] else row[2] for row in rows],
    )


def _all_text(texts: list[str | None]) -> list[str | None]:
    """The texts, each of which can be written as UTF-8."""
    if "".join(text for text in texts if text is not None).isascii():
        return texts
    return [None if text is None else _bytes(text).decode() for text in texts]


def _all_bytes(texts: list[str]) -> list[bytes]:
    try:
        return list(map(str.encode, texts))
    except UnicodeEncodeError:
        return list(map(_bytes, texts))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # lone surrogates become \udXXX


def _to_json(segment: Segment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in segment.__struct_fields__}
