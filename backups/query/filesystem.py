"""DuckDB's view of sealed segments: a read-only file system `lb://part` that decrypts what is read.

Traps: DuckDB shares one handle between threads and calls seek, then read (`SealedFile` keeps the position per thread);
it caches file contents by path and time, so a path must name one content for ever (parts do).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
from fsspec.spec import AbstractFileSystem

from backups.store.sealed import SealedFile

PROTOCOL = "lb"
_TIME = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # stored objects never change


class SealedFileSystem(AbstractFileSystem):
    protocol = PROTOCOL
    cachable = False  # one per view: it holds keys

    def __init__(self, opener: Callable[[str], SealedFile]) -> None:
        super().__init__()
        self._opener = opener
        self._files: dict[str, SealedFile] = {}

    def file(self, path: str) -> SealedFile:
        name = str(path).split("://")[-1].lstrip("/")
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = self._opener(name)
        return file

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def exists(self, path: str, **_: Any) -> bool:
        return True

    def isfile(self, path: str) -> bool:
        return True

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": self.file(path).size, "type": "file"}

    def modified(self, path: str) -> dt.datetime:
        return _TIME

    def created(self, path: str) -> dt.datetime:
        return _TIME

    def open(self, path: str, mode: str = "rb", **_: Any) -> "_Handle":
        if mode != "rb":
            raise PermissionError("segments are read only")
        return _Handle(self.file(path))


class _Handle:
    """What DuckDB may close without closing the file that others read."""

    def __init__(self, file: SealedFile) -> None:
        self.file = file
        self.seek, self.tell, self.read = file.seek, file.tell, file.read
        self.size = file.size

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.file.seek(0)


def connect(opener: Callable[[str], SealedFile], *, memory: str = "256MB", threads: int = 2) -> Any:
    """A private in-memory DuckDB that can read `lb://` and nothing is written to disk: no plain text leaves the process."""
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_object_cache": True,
        },
    )
    database.register_filesystem(SealedFileSystem(opener))
    return database
