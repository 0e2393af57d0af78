"""A storage that fails on demand, around a real one. For tests of everything that must survive a bad storage."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from .blobs import BlobInfo, Blobs, BlobWriter, StorageUnavailable


class Killed(BaseException):
    """The process "died" here: not an Exception, so that nothing recovers from it by accident."""


class FaultyBlobs:
    """`before(step)` is called before every change, with a text such as `write accounts/a/x` or `close accounts/a/x`.

    It may raise StorageUnavailable (a storage that fails) or Killed. Steps are also kept in `steps`.
    `corrupt(name, data)` may alter bytes that are read, `lie(name, data)` bytes on their way to the storage.
    """

    def __init__(self, inner: Blobs, before: Callable[[str], None] = lambda step: None) -> None:
        self.inner, self.before = inner, before
        self.corrupt: Callable[[str, bytes], bytes] = lambda name, data: data
        self.lie: Callable[[str, bytes], bytes] = lambda name, data: data
        self.steps: list[str] = []
        self._lock = threading.Lock()

    def step(self, what: str) -> None:
        with self._lock:
            self.steps.append(what)
        self.before(what)

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[BlobWriter]:
        self.step(f"open {name}")
        with self.inner.write(name) as writer:
            yield _FaultyWriter(self, name, writer)
            self.step(f"close {name}")
        self.step(f"closed {name}")

    def put(self, name: str, data: bytes, *, if_absent: bool = False) -> None:
        self.step(f"put {name}")
        self.inner.put(name, self.lie(name, data), if_absent=if_absent)
        self.step(f"put done {name}")

    def get(self, name: str) -> bytes:
        return self.corrupt(name, self.inner.get(name))

    def read_range(self, name: str, start: int, length: int) -> bytes:
        return self.corrupt(name, self.inner.read_range(name, start, length))

    def size(self, name: str) -> int:
        return self.inner.size(name)

    def exists(self, name: str) -> bool:
        return self.inner.exists(name)

    def list(self, prefix: str) -> Iterator[BlobInfo]:
        return self.inner.list(prefix)

    def remove_unfinished(self, before: datetime) -> int:
        return self.inner.remove_unfinished(before)

    def lock(self, name: str, until: datetime, mode: str) -> bool:
        self.step(f"lock {name}")
        return self.inner.lock(name, until, mode)

    def delete(self, name: str) -> None:
        self.step(f"delete {name}")
        self.inner.delete(name)


class _FaultyWriter:
    def __init__(self, blobs: FaultyBlobs, name: str, inner: BlobWriter) -> None:
        self.blobs, self.name, self.inner = blobs, name, inner

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        self.blobs.step(f"write {self.name}")
        self.inner.write(self.blobs.lie(self.name, bytes(data)))
        return len(data)


def fail_at(number: int, error: type[BaseException] = Killed) -> Callable[[str], None]:
    """A `before` that raises at the `number`-th step (from 0) and at every later one: a dead process stays dead."""
    count = 0

    def before(step: str) -> None:
        nonlocal count
        count += 1
        if count > number:
            raise error(f"at step {number}: {step}")

    return before


__all__ = ["FaultyBlobs", "Killed", "StorageUnavailable", "fail_at"]
