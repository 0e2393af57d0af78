"""The one factory of outgoing HTTP clients: guarded hosts, no redirects, limits of size and time.

Answers are read and decoded whole in the transport, so that every caller has the same limits and `response.content`
costs nothing. Bodies past the limit raise `BodyTooLarge` before they are in memory, also when they are compressed.
"""

import logging
import re
import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpcore
import httpx

from listbackup.core.errors import PlatformError
from listbackup.core.http.deadline import Deadline, GuardedBackend
from listbackup.core.http.guard import Guard, HostRefused, Resolver, resolve
from listbackup.core.http.http1 import Origin, Pool, Request, Timeouts
from listbackup.core.http.redact import redact

_SAFE_SCHEMES = frozenset({"http", "https"})
_STEP = 1 << 20
_PLAIN_TARGET = re.compile(r"[A-Za-z0-9_.~!#$%&'()*+,/:;=?@\[\]-]*\Z")  # needs no escaping
_PATH_SAFE = "!#$%&'()*+,/:;=?@[]~"  # what is escaped stays so; the rest is escaped here


class BodyTooLarge(PlatformError):
    """The answer's decoded body is larger than allowed."""

    code = "response.too_large"
    kind = "platform"


class BodyDamaged(PlatformError):
    """The answer's compressed body ends early or is not what it claims to be."""

    code = "response.truncated"
    kind = "platform"


