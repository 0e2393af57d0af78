"""A sandbox served on a free port by a thread, for clients that need a real server."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.sandbox.config import DEFAULT_STATIC_TOKEN, SandboxConfig
from integrations.sandbox.server import build_app
from listbackup.testing.asgi_server import serving_asgi

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings" / "hubspot.jsonl"
SCALE = 1000


class Served:
    """One running sandbox: `url` is its root, `api` a client with the private-app token, `admin` one without."""

    def __init__(self, config: SandboxConfig) -> None:
        self._stack = ExitStack()
        self.url = self._stack.enter_context(serving_asgi(build_app(config)))
        bearer = {"authorization": f"Bearer {DEFAULT_STATIC_TOKEN}"}
        self.api = httpx.Client(base_url=f"{self.url}/hubspot", headers=bearer, timeout=10)
        self.admin = httpx.Client(base_url=f"{self.url}/sandbox", timeout=10)

    def stop(self) -> None:
        self.api.close()
        self.admin.close()
        self._stack.close()


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
