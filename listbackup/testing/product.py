"""Parts of the product in processes of their own, with a data folder of their own, to be killed by tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from listbackup.embedded.paths import BASE_DIR

_HOLD = "from listbackup.embedded.services import Embedded; import sys; Embedded(fast=True).start(); print('up', flush=True); sys.stdin.read()"
_ORGANIZATION = """
from accounts.services.organizations import create_organization
from listbackup.testing.people import make_user
print(create_organization(name="Acme", owner=make_user("Olga")).pk)
"""


@dataclass
class Product:
    """`environment` is what its processes see; `account` is the root account of its one organization."""

    environment: dict[str, str]
    account: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def popen(self, *command: str, log: Path | None = None) -> subprocess.Popen[str]:
        """A process of the product, killed at the end of the test if it still runs."""
        with (log or Path(os.devnull)).open("w") as out:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=BASE_DIR,
                env=self.environment,
                stdout=out if log else subprocess.PIPE,
                stderr=subprocess.STDOUT if log else subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def manage(self, *arguments: str) -> str:
        """A command to its end; its standard output. Fails with what it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout[-1500:]} {done.stderr[-1500:]}"
        return done.stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.manage(*arguments, "--json").splitlines()[-1])
        return found

    def prepare(self) -> None:
        """Schemas, and one organization."""
        self.manage("migrate_tenants")
        self.account = self.manage("shell", "-v", "0", "-c", _ORGANIZATION).split()[-1]

    def source(self, manifest: Path, *, secret: str, host: str, streams: str = "items") -> str:
        line = self.json(
            "source_add", "--account", self.account, "--connector", str(manifest), "--streams", streams,
            "--name", f"Source {time.time_ns()}", "--secret", f"token={secret}", "--config", f"host={host}",
        )  # fmt: skip
        return str(line["source"])

    def jobs(self, source: str) -> list[dict[str, Any]]:
        """The source's backups as the database has them, newest first."""
        code = (
            "import json; from accounts.access.schema import entered; from accounts.access.resolve import find_account\n"
            f"with entered(find_account({self.account!r}).organization):\n"
            "    from backups.models import Job\n"
            f"    rows = list(Job.objects.filter(source_id={source!r}, kind='backup').values('id', 'state', 'attempt',"
            " 'fencing', 'lease_owner', 'counts', 'error_message', 'checkpoint'))\n"
            "print(json.dumps(rows, default=str))"
        )
        found: list[dict[str, Any]] = json.loads(self.manage("shell", "-v", "0", "-c", code).splitlines()[-1])
        return found

    def stop(self) -> None:
        while self.started:
            process = self.started.pop()
            # The whole group: a killed Celery worker leaves its scheduler and its children behind.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def embedded_product(var: Path, **settings: str) -> Iterator[Product]:
    """With the embedded services, held by a process of their own, until the block ends."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment = clean | {
        "LB_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "listbackup.settings",
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "STATIC_FROM_SOURCE": "1",
        **settings,
    }
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        cwd=BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin is not None and holder.stdout is not None
    product = Product(environment)
    try:
        assert holder.stdout.readline().strip() == "up"
        product.prepare()
        yield product
    finally:
        product.stop()
        holder.stdin.close()
        holder.wait(60)
        holder.stdout.close()


def until(ready: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Asks until the answer is true, and gives it. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.1)
    return found
