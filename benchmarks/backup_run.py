#!/usr/bin/env python
"""What a backup costs: CPU seconds, memory, stored bytes, against a platform in another process.

    python benchmarks/backup_run.py [--records 200000] [--json]

Starts a HubSpot-like server (contacts of about 900 bytes, pages of 100) and the embedded services in a temporary
folder, runs a first backup, changes 1 % of the records, runs an incremental one. Each backup is a process of its own;
its CPU time and peak memory are those of that process. Run by hand; it is no test.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
PAGE = 100
START = 1_700_000_000_000  # milliseconds

MANIFEST = """
manifest: 1
key: contacts_benchmark
name: Contacts
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
limits: {concurrency: 8}
streams:
  contacts:
    label: Contacts
    request: {path: /crm/v3/objects/contacts}
    records: results
    key: id
    cursor: properties.lastmodified
    page: {kind: cursor, next: paging.next.after, param: after, size: 100, size_param: limit}
    incremental:
      format: epoch_ms
      request: {path: /crm/v3/objects/contacts, query: {since: "{since}"}}
"""


class Contacts:
    """The platform's data, made from the number alone. First pages are rendered into a file before the clock starts:
    a server that makes its JSON on the fly takes more CPU than the backup, from the same cores."""

    def __init__(self, count: int) -> None:
        self.count, self.changed = count, set[int]()
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.starts: list[int] = []
        words = random.Random(7)
        self.words = ["".join(words.choices("abcdefghijklmnopqrstuvwxyz", k=words.randint(3, 10))) for _ in range(2000)]

    def contact(self, number: int) -> bytes:
        dice = random.Random(number)
        pick = lambda: self.words[int(dice.random() * 2000)]  # noqa: E731
        changed = number in self.changed
        first, last, company = pick(), pick(), pick()
        properties = {
            "createdate": "2023-11-14T22:13:20.000Z",
            "email": f"{first}.{last}{number}@{company}.example.com",
            "firstname": first.title(),
            "lastname": last.title(),
            "phone": f"+44 20 {int(dice.random() * 9e7):08}",
            "company": f"{company.title()} {pick().title()} Ltd",
            "jobtitle": f"{pick()} {pick()}",
            "address": f"{int(dice.random() * 300)} {pick().title()} Street",
            "city": pick().title(),
            "lifecyclestage": ("lead", "customer", "subscriber")[number % 3],
            "hs_object_id": str(number),
            "hubspot_owner_id": str(int(dice.random() * 50)),
            "notes": " ".join(pick() for _ in range(48)) + (" (changed)" if changed else ""),
            "lastmodified": START + number + (10**10 if changed else 0),
        }
        body = {
            "id": str(number),
            "properties": properties,
            "createdAt": "2023-11-14T22:13:20.000Z",
            "updatedAt": "2023-11-14T22:13:20.000Z",
            "archived": False,
        }
        return json.dumps(body).encode()

    def render(self) -> None:
        for after in range(0, self.count, PAGE):
            self.starts.append(self.file.tell())
            last = min(self.count, after + PAGE)
            self.file.write(self._body(range(after + 1, last + 1), more=last < self.count))
        self.starts.append(self.file.tell())
        self.file.flush()

    def page(self, after: int, since: int) -> bytes:
        if since >= START + self.count:
            numbers = sorted(number for number in self.changed if number > after)
            return self._body(numbers[:PAGE], more=len(numbers) > PAGE)
        start, stop = self.starts[after // PAGE : after // PAGE + 2]
        return os.pread(self.file.fileno(), stop - start, start)

    def _body(self, numbers: Sequence[int], *, more: bool) -> bytes:
        body = b'{"results":[' + b",".join(self.contact(number) for number in numbers) + b"]"
        if more:
            body += b',"paging":{"next":{"after":"%d"}}' % numbers[-1]
        return body + b"}"


class Server(asyncio.Protocol):
    """Just enough HTTP for the benchmark: GET, keep-alive."""

    contacts: Contacts

    def connection_made(self, transport: Any) -> None:
        self.transport, self.data = transport, b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while b"\r\n\r\n" in self.data:
            head, self.data = self.data.split(b"\r\n\r\n", 1)
            parts = urlsplit(head.split(b" ", 2)[1].decode())
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.answer(parts.path, query)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )

    def answer(self, path: str, query: dict[str, str]) -> bytes:
        if path == "/me":
            return b'{"id":"1","name":"Benchmark"}'
        if path == "/change":
            step = int(query["every"])
            self.contacts.changed = set(range(step, self.contacts.count + 1, step))
            return b"{}"
        return self.contacts.page(int(query.get("after", 0)), int(query.get("since") or 0))


async def serve(count: int) -> None:
    Server.contacts = Contacts(count)
    Server.contacts.render()
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def back_up(source: str) -> None:
    """The measured process."""
    from listbackup.embedded.services import Embedded

    Embedded().start()
    import django

    django.setup()
    from accounts.access.resolve import find_account, system_context
    from accounts.access.schema import entered
    from backups.management.commands.backup import report
    from backups.models import Source
    from backups.pipeline.run import run_job
    from backups.services.jobs import start_job

    context = system_context(find_account("benchmark"))
    with entered(context.organization):
        job = start_job(context, source=Source.objects.get(pk=source))
        before, begun = time.process_time(), time.monotonic()
        run_job(context, job.pk)
        cpu, wall = time.process_time() - before, time.monotonic() - begun
        job.refresh_from_db()
        result = report(job) | {"cpu_s": cpu, "wall_s": wall}
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


def prepare(host: str) -> str:
    """Database, account, connection, source; the source's id."""
    from listbackup.embedded.services import Embedded

    Embedded().start()
    import django

    django.setup()
    from accounts.access.resolve import system_context
    from accounts.access.schema import entered
    from accounts.models import User
    from accounts.services.organizations import create_organization
    from accounts.services.schemas import migrate_tenants
    from backups.services.sources import create_source
    from integrations.services.connections import create_connection

    migrate_tenants()
    account = create_organization(name="Benchmark", owner=User.objects.create_user("b@example.com", None))
    context = system_context(account)
    with entered(account.organization):
        connection = create_connection(
            context, platform="custom", secrets={"token": "t"}, config={"host": host}, manifest=MANIFEST
        )
        return str(create_source(context, connection=connection, schedule="manual", start=False).pk)