class Fetched(NamedTuple):
    """An answer, read and decoded whole."""

    status_code: int
    headers: httpx.Headers
    content: bytes

    @property
    def links(self) -> dict[str | None, dict[str, str]]:
        """The Link header by relation."""
        return httpx.Response(self.status_code, headers=self.headers).links


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`platform_hosts` maps a real host to the URL that answers instead (for tests); times in seconds."""

    allowed_private_hosts: frozenset[str] = frozenset()
    platform_hosts: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = "ListBackup/1"
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 180.0
    max_response_bytes: int = 64 << 20
    max_connections: int = 32
    resolver: Resolver = resolve


class GuardedTransport(httpx.BaseTransport):
    """Our pool over the guarded network backend."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._rewrites = {host.lower(): urlsplit(url) for host, url in settings.platform_hosts.items()}
        targets = {f"{url.hostname}:{url.port or _default_port(url.scheme)}" for url in self._rewrites.values()}
        guard = Guard(settings.allowed_private_hosts | targets, resolver=settings.resolver)
        self._deadline = Deadline()
        read = settings.read_timeout
        self._timeout = {"connect": settings.connect_timeout, "read": read, "write": read, "pool": read}
        self._pool = Pool(GuardedBackend(guard, self._deadline), _tls_context(), settings.max_connections)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises HostRefused, BodyTooLarge, BodyDamaged, or httpx's transport errors."""
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        options = request.extensions
        got = self.fetch(
            request.method,
            str(request.url),
            headers,
            request.stream if isinstance(request.stream, Iterable) else None,
            timeout=options.get("timeout"),
            total=options.get("total_timeout"),
            limit=options.get("max_response_bytes"),
        )
        return httpx.Response(got.status_code, headers=got.headers, content=got.content)

    def fetch(
        self,
        method: str,
        url: str,
        headers: list[tuple[bytes, bytes]],
        content: bytes | Iterable[bytes] | None = None,
        *,
        timeout: Timeouts | None = None,
        total: float | None = None,
        limit: int | None = None,
    ) -> Fetched:
        """One exchange; `headers` without Host. Raises as `handle_request`."""
        scheme, host, target = self._target(url)
        origin = _origin(scheme, host)
        request = Request(method, target, [(b"Host", host.encode("ascii")), *headers], content)
        self._deadline.at = time.monotonic() + (self._settings.total_timeout if total is None else total)
        try:
            allowed = self._settings.max_response_bytes if limit is None else limit
            return self._exchange(origin, request, timeout or self._timeout, allowed)
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error) or "no answer in time") from error
        except (httpcore.RemoteProtocolError, httpcore.ReadError) as error:
            raise httpx.ReadError(str(error) or "the connection broke") from error
        except (httpcore.ConnectError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.ConnectError(str(error) or "no connection") from error
        finally:
            self._deadline.at = float("inf")

    def _target(self, url: str) -> tuple[str, str, bytes]:
        """Scheme, host with port, path with query, after the rewriting of imitated hosts."""
        try:
            parts = urlsplit(url)
            host = (
                parts.netloc.rpartition("@")[2].encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
            )
            host = host.rpartition("@")[2].lower()
            parts.port  # noqa: B018  raises for a port that is none
        except (ValueError, UnicodeError) as error:
            raise HostRefused(f"The address cannot be read: {error}") from None
        if parts.scheme not in _SAFE_SCHEMES or not host:
            raise HostRefused(
                f"Only http and https addresses are allowed, not {parts.scheme or 'one without a scheme'}."
            )
        scheme, path = parts.scheme, parts.path or "/"
        rewritten = self._rewrites.get(parts.hostname or "") if self._rewrites else None
        if rewritten is not None:
            scheme, host = rewritten.scheme, rewritten.netloc
            path = rewritten.path.rstrip("/") + path
        query = f"?{parts.query}" if parts.query else ""
        target = path + query
        if not _PLAIN_TARGET.match(target):
            target = quote(target, safe=_PATH_SAFE)
        return scheme, host, target.encode("ascii")

    def _exchange(self, origin: Origin, request: Request, timeout: Timeouts, limit: int) -> Fetched:
        connection = self._pool.take(origin, timeout)
        try:
            answer = connection.exchange(request, timeout)
            encoding, kept = b"", []
            for pair in answer.headers:
                name = pair[0].lower()
                if name == b"content-encoding":
                    encoding = pair[1].strip().lower()
                elif name not in (b"transfer-encoding", b"content-length"):
                    kept.append(pair)
            body = _read(answer, encoding, limit)
        finally:
            self._pool.release(connection)
        return Fetched(answer.status, httpx.Headers(kept), body)

    def close(self) -> None:
        self._pool.close()


class GuardedClient(httpx.Client):
    """An httpx client; `fetch` is the short way past what httpx does for browsers (cookies, redirects, sign-in flows),
    at a third of the time per request."""

    def __init__(self, transport: GuardedTransport, **options: Any) -> None:
        super().__init__(transport=transport, **options)
        self._guarded = transport
        self._base = [(name.lower(), value) for name, value in self.headers.raw if name.lower() != b"host"]

    def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Fetched:
        """Raises HostRefused, BodyTooLarge, BodyDamaged, or httpx's transport errors."""
        own = [(name.encode("ascii"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        names = {name.lower() for name, _ in own}
        pairs = [pair for pair in self._base if pair[0] not in names] + own
        if content is not None:
            pairs.append((b"Content-Length", str(len(content)).encode()))
        return self._guarded.fetch(method, url, pairs, content)


def build_client(settings: HttpSettings) -> GuardedClient:
    """A thread-safe client. `request.extensions` may hold `max_response_bytes` and `total_timeout`."""
    _quiet_logs()
    return GuardedClient(
        GuardedTransport(settings),
        headers={"User-Agent": settings.user_agent, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"},
        timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        follow_redirects=False,
        trust_env=False,
    )


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """One for all clients: reading the system's certificates takes 30 ms."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _read(stream: Iterable[bytes], encoding: bytes, limit: int) -> bytes:
    if encoding in (b"", b"identity"):
        return _read_plain(stream, limit)
    if encoding not in (b"gzip", b"x-gzip", b"deflate"):
        raise BodyDamaged(f"The answer is encoded as {encoding.decode('latin-1')!r}, which was not asked for.")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in stream:
            while chunk:
                part = unpack.decompress(chunk, _STEP)
                chunk = unpack.unconsumed_tail
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                parts.append(part)
        parts.append(unpack.flush())
    except zlib.error as error:
        raise BodyDamaged(f"The answer's compressed body is damaged: {error}") from None
    if not unpack.eof and size:
        raise BodyDamaged("The answer's compressed body ends too early.")
    return b"".join(parts)


def _read_plain(stream: Iterable[bytes], limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in stream:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The answer is larger than {limit:,} bytes.")


@lru_cache(maxsize=256)
def _origin(scheme: str, netloc: str) -> Origin:
    parts = urlsplit(f"//{netloc}")
    return Origin(scheme, parts.hostname or "", parts.port or _default_port(scheme))


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def rewritten(url: str, platform_hosts: Mapping[str, str]) -> str:
    """`url` as it is when its host is imitated: for addresses that a browser visits."""
    parts = urlsplit(url)
    target = platform_hosts.get(parts.hostname or "")
    if target is None:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{target.rstrip('/')}{parts.path}{query}"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port, for comparing where two URLs lead. Raises ValueError for a malformed URL."""
    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or _default_port(parts.scheme.lower())


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        return True


def _quiet_logs() -> None:
    """httpx logs each URL with its query, httpcore whole headers: neither may reach a log as it is."""
    logger = logging.getLogger("httpx")
    if not any(isinstance(one, _Redacting) for one in logger.filters):
        logger.addFilter(_Redacting())
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    core = logging.getLogger("httpcore")
    if core.level == logging.NOTSET:
        core.setLevel(logging.WARNING)
