"""What a storage must guarantee. Backends: `local.LocalBlobs`, `s3.S3Blobs`; the rules below are checked by `contract`.

A blob is a sequence of bytes under a name like `accounts/a/keys.json`. Blobs appear whole or not at all and are
never changed: to write a name again replaces the blob in one step. Every method may be called from several threads.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listbackup.core.errors import Conflict, InvalidInput, NotFound, Unavailable


class BlobMissing(NotFound):
    """No blob has this name. Final: trying again does not help."""

    code = "storage.missing"
    remedy = "Run a verification of the source; if the object is really gone, restore it from the replica."


class BlobExists(Conflict):
    """`put(..., if_absent=True)` found the name taken. Final."""

    code = "storage.exists"


class StorageUnavailable(Unavailable):
    """The storage did not answer, refused, or is full. The same call may succeed later."""

    code = "storage.unavailable"
    remedy = "Check the storage: reachable, credentials valid, space left. The run goes on from its last checkpoint."


@dataclass(frozen=True, slots=True)
class BlobInfo:
    name: str
    size: int  # bytes
    modified: datetime  # aware, UTC


class BlobWriter(Protocol):
    def write(self, data: bytes | bytearray | memoryview, /) -> int: ...


class Blobs(Protocol):
    def write(self, name: str) -> AbstractContextManager[BlobWriter]:
        """Write a blob of unknown length piece by piece, in bounded memory.

        It becomes visible, durable and complete when the block ends without an error; after an error nothing of it
        is ever visible. Raises StorageUnavailable.
        """
        ...

    def put(self, name: str, data: bytes, *, if_absent: bool = False) -> None:
        """Write a small blob. With `if_absent`, raises BlobExists when the name is taken, also against other processes."""
        ...

    def get(self, name: str) -> bytes:
        """All bytes. Raises BlobMissing."""
        ...

    def read_range(self, name: str, start: int, length: int) -> bytes:
        """Bytes from `start`; fewer than `length` only at the end of the blob. Raises BlobMissing. May be repeated freely."""
        ...

    def size(self, name: str) -> int:
        """Bytes. Raises BlobMissing."""
        ...

    def exists(self, name: str) -> bool: ...

    def list(self, prefix: str) -> Iterator[BlobInfo]:
        """Complete blobs whose names begin with `prefix`, in order of names; a blob is listed as soon as it is visible."""
        ...

    def delete(self, name: str) -> None:
        """Remove a blob. A missing one is no error."""
        ...

    def lock(self, name: str, until: datetime, mode: str) -> bool:
        """Keep the blob's bytes from being deleted before `until`, whoever wants it (mode COMPLIANCE) or all but who may
        lift it (GOVERNANCE); an earlier lock is extended. False: this storage has no locks. Raises BlobMissing."""
        ...

    def remove_unfinished(self, before: datetime) -> int:
        """Remove what writers that died before that moment left half-written: never a blob. Returns how many."""
        ...


def check_name(name: str) -> str:
    """`name` itself. Raises InvalidInput for names that could leave the storage's folder or do not fit every backend."""
    parts = name.split("/")
    if not name or len(name) > 900 or "\0" in name or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise InvalidInput(f"{name!r} is no object name.", code="storage.bad_name")
    if any(len(part.encode()) > 250 for part in parts):
        raise InvalidInput(f"A part of the object name {name[:80]!r} is too long.", code="storage.bad_name")
    return name