def child(environment: dict[str, str], *arguments: str) -> str:
    # For example BENCHMARK_RUNNER="py-spy record -f raw -o profile.txt --", to see where the time goes.
    runner = os.environ.get("BENCHMARK_RUNNER", "").split() if arguments[0] == "--back-up" else []
    done = subprocess.run(
        [*runner, sys.executable, __file__, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr[-4000:])
    return done.stdout.strip().splitlines()[-1]


def measure(count: int) -> dict[str, Any]:
    import httpx

    folder = Path(tempfile.mkdtemp(prefix="listbackup-benchmark-"))
    environment = os.environ | {
        "LB_VAR": str(folder),
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "listbackup.settings",
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "WARNING",
    }
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(count)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        host = f"127.0.0.1:{server.stdout.readline().strip()}"
        source = child(environment, "--prepare", host)
        first = json.loads(child(environment, "--back-up", source))
        httpx.get(f"http://{host}/change?every=100")
        second = json.loads(child(environment, "--back-up", source))
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "records": first["records_read"],
        "bytes_per_record": round(first["bytes_in"] / max(1, first["records_read"])),
        "cpu_s_per_100k": round(first["cpu_s"] / max(1, first["records_read"]) * 100_000, 3),
        "wall_s": round(first["wall_s"], 1),
        "peak_mb": round(first["peak_mb"]),
        "bytes_stored": first["bytes_stored"],
        "phases_s": first["phases_s"],
        "incremental": {
            "records_read": second["records_read"],
            "changed": second["records_changed"],
            "share_of_bytes": round(second["bytes_stored"] / max(1, first["bytes_stored"]), 4),
            "cpu_s": round(second["cpu_s"], 2),
            "peak_mb": round(second["peak_mb"]),
        },
        "ok": first["ok"] and second["ok"],
        "errors": [first["error"], second["error"]],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[200_000])
    parser.add_argument("--json", action="store_true")
    for hidden in ("--serve", "--prepare", "--back-up"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(int(options.serve)))
    elif options.prepare:
        print(prepare(options.prepare))
    elif options.back_up:
        back_up(options.back_up)
    else:
        for count in options.records:
            result = measure(count)
            print(json.dumps(result) if options.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
