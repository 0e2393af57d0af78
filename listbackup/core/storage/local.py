"""Blobs in a local folder: temporary file, fsync, rename, fsync of the folder."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from .blobs import BlobExists, BlobInfo, BlobMissing, StorageUnavailable, check_name

TEMPORARY = ".tmp"  # beside the blobs, so that rename stays on one file system; never listed


class LocalBlobs:
    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).absolute()

    def __repr__(self) -> str:
        return f"LocalBlobs({str(self.root)!r})"

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        with self._staged(name) as (file, temporary, target):
            yield file
            self._settle(file)
            temporary.replace(target)

    def put(self, name: str, data: bytes, *, if_absent: bool = False) -> None:
        with self._staged(name) as (file, temporary, target):
            file.write(data)
            self._settle(file)
            if not if_absent:
                temporary.replace(target)
                return
            try:
                os.link(temporary, target)  # fails when the name is taken, unlike rename
            except FileExistsError:
                raise BlobExists(f"The object {name} exists already.") from None
            temporary.unlink()

    def get(self, name: str) -> bytes:
        with self._errors(name):
            return self._path(name).read_bytes()

    def read_range(self, name: str, start: int, length: int) -> bytes:
        with self._errors(name), self._path(name).open("rb", buffering=0) as file:
            file.seek(start)
            pieces = []
            while length > 0 and (piece := file.read(length)):
                pieces.append(piece)
                length -= len(piece)
            return b"".join(pieces)

    def size(self, name: str) -> int:
        with self._errors(name):
            return self._path(name).stat().st_size

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def list(self, prefix: str) -> Iterator[BlobInfo]:
        folder, _, start = prefix.rpartition("/")
        base = self.root / check_name(folder) if folder else self.root
        with self._errors(prefix):
            yield from self._walk(base, f"{folder}/" if folder else "", start)

    def delete(self, name: str) -> None:
        with self._errors(name):
            self._path(name).unlink(missing_ok=True)

    def lock(self, name: str, until: datetime, mode: str) -> bool:
        return False

    def remove_unfinished(self, before: datetime) -> int:
        removed = 0
        with self._errors(TEMPORARY), contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self.root / TEMPORARY):
                with contextlib.suppress(FileNotFoundError):  # its writer has just ended
                    if entry.stat().st_mtime < before.timestamp():
                        Path(entry).unlink()
                        removed += 1
        return removed

    def _path(self, name: str) -> Path:
        return self.root / check_name(name)

    def _walk(self, folder: Path, before: str, start: str) -> Iterator[BlobInfo]:
        try:
            entries = [*os.scandir(folder)]
        except FileNotFoundError:
            return
        # a folder sorts as its names do, with the slash: so the whole walk is in order of names
        for entry in sorted(entries, key=lambda e: e.name + "/" if e.is_dir() else e.name):
            if not entry.name.startswith(start) or (not before and entry.name == TEMPORARY):
                continue
            if entry.is_dir():
                yield from self._walk(folder / entry.name, f"{before}{entry.name}/", "")
                continue
            with contextlib.suppress(FileNotFoundError):  # deleted while we list
                stat = entry.stat()
                yield BlobInfo(before + entry.name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    @contextlib.contextmanager
    def _staged(self, name: str) -> Iterator[tuple[IO[bytes], Path, Path]]:
        """A temporary file to fill; the block moves it to its place. Afterwards the folders are made durable."""
        target = self._path(name)
        temporary = self.root / TEMPORARY / uuid4().hex
        with self._errors(name):
            created = self._make_folders(target.parent)
            self._make_folders(temporary.parent)
            try:
                with temporary.open("xb", buffering=1024 * 1024) as file:
                    yield file, temporary, target
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            for folder in {target.parent, *created}:
                self._fsync_folder(folder)

    @staticmethod
    def _settle(file: IO[bytes]) -> None:
        file.flush()
        os.fsync(
            file.fileno()
        )  # after a failed fsync nothing is known about the file: it is given up, never synced again

    def _make_folders(self, folder: Path) -> Sequence[Path]:
        """Create what is missing; the parents whose entries are new and must be synced."""
        parents = []
        at = folder
        while not at.is_dir() and at != at.parent:
            parents.append(at.parent)
            at = at.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return parents

    @staticmethod
    def _fsync_folder(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise BlobMissing(f"The object {name} does not exist.") from error
        except OSError as error:
            raise StorageUnavailable(f"The storage folder failed at {name}: {error.strerror or error}.") from error
