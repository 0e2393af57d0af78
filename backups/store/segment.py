"""Segments: sealed Parquet files with versions of records (docs/format.md, section 4)."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listbackup.core.storage.blobs import Blobs

from .errors import DamagedObject
from .format import DELETED_HASH, HASH_BYTES, ROW_GROUP_BYTES, ROW_GROUP_ROWS, Place
from .keys import AccountKey, Keyring
from .manifest import Manifest, Segment
from .sealed import SealedFile, open_sealed, seal

SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("number", pa.int32(), nullable=False),
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("op", pa.string(), nullable=False),
        pa.field("hash", pa.binary(HASH_BYTES), nullable=False),
        pa.field("cursor", pa.string()),
        pa.field("raw", pa.string()),
    ]
)
READ_BACK = 8 * 1024 * 1024


class SegmentWriter:
    """One segment being written. Any error gives it up: nothing of it becomes visible."""

    def __init__(self, blobs: Blobs, key: AccountKey, place: Place, part: str, stream: str, number: int) -> None:
        self.blobs, self.key, self.place, self.part, self.number = blobs, key, place, part, number
        self.name = place.segment(part)
        self.upserts = self.deletes = self.raw_bytes = 0
        self._least: bytes | None = None
        self._greatest = b""
        self._rows = _Rows()
        self._pending = 0
        self._open = True
        self._context = blobs.write(self.name)
        out = self._context.__enter__()
        try:
            self._sealed = seal(out, key, place.identity("segment", part))
            metadata = {"listbackup.format": "1", "listbackup.stream": stream.encode("utf-8", "backslashreplace")}
            self._parquet = pq.ParquetWriter(
                self._sealed,
                SCHEMA.with_metadata(metadata),
                compression="zstd",
                compression_level=2,
                use_dictionary=["number", "op"],
                write_statistics=["key", "number", "seq"],
                write_page_checksum=True,
                store_schema=False,
            )
        except BaseException as error:
            self._context.__exit__(type(error), error, None)
            raise

    @property
    def rows(self) -> int:
        return self.upserts + self.deletes

    @property
    def raw_pending(self) -> int:
        """Bytes of raw taken so far."""
        return self.raw_bytes + self._pending

    def add(
        self,
        keys: Sequence[bytes],
        first_seq: int,
        hashes: Sequence[bytes],
        cursors: Sequence[str | None],
        raws: Sequence[bytes | None],
    ) -> None:
        """Versions of records, numbered from `first_seq`; a `raw` of None says that the record is gone."""
        count, start = len(keys), 0
        try:
            while start < count:
                stop, size = self._fitting(raws, start)
                chunk = slice(start, stop)
                self._rows.extend(keys[chunk], first_seq + start, hashes[chunk], cursors[chunk], raws[chunk])
                gone = raws[chunk].count(None)
                self.deletes += gone
                self.upserts += stop - start - gone
                self._pending += size
                start = stop
                if len(self._rows.keys) >= ROW_GROUP_ROWS or self._pending >= ROW_GROUP_BYTES:
                    self._write_group()
        except BaseException:
            self.abandon()
            raise

    def add_rows(self, rows: "pa.RecordBatch") -> None:
        """Rows of other segments, with the numbers that they have there, as one row group; at most one row of a key."""
        try:
            self._write_group()
            gone = rows.column("raw").null_count
            self.deletes += gone
            self.upserts += len(rows) - gone
            self.raw_bytes += pc.sum(pc.binary_length(rows.column("raw"))).as_py() or 0
            if len(rows):
                rows = rows.take(pc.sort_indices(rows, sort_keys=[("key", "ascending")]))
                keys = rows.column("key")
                self._write_batch(rows, keys[0].as_buffer().to_pybytes(), keys[-1].as_buffer().to_pybytes())
        except BaseException:
            self.abandon()
            raise

    def _fitting(self, raws: Sequence[bytes | None], start: int) -> tuple[int, int]:
        """Where the rows from `start` that this row group takes end, and their bytes of raw: at least one row."""
        stop = min(len(raws), start + ROW_GROUP_ROWS - len(self._rows.keys))
        room = ROW_GROUP_BYTES - self._pending
        sizes = [len(raw) if raw is not None else 0 for raw in raws[start:stop]]
        total = sum(sizes)
        if total < room:
            return stop, total
        size = 0
        for position, one in enumerate(sizes, start):
            size += one
            if size >= room:
                return position + 1, size
        return stop, size

    def close(self) -> Segment:
        """Finish, read back, compare. Raises DamagedObject when the storage returns other bytes than it was given."""
        try:
            self._write_group()
            self._parquet.close()
            self._sealed.close()
        except BaseException:
            self.abandon()
            raise
        self._open = False
        self._context.__exit__(None, None, None)
        size, sha256 = self._sealed.size, self._sealed.sha256
        read_back(self.blobs, self.name, size, sha256)
        return Segment(
            part=self.part,
            snapshot=self.place.snapshot,
            date=self.place.date,
            rows=self.rows,
            upserts=self.upserts,
            deletes=self.deletes,
            min_key=(self._least or b"").decode(),
            max_key=self._greatest.decode(),
            bytes=size,
            sha256=sha256,
            key_version=self.key.version,
        )

    def abandon(self) -> None:
        """Give the segment up. May be called twice."""
        if not self._open:
            return
        self._open = False
        self._sealed.abandon()  # from here on it takes writes and drops them: pyarrow insists on writing a footer
        self._parquet.close()
        self._sealed.close()
        self._context.__exit__(GeneratorExit, GeneratorExit(), None)

    def _write_group(self) -> None:
        rows, self._rows = self._rows.in_order(), _Rows()
        self.raw_bytes += self._pending
        self._pending = 0
        count = len(rows.keys)
        if not count:
            return
        gone = None in rows.raws
        ops = pa.array(["d" if raw is None else "u" for raw in rows.raws]) if gone else pa.repeat("u", count)
        hashes = pa.py_buffer(b"".join(rows.hashes))
        columns = [
            _text(rows.keys),
            pa.array(np.full(count, self.number, np.int32)),
            pa.array(np.array(rows.seqs, np.int64)),
            ops,
            pa.FixedSizeBinaryArray.from_buffers(pa.binary(HASH_BYTES), count, [None, hashes]),
            pa.array(rows.cursors, pa.string()),
            _text(rows.raws),
        ]
        least, greatest = rows.keys[0], rows.keys[-1]
        del rows  # the columns hold copies
        self._write_batch(pa.record_batch(columns, schema=SCHEMA), least, greatest)

    def _write_batch(self, rows: "pa.RecordBatch", least: bytes, greatest: bytes) -> None:
        if self._least is None or least < self._least:
            self._least = least
        self._greatest = max(self._greatest, greatest)
        self._parquet.write_batch(rows, row_group_size=len(rows))


class _Rows:
    """The rows of a row group, by column: lists of bytes cost the garbage collector less than a tuple per row."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.seqs: list[int] = []
        self.hashes: list[bytes] = []
        self.cursors: list[str | None] = []
        self.raws: list[bytes | None] = []

    def extend(
        self,
        keys: Sequence[bytes],
        first_seq: int,
        hashes: Sequence[bytes],
        cursors: Sequence[str | None],
        raws: Sequence[bytes | None],
    ) -> None:
        self.keys += keys
        self.seqs += range(first_seq, first_seq + len(keys))
        self.hashes += hashes
        self.cursors += cursors
        self.raws += raws

    def in_order(self) -> "_Rows":
        """Sorted by key; versions of one key stay in order of seq."""
        order = sorted(range(len(self.keys)), key=self.keys.__getitem__)
        if order == list(range(len(order))):
            return self
        rows = _Rows()
        rows.keys, rows.seqs = [self.keys[at] for at in order], [self.seqs[at] for at in order]
        rows.hashes, rows.cursors = [self.hashes[at] for at in order], [self.cursors[at] for at in order]
        rows.raws = [self.raws[at] for at in order]
        return rows


