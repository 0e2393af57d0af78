"""Exports: one file per stream, and checksums.txt. JSONL is exact; CSV and XLSX are made safe for spreadsheets."""

import contextlib
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from backups.store.format import CHECKSUMS, slug
from listbackup.core.errors import InvalidInput, NotFound
from listbackup.core.spreadsheets import cell, neutral

from .as_of import View
from .export_tables import Rows, Told, write_parquet, write_xlsx
from .rows import RecordRow, flatten, pattern

FORMATS = ("jsonl", "csv", "xlsx", "parquet")


class _Target(Protocol):
    def file(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...


def export_snapshot(
    view: View,
    target: Path | str | IO[bytes],
    format: str = "jsonl",
    streams: Sequence[str] | None = None,
    progress: Callable[[str, int], None] = lambda stream, records: None,
    search: str = "",
) -> dict[str, str]:
    """Write all live records of (some) streams, or those whose JSON contains `search`. Returns SHA-256 by file name, as in the written `checksums.txt`.

    `target` is a folder, the path of a `.zip`, or a binary file that becomes a zip. `progress` is told the stream and
    its records so far. Memory stays flat. Raises InvalidInput, NotFound, DamagedObject.
    """
    names = sorted(view.manifest.streams) if streams is None else list(streams)
    for name in names:
        if name not in view.manifest.streams:
            raise NotFound(f"This snapshot has no stream {name!r}.")
    writers: dict[str, Callable[[Rows, io.RawIOBase, Told], None]] = {
        "jsonl": _write_jsonl,
        "csv": _write_csv,
        "xlsx": write_xlsx,
        "parquet": write_parquet,
    }
    wanted = re.compile(pattern(search), re.IGNORECASE) if search else None

    def write(name: str, out: io.RawIOBase) -> None:
        writers[format](lambda: _rows(view, name, wanted), out, lambda count: progress(name, count))

    return write_files(target, format, names, write)


def write_files(
    target: Path | str | IO[bytes], format: str, names: Sequence[str], write: Callable[[str, io.RawIOBase], None]
) -> dict[str, str]:
    """One file for each stream of `names`, whose content `write` gives, and `checksums.txt`. Returns as `export_snapshot`."""
    if format not in FORMATS:
        raise InvalidInput(f"Unknown export format {format!r}.", remedy=f"One of: {', '.join(FORMATS)}.")
    sums: dict[str, str] = {}
    with _open_target(target) as place:
        for name in names:
            with place.file(f"{slug(name)}.{format}") as file:
                hashing = _Hashing(file)
                write(name, hashing)
            sums[f"{slug(name)}.{format}"] = hashing.digest.hexdigest()
        with place.file(CHECKSUMS) as file:
            file.write("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())
    return sums


def one_line(raw: bytes) -> bytes:
    """The record's JSON without line breaks, which stand between tokens only: inside of strings they are escaped."""
    return raw.replace(b"\r", b" ").replace(b"\n", b" ") if b"\n" in raw or b"\r" in raw else raw


def _rows(view: View, stream: str, wanted: re.Pattern[str] | None) -> Iterator[list[RecordRow]]:
    for rows in view.iterate(stream):
        yield rows if wanted is None else [row for row in rows if wanted.search(row.raw.decode())]


def _write_jsonl(rows: Rows, out: io.RawIOBase, told: Told) -> None:
    count = 0
    for batch in rows():
        for row in batch:
            out.write(one_line(row.raw) + b"\n")
        count += len(batch)
        told(count)


def _write_csv(rows: Rows, out: io.RawIOBase, told: Told) -> None:
    columns: dict[str, None] = {}
    for batch in rows():  # first all names, so that no field is missed
        for row in batch:
            columns.update(dict.fromkeys(flatten(row.parsed())))
    with csv_rows(out) as writerow:
        writerow([neutral(name) for name in columns])
        count = 0
        for batch in rows():
            for row in batch:
                fields = flatten(row.parsed())
                writerow([cell(fields[name]) if name in fields else "" for name in columns])
            count += len(batch)
            told(count)


@contextlib.contextmanager
def csv_rows(out: io.RawIOBase) -> Iterator[Callable[[Sequence[str]], Any]]:
    """A function that writes one row to `out`, which stays open."""
    text = io.TextIOWrapper(io.BufferedWriter(out), encoding="utf-8", newline="", write_through=False)
    yield csv.writer(text).writerow
    text.flush()
    text.detach().detach()


class _Hashing(io.RawIOBase):
    """Written front to back; tells where it is, which Parquet asks."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.digest, self._at = out, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self.digest.update(piece)
        self.out.write(piece)
        self._at += len(piece)
        return len(piece)


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        with (self.path / name).open("wb") as file:
            yield file


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        with self.archive.open(name, "w", force_zip64=True) as file:
            yield file


@contextlib.contextmanager
def _open_target(target: Path | str | IO[bytes]) -> Iterator[_Target]:
    if isinstance(target, str | Path) and Path(target).suffix.lower() != ".zip":
        yield _Folder(Path(target))
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        yield _Zip(archive)
