"""Everything on one machine: PostgreSQL, Valkey, web, workers and scheduler, embedded unless URLs name real ones."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from listbackup.embedded.postgres import EmbeddedError
from listbackup.embedded.processes import Supervisor, wait_for
from listbackup.embedded.services import Embedded

SANDBOX_PORT_OFFSET = 100


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="imitated platforms, a demo organization and backups")
        parser.add_argument("--check", action="store_true", help="with --demo: prove a full round, print JSON, end")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="backups that run at the same time")
        parser.add_argument("--scale", type=int, default=1000, help="records of the demo's platform")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        # A supervisor that is asked to end must stop its children first.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        services = Embedded()
        supervisor = Supervisor(settings.VAR_DIR / "log")
        try:
            services.start()
            self._serve(supervisor, begun, options)
        except EmbeddedError as error:
            raise CommandError(str(error)) from None
        except (TimeoutError, httpx.HTTPError) as error:
            raise CommandError(f"The start failed: {error}") from None
        except KeyboardInterrupt:
            pass
        finally:
            # Who presses Ctrl-C again must not cut the stopping off: it would leave children behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            self._say(options, "Stopping …")
            supervisor.stop()
            services.close()

    def _serve(self, supervisor: Supervisor, begun: float, options: dict[str, Any]) -> None:
        from listbackup.demo import check, environment  # late: optional

        port = self._free_port(options["port"], strict=not options["check"])
        demo_environment: dict[str, str] = {}
        if options["demo"]:
            sandbox_port = self._free_port(port + SANDBOX_PORT_OFFSET, strict=False)
            demo_environment = environment.variables(sandbox_port)
            environment.start_sandbox(supervisor, sandbox_port, options["scale"])
        self._prepare()
        self._start_children(supervisor, port, options["workers"], demo_environment)
        base = f"http://127.0.0.1:{port}"
        wait_for(
            lambda: self._answers(f"{base}/api/v1/status"), seconds=60, what="The web server", supervisor=supervisor
        )
        address = f"http://localhost:{port}"
        if not options["demo"]:
            self._say(options, f"ListBackup is at {address} ({time.monotonic() - begun:.1f} s). Ctrl-C stops it.")
        elif options["check"]:
            result = check.full_round(base, demo_environment, begun=begun)
            self.stdout.write(json.dumps(result))
            if not result["ok"]:
                sys.exit(1)
            return
        else:
            people = self._seed({**demo_environment, "PUBLIC_URL": address})
            self._say(
                options, f"\nListBackup      {address}\nImitated HubSpot {demo_environment['SANDBOX_URL']}/sandbox/"
            )
            self._say(options, f"API             {address}/api/docs\n\n{people}\n")
            self._say(options, f"Ready in {time.monotonic() - begun:.1f} s. Ctrl-C stops everything.")
        while True:
            for line in supervisor.watch():
                self.stderr.write(line)
            time.sleep(0.5)

    @staticmethod
    def _seed(environment: dict[str, str]) -> str:
        """In a process of its own: the sandbox's address must be in the environment before settings are read."""
        done = subprocess.run(
            [sys.executable, "manage.py", "demo_seed"],
            env=os.environ | environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CommandError(f"The demo could not be made: {done.stderr.strip()[-800:]}")
        return done.stdout.rstrip()

    def _prepare(self) -> None:
        from accounts.services.schemas import migrate_tenants
        from integrations.services.platforms import sync_platforms

        migrate_tenants()
        sync_platforms()

    def _start_children(self, supervisor: Supervisor, port: int, workers: int, extra: dict[str, str]) -> None:
        common = {"STATIC_FROM_SOURCE": "1", **extra}
        python = [sys.executable, "-m"]
        web = [*python, "gunicorn", "listbackup.asgi:application", "-k", "uvicorn_worker.UvicornWorker", "-w", "1"]
        web += ["--bind", f"127.0.0.1:{port}", "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"]
        supervisor.start("web", web, common | {"DATABASE_POOL": "1", "PUBLIC_URL": f"http://localhost:{port}"})
        celery = [*python, "celery", "-A", "listbackup", "worker", "--loglevel", "info", "--without-gossip"]
        celery += ["--without-mingle", "--pool", "prefork"]
        environment = common | {"PUBLIC_URL": f"http://localhost:{port}"}
        quick = [*celery, "-n", "quick@%h", "-Q", "alerts,sync,export,analytics,maintenance", "-c", "3", "-B"]
        supervisor.start("worker-quick", quick, environment)
        backup = [*celery, "-n", "backup@%h", "-Q", "backup", "-c", str(workers)]
        supervisor.start("worker-backup", backup, environment)

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            return httpx.get(url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    @staticmethod
    def _free_port(wanted: int, *, strict: bool) -> int:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                if strict:
                    raise CommandError(f"Port {wanted} is taken: choose another with --port") from None
                probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def _say(self, options: dict[str, Any], line: str) -> None:
        """For people; with --check standard output holds nothing but the JSON line."""
        (self.stderr if options["check"] else self.stdout).write(line)