def _text(values: Sequence[bytes | None]) -> pa.Array:
    """A string column without a copy per value. All values are UTF-8: `content_hash` and `str.encode` saw to that."""
    missing = values.count(None)
    present = [value or b"" for value in values] if missing else values
    lengths = np.fromiter(map(len, present), np.int32, len(values))  # type: ignore[arg-type]
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    data, validity = b"".join(present), None  # type: ignore[arg-type]
    if missing:
        bits = np.fromiter((value is not None for value in values), np.bool_, len(values))
        validity = pa.py_buffer(np.packbits(bits, bitorder="little").tobytes())
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(data), validity, missing)


def read_back(blobs: Blobs, name: str, size: int, sha256: str) -> None:
    """Compare what the storage returns with what was written. Raises DamagedObject."""
    digest, at = hashlib.sha256(), 0
    while data := blobs.read_range(name, at, READ_BACK):
        digest.update(data)
        at += len(data)
    if at != size or digest.hexdigest() != sha256:
        raise DamagedObject(
            f"The storage returns other bytes of {name} than it was given.",
            remedy="The storage is not reliable: check the disk or the S3 service. The run starts again at its checkpoint.",
        )


def open_segment(blobs: Blobs, keyring: Keyring, manifest: Manifest, segment: Segment) -> SealedFile:
    """The Parquet bytes of a segment as a file. `blobs` is asked for nothing but what is read."""
    name = manifest.object_name(segment)
    return open_sealed(blobs, keyring, name, manifest.identity_of(segment), segment.bytes)


def read_batches(file: SealedFile, columns: list[str] | None = None, rows: int = ROW_GROUP_ROWS) -> Iterator[Any]:
    """Record batches of a segment in order, one row group in memory at a time. Raises DamagedObject."""
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)
        for group in range(parquet.num_row_groups):
            yield from parquet.iter_batches(rows, row_groups=[group], columns=columns, use_threads=False)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise DamagedObject(f"{file.object} cannot be decoded: {error}") from error


__all__ = ["DELETED_HASH", "SCHEMA", "SegmentWriter", "open_segment", "read_back", "read_batches"]
