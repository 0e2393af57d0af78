"""A sandbox served on a free port by a thread, for clients that need a real server."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from integrations.sandbox.config import DEFAULT_STATIC_TOKEN, SandboxConfig
from integrations.sandbox.server import build_app

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings" / "hubspot.jsonl"
SCALE = 1000


class Served:
    """One running sandbox: `url` is its root, `api` a client with the private-app token, `admin` one without."""

    def __init__(self, config: SandboxConfig) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(build_app(config), log_level="error", access_log=False, ws="none", loop="asyncio")
        )
        self._listener = listener
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)
        bearer = {"authorization": f"Bearer {DEFAULT_STATIC_TOKEN}"}
        self.api = httpx.Client(base_url=f"{self.url}/hubspot", headers=bearer, timeout=10)
        self.admin = httpx.Client(base_url=f"{self.url}/sandbox", timeout=10)

    def stop(self) -> None:
        self.api.close()
        self.admin.close()
        self._server.should_exit = True
        self._thread.join(5)
        self._listener.close()


@pytest.fixture(scope="package")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(SandboxConfig(data_dir=tmp_path_factory.mktemp("sandbox"), scale=SCALE, limits=False))
    yield served
    served.stop()


@pytest.fixture
def sandbox(_served: Served) -> Iterator[Served]:
    """The shared sandbox without faults and limits; data may have been changed by other tests."""
    _served.admin.delete("/api/faults")
    _served.admin.post("/api/limits", json={"enabled": False})
    yield _served
    _served.admin.delete("/api/faults")


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start sandboxes with settings of one's own."""
    started: list[Served] = []

    def start(**options: Any) -> Served:
        served = Served(SandboxConfig(data_dir=tmp_path, **({"scale": 100} | options)))
        started.append(served)
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture(scope="session")
def recordings() -> list[dict[str, Any]]:
    """HubSpot's recorded answers."""
    if not RECORDINGS.exists():
        pytest.skip("the recorded answers of HubSpot are not beside this repository (../shared/recordings)")
    return [json.loads(line) for line in RECORDINGS.read_text().splitlines()]
