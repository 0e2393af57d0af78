"""Segments: sealed Parquet files with versions of records (docs/format.md, section 4)."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
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
        self._rows: list[tuple[bytes, int, bytes, str | None, bytes | None]] = []
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

    def add(self, key: bytes, seq: int, content_hash: bytes, cursor: str | None, raw: bytes | None) -> None:
        """A version of a record; `raw` None says that it is gone. Rows come in order of `seq`."""
        self._rows.append((key, seq, content_hash, cursor, raw))
        if raw is None:
            self.deletes += 1
        else:
            self.upserts += 1
            self._pending += len(raw)
        if len(self._rows) >= ROW_GROUP_ROWS or self._pending >= ROW_GROUP_BYTES:
            try:
                self._write_group()
            except BaseException:
                self.abandon()
                raise

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
        rows, self._rows = self._rows, []
        self.raw_bytes += self._pending
        self._pending = 0
        if not rows:
            return
        rows.sort(key=_row_key)  # stable: versions of one key stay in order of seq
        keys, seqs, hashes, cursors, raws = zip(*rows, strict=True)
        if self._least is None or keys[0] < self._least:
            self._least = keys[0]
        self._greatest = max(self._greatest, keys[-1])
        columns = [
            _text(keys),
            pa.array([self.number] * len(rows), pa.int32()),
            pa.array(seqs, pa.int64()),
            pa.array(["d" if raw is None else "u" for raw in raws], pa.string()),
            pa.array(hashes, pa.binary(HASH_BYTES)),
            pa.array(cursors, pa.string()),
            _text(raws),
        ]
        self._parquet.write_batch(pa.record_batch(columns, schema=SCHEMA), row_group_size=len(rows))


def _row_key(row: tuple[bytes, int, bytes, str | None, bytes | None]) -> bytes:
    return row[0]


def _text(values: Sequence[bytes | None]) -> pa.Array:
    """A string column without a copy per value. All values are UTF-8: `content_hash` and `str.encode` saw to that."""
    lengths = np.fromiter((len(value or b"") for value in values), np.int32, len(values))
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    data = b"".join(value or b"" for value in values)
    validity, missing = None, values.count(None)
    if missing:
        present = np.fromiter((value is not None for value in values), np.bool_, len(values))
        validity = pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
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
