"""The variables that point a ListBackup at its sandbox instead of the real platforms."""

import json
import sys

import httpx
from django.conf import settings

from integrations.sandbox import imitations
from integrations.sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from listbackup.embedded.processes import Supervisor, wait_for


def variables(sandbox_port: int) -> dict[str, str]:
    """Environment for web, workers and commands."""
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    hosts = {"api.hubapi.com": f"{sandbox}/hubspot", "app.hubspot.com": f"{sandbox}/hubspot-app"}
    found = {"PLATFORM_HOSTS": json.dumps(hosts | imitations.hosts(sandbox)), "SANDBOX_URL": sandbox}
    for key in ("hubspot", *imitations.imitations()):
        found[f"PLATFORM_{key.upper()}_CLIENT_ID"] = DEFAULT_CLIENT_ID
        found[f"PLATFORM_{key.upper()}_CLIENT_SECRET"] = DEFAULT_CLIENT_SECRET
    return found


def start_sandbox(supervisor: Supervisor, port: int, scale: int) -> None:
    """Starts the imitations and waits until they answer. Raises TimeoutError."""
    data = settings.VAR_DIR / "sandbox"
    command = [sys.executable, "-m", "integrations.sandbox", "--port", str(port), "--scale", str(scale)]
    supervisor.start("sandbox", [*command, "--data", str(data)])
    wait_for(lambda: _answers(port), seconds=120, what="The sandbox", supervisor=supervisor)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/sandbox/api/state", timeout=2).status_code < 500
    except httpx.HTTPError:
        return False
