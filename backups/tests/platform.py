"""A small platform for tests: three streams over HTTP, changed and broken at will. No code of ours in it."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 10
SECRET = "token-of-the-test-platform"

MANIFEST = """
manifest: 1
key: things
name: Things
base_url: "http://{config.host}"
config:
  host: {label: Host}
auth:
  - kind: bearer
    secret: token
check:
  request: {path: /me}
  account_id: id
  account_label: name
limits:
  concurrency: 4
retries: {attempts: 2, base_s: 0.01, cap_s: 0.02, longest_wait_s: 1}
templates:
  listed:
    records: items
    key: id
    cursor: updated
    page: {kind: cursor, next: next, param: after, size: 10, size_param: limit}
streams:
  items:
    use: listed
    label: Items
    request: {path: /items}
    deletions: {sweep: true, sweep_every_h: 0}
  events:
    use: listed
    label: Events
    request: {path: /events}
    incremental:
      format: integer
      request: {path: /events, query: {since: "{since}"}}
  notes:
    use: listed
    label: Notes
    request: {path: /notes}
    deletions: {sweep: true, sweep_every_h: 0}
"""

Answer = tuple[int, dict[str, str], bytes]
Fault = Callable[[str, dict[str, str], int], Answer | None]


@dataclass
class Platform:
    """`records` by stream and id. `fault` may answer instead: it gets the path, the query and the request's number."""

    url: str = ""
    records: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"items": {}, "events": {}, "notes": {}}
    )
    fault: Fault | None = None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    clock: int = 1000
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def put(self, stream: str, *ids: int, **fields: Any) -> None:
        for number in ids:
            self.clock += 1
            key = f"{number:06}"
            self.records[stream][key] = {"id": key, "updated": self.clock, "name": f"{stream} {number}", **fields}

    def remove(self, stream: str, *ids: int) -> None:
        for number in ids:
            del self.records[stream][f"{number:06}"]

    def pages_of(self, stream: str) -> int:
        return sum(path == f"/{stream}" for path, _ in self.requests)

    def answer(self, path: str, query: dict[str, str], token: str) -> Answer:
        with self.lock:
            self.requests.append((path, query))
            number = len(self.requests)
        if self.fault is not None:
            broken = self.fault(path, query, number)
            if broken is not None:
                return broken
        if token != f"Bearer {SECRET}":
            return as_json({"error": "bad token"}, 401)
        if path == "/me":
            return as_json({"id": "acct-1", "name": "Test account"})
        stream = path.strip("/")
        if stream not in self.records:
            return as_json({"error": "not found"}, 404)
        return as_json(self._page(stream, query))

    def _page(self, stream: str, query: dict[str, str]) -> dict[str, Any]:
        since = int(query.get("since") or 0)
        rows = [row for _, row in sorted(self.records[stream].items()) if row["updated"] >= since]
        rows = [row for row in rows if row["id"] > query.get("after", "")]
        page, more = rows[:PAGE], len(rows) > PAGE
        return {"items": page, **({"next": page[-1]["id"]} if more else {})}


def as_json(body: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


@contextmanager
def serve() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, body = platform.answer(parts.path, query, self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the reader was killed: that is the test
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
