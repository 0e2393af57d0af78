"""HTTP/1.1 over httpcore's network streams, parsed by httptools (the C parser of Node.js).

httpcore's own connection parses in Python, which weighs when a backup asks for thousands of pages. Errors are httpcore's.
"""

import re
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpcore
import httptools

READ_BYTES = 65_536
HEAD_BYTES = 100_000  # status line and headers; more is refused
IDLE_SECONDS = 30.0
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_NOT_IN_VALUE = re.compile(rb"[\x00\r\n]")
Headers = list[tuple[bytes, bytes]]
Timeouts = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str  # without brackets
    port: int


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` with Host; `content` other than bytes needs Content-Length or `Transfer-Encoding: chunked` in them."""

    method: str
    target: bytes
    headers: Headers
    content: bytes | Iterable[bytes] | None = None


class _Events:
    """What the parser of a connection calls. Interim answers (100 Continue, 103 Early Hints) are passed over."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        """Before each request."""
        self.headers: Headers = []
        self.body: list[bytes] = []
        self.head_done = self.done = self.keep_alive = False

    def on_message_begin(self) -> None:
        if self.done:
            raise httpcore.RemoteProtocolError("there is more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self.parser.get_status_code() < 200:
            self.headers.clear()
        else:
            self.head_done = True

    def on_body(self, data: bytes) -> None:
        self.body.append(data)

    def on_message_complete(self) -> None:
        self.done = self.head_done
        self.keep_alive = bool(self.parser.should_keep_alive())  # the parser knows it only now


@dataclass
class Connection:
    """One request at a time; not thread-safe."""

    origin: Origin
    stream: httpcore.NetworkStream
    idle_since: float = 0.0
    reusable: bool = field(default=False, init=False)
    events: _Events = field(default_factory=_Events, init=False)

    def close(self) -> None:
        self.stream.close()

    @property
    def is_stale(self) -> bool:
        """The other side closed it, or sent what nobody asked for."""
        expired = time.monotonic() - self.idle_since > IDLE_SECONDS
        return expired or bool(self.stream.get_extra_info("is_readable"))

    def exchange(self, request: Request, timeouts: Timeouts) -> "Answer":
        """Sends the request and reads the answer's head. Raises httpcore's errors."""
        self.reusable = False
        self.events.begin()
        self._send(request, timeouts.get("write"))
        return Answer(self, request.method == "HEAD", timeouts.get("read"))

    def _send(self, request: Request, timeout: float | None) -> None:
        head = _head(request)
        content = request.content
        if content is None or isinstance(content, bytes):
            self.stream.write(head + (content or b""), timeout)
            return
        self.stream.write(head, timeout)
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in request.headers)
        for part in content:
            if part:
                self.stream.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part, timeout)
        if chunked:
            self.stream.write(b"0\r\n\r\n", timeout)


class Answer:
    """`status` and `headers` are there at once; iterate for the body, and then `connection.reusable` is right."""

    def __init__(self, connection: Connection, bodiless: bool, timeout: float | None) -> None:
        self._connection, self._timeout, self._bodiless = connection, timeout, bodiless
        self._events, self._ended = connection.events, False
        size = 0
        while not self._events.head_done:
            size += self._feed()
            if size > HEAD_BYTES and not self._events.head_done:
                raise httpcore.RemoteProtocolError("the answer's headers are too large")
        self.status = int(self._events.parser.get_status_code())
        self.headers = self._events.headers

    def __iter__(self) -> Iterator[bytes]:
        events = self._events
        if self._bodiless:
            return  # the parser would wait for a body: this connection ends here
        while True:
            parts, events.body = events.body, []
            yield from parts
            if events.done:
                break
            self._feed()
        self._connection.reusable = events.keep_alive and not self._ended

    def _feed(self) -> int:
        data = self._connection.stream.read(READ_BYTES, self._timeout)
        if not data:
            self._end()
            return 0
        try:
            self._events.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise httpcore.RemoteProtocolError("the answer changes the protocol") from None
        except httptools.HttpParserError as error:
            raise httpcore.RemoteProtocolError(f"the answer is not HTTP: {error.__context__ or error}") from None
        return len(data)

    def _end(self) -> None:
        """The other side closed: the end of a body without a length, or else a broken answer."""
        if not self._events.head_done:
            raise httpcore.RemoteProtocolError("the server closed without an answer")
        if {name.lower() for name, _ in self._events.headers} & {b"content-length", b"transfer-encoding"}:
            raise httpcore.RemoteProtocolError("the answer ends in the middle")
        self._events.done = self._ended = True


class Pool:
    """Connections kept between requests. Thread-safe.

    At most `limit` are open at once: whoever needs another waits `timeouts["pool"]` seconds for it.
    """

    def __init__(self, backend: httpcore.NetworkBackend, context: ssl.SSLContext, limit: int) -> None:
        self._backend, self._context, self._limit = backend, context, limit
        self._condition = threading.Condition()
        self._idle: list[Connection] = []  # longest idle first
        self._open = 0

    def take(self, origin: Origin, timeouts: Timeouts) -> Connection:
        """A connection that nobody else uses; give it back by `release`. Raises httpcore's errors, HostRefused."""
        with self._condition:
            while True:
                found = self._idle_to(origin)
                if found is not None:
                    return found
                if self._open < self._limit:
                    break
                if self._idle:
                    self._drop(self._idle.pop(0))
                elif not self._condition.wait(timeouts.get("pool")):
                    raise httpcore.PoolTimeout("no connection became free in time")
            self._open += 1
        try:
            return Connection(origin, self._connect(origin, timeouts.get("connect")))
        except BaseException:
            self._gone()
            raise

    def release(self, connection: Connection) -> None:
        if not connection.reusable:
            connection.close()
            self._gone()
            return
        connection.idle_since = time.monotonic()
        with self._condition:
            self._idle.append(connection)
            self._condition.notify()

    def close(self) -> None:
        with self._condition:
            while self._idle:
                self._drop(self._idle.pop())

    def _idle_to(self, origin: Origin) -> Connection | None:
        """The one used last: it is the likeliest to be alive."""
        for connection in reversed(self._idle):
            if connection.origin == origin:
                self._idle.remove(connection)
                if not connection.is_stale:
                    return connection
                self._drop(connection)
                return self._idle_to(origin)
        return None

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._open -= 1

    def _gone(self) -> None:
        with self._condition:
            self._open -= 1
            self._condition.notify()

    def _connect(self, origin: Origin, timeout: float | None) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(origin.host, origin.port, timeout)
        if origin.scheme == "https":
            stream = stream.start_tls(self._context, origin.host, timeout)
        return stream


def _head(request: Request) -> bytes:
    """Raises httpcore.LocalProtocolError for what would end a header early."""
    method = request.method.encode("ascii", "replace")
    if not _TOKEN.match(method):
        raise httpcore.LocalProtocolError("the method is not a word")
    lines = [b"%b %b HTTP/1.1" % (method, request.target)]
    for name, value in request.headers:
        if not _TOKEN.match(name) or _NOT_IN_VALUE.search(value):
            raise httpcore.LocalProtocolError(f"the header {name!r} cannot be sent")
        lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join(lines) + b"\r\n\r\n"
