"""A tiny real HTTP server for tests: a function answers each request on a free port of loopback."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` of another type than bytes is sent as JSON. `cut` drops the connection after so many bytes."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    gzipped: bool = False


Handler = Callable[[Asked], Any]


@dataclass(slots=True)
class WebServer:
    url: str
    host: str
    asked: list[Asked]


@contextmanager
def serving(handler: Handler) -> Iterator[WebServer]:
    """Serves until the block ends. The handler returns an Answer, bytes, or what is sent as JSON."""
    asked: list[Asked] = []

    class Handle(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            one = Asked(self.command, parts.path, query, headers, body)
            asked.append(one)
            found = handler(one)
            self.reply(found if isinstance(found, Answer) else Answer(found))

        do_GET = do_POST = do_PUT = do_DELETE = handle_one

        def reply(self, answer: Answer) -> None:
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"
            if answer.gzipped:
                body = gzip.compress(body)
            self.send_response(answer.status)
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            if answer.gzipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if answer.cut is not None:
                self.wfile.write(body[: answer.cut])
                self.close_connection = True
                return
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handle)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield WebServer(f"http://{host}", host, asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
