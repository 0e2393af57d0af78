"""The imitated platforms for tests: one sandbox process a session, on a free port, on seeded data in a temp folder.

    from listbackup.testing.sandbox import sandbox, sandbox_server  # noqa: F401   in an app's tests/conftest.py

`sandbox` points PLATFORM_HOSTS and PLATFORM_CLIENTS at it and leaves it as it was found.
"""

import html
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.conf import settings as django_settings

from integrations.sandbox import imitations
from integrations.sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_STATIC_TOKEN

SCALE = 300
START_SECONDS = 60


@dataclass
class Sandbox:
    """One running sandbox, with its own administration."""

    url: str
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    static_token: str = DEFAULT_STATIC_TOKEN

    @property
    def hosts(self) -> dict[str, str]:
        """PLATFORM_HOSTS that lead here."""
        own = {"api.hubapi.com": f"{self.url}/hubspot", "app.hubspot.com": f"{self.url}/hubspot-app"}
        return own | imitations.hosts(self.url)

    def consent(self, authorization_url: str, *, allow: bool = True) -> dict[str, str]:
        """What a person does on the consent page; returns the parameters of the redirect back."""
        page = httpx.get(authorization_url)
        assert page.status_code == 200, page.text
        chosen: list[tuple[str, str | int | float | bool | None]] = [("decision", "connect" if allow else "cancel")]
        if allow:
            found = re.findall(r"name='granted_optional' value='([^']*)'", page.text)
            chosen += [("granted_optional", html.unescape(value)) for value in found]
        body = httpx.QueryParams(chosen)
        answer = httpx.post(
            authorization_url,
            content=str(body),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            follow_redirects=False,
        )
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call of the sandbox's own API (`/sandbox/api/...`)."""
        answer = httpx.request(method, f"{self.url}/sandbox/api/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def truth(self, kind: str) -> dict[str, dict[str, Any]]:
        """What the platform holds: id → record, live ones only."""
        answer = httpx.get(f"{self.url}/sandbox/api/truth/{kind}", timeout=60)
        answer.raise_for_status()
        return {str(record["id"]): record for record in map(json.loads, answer.text.splitlines())}


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    data = tmp_path_factory.mktemp("sandbox")
    command = [sys.executable, "-m", "integrations.sandbox", "--port", str(port), "--scale", str(SCALE)]
    log = data / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--data", str(data)],
            cwd=django_settings.BASE_DIR,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(django_settings.BASE_DIR)},
        )
    server = Sandbox(f"http://127.0.0.1:{port}")
    try:
        _wait(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def sandbox(sandbox_server: Sandbox, settings: Any) -> Iterator[Sandbox]:
    settings.PLATFORM_HOSTS = sandbox_server.hosts
    client = (sandbox_server.client_id, sandbox_server.client_secret)
    settings.PLATFORM_CLIENTS = dict.fromkeys(("hubspot", *imitations.imitations()), client)
    yield sandbox_server
    sandbox_server.admin("DELETE", "faults")


def _wait(server: Sandbox, process: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The sandbox ended at its start: {log.read_text()[-800:]}")
        try:
            if httpx.get(f"{server.url}/sandbox/api/state", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError(f"The sandbox did not answer within {START_SECONDS} s")
