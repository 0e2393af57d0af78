"""Reading streams at once: a thread each, pages through one queue that holds a bounded number of bytes."""

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from backups.store.stream import Columns, columns_of
from integrations.connector.records import Page, StreamInfo
from listbackup.core.errors import ListBackupError, PlatformError

BUFFER_BYTES = 24 * 1024 * 1024
BUFFER_PAGES = 64
# The consumer sleeps until so much has come, or half a second: waking it for every page costs a tenth of all CPU.
WAKE_PAGES = 16
WAKE_BYTES = 4 * 1024 * 1024


class StreamReader(Protocol):
    """What a run asks of `integrations.connector.reader.Reader`, or of what stands in for it."""

    @property
    def streams_off(self) -> Mapping[str, str]: ...

    def discover(self) -> list[StreamInfo]: ...

    def count(self, stream: str) -> int | None: ...

    def read(
        self, stream: str, state: dict[str, Any] | None = None, *, children: Collection[str] | None = None
    ) -> Iterator[Page]: ...


@dataclass(frozen=True, slots=True)
class PageRead:
    """`columns` are the page's records, hashed while they are fresh in this core's cache."""

    root: str
    page: Page
    columns: Columns


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The stream was read to its end, or failed with `error`."""

    root: str
    error: ListBackupError | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The platform's own count of a stream."""

    root: str
    total: int


Event = PageRead | StreamEnded | Counted


class _Closed(Exception):
    """The consumer is gone: threads stop."""


class Feed:
    """Iterate over it in one thread; close it to stop the others. Unexpected errors of a thread come out here."""

    def __init__(
        self,
        reader: StreamReader,
        states: dict[str, dict[str, Any] | None],
        *,
        children: Callable[[str], Collection[str]],
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self._reader, self._children, self._stop = reader, children, stop
        self._todo: queue.SimpleQueue[tuple[str, dict[str, Any] | None]] = queue.SimpleQueue()
        for item in states.items():
            self._todo.put(item)
        self._left = len(states)
        self._buffer: deque[tuple[Event | BaseException, int]] = deque()
        self._bytes = 0
        self._closed = False
        self._condition = threading.Condition()
        count = min(threads, len(states))
        self._threads = [threading.Thread(target=self._work, name=f"read-{n}", daemon=True) for n in range(count)]

    def __enter__(self) -> "Feed":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        while self._left:
            event = self._take()
            if isinstance(event, StreamEnded):
                self._left -= 1
            yield event

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._buffer.clear()
            self._condition.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=30)

    @property
    def closed(self) -> bool:
        return self._closed

    # -- the threads ----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closed:
            try:
                root, state = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._read(root, state)
            except _Closed:
                return
            except ListBackupError as error:
                self._put_last(StreamEnded(root, error))
            except BaseException as error:  # noqa: BLE001 - raised again in the consumer's thread
                self._put_last(error)
                return

    def _read(self, root: str, state: dict[str, Any] | None) -> None:
        if state is None:
            self._count(root)
        for page in self._reader.read(root, state, children=self._children(root)):
            self._put(PageRead(root, page, columns_of(page.records)), page.bytes_in)
        self._put(StreamEnded(root), 0)

    def _count(self, root: str) -> None:
        try:
            total = self._reader.count(root)
        except PlatformError:
            return  # only a progress bar depends on it; reading will say what is wrong
        if total is not None:
            self._put(Counted(root, total), 0)

    def _put_last(self, event: Event | BaseException) -> None:
        """An error that nobody waits for any more is dropped: the consumer has one already."""
        with contextlib.suppress(_Closed):
            self._put(event, 0)

    def _put(self, event: Event | BaseException, size: int) -> None:
        with self._condition:
            while (
                not self._closed
                and self._buffer
                and (self._bytes + size > BUFFER_BYTES or len(self._buffer) >= BUFFER_PAGES)
            ):
                self._condition.wait()
            if self._closed:
                raise _Closed
            self._buffer.append((event, size))
            self._bytes += size
            if size == 0 or len(self._buffer) >= WAKE_PAGES or self._bytes >= WAKE_BYTES:
                self._condition.notify_all()

    def _take(self) -> Event:
        with self._condition:
            while not self._buffer:
                # Wakes up now and then: whoever wants to stop is asked even when no page comes.
                if not self._condition.wait(timeout=0.5) and self._stop():
                    raise InterruptedError
            event, size = self._buffer.popleft()
            self._bytes -= size
            self._condition.notify_all()
        if isinstance(event, BaseException):
            raise event
        return event
