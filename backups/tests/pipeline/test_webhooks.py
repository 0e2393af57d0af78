"""A webhook is a hint, never the data: what it names is read again, and nothing else is touched."""

import datetime as dt
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from accounts.outbox.models import OutboxMessage
from backups.enums import Health, JobState, Trigger
from backups.models import Job, Source
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.services.keys import keyring_for_writing
from backups.services.sources import create_source
from backups.services.storage import snapshot_blobs
from backups.store.manifest import load_manifest
from integrations.connector.webhooks.events import Hint
from integrations.directory.models import WebhookAddress, WebhookHint
from integrations.oauth import flow
from integrations.services import webhook_hints
from integrations.services.connections import create_connection
from integrations.services.webhook_intake import _note
from integrations.services.webhooks import webhook_facts
from listbackup.core.clock import now
from listbackup.core.db import connection as database


@pytest.fixture
def hubspot(olga, sandbox, storage, settings):
    """A source of contacts and companies that was backed up once."""
    from integrations.services.platforms import sync_platforms

    settings.WEBHOOK_PAUSE_SECONDS = 0
    sync_platforms()
    connection = create_connection(olga, platform="hubspot", secrets={"access_token": sandbox.static_token})
    source = create_source(
        olga, connection=connection, name="CRM", streams=["contacts", "companies"], schedule="manual", start=False
    )
    run(olga, start_job(olga, source=source))
    source.refresh_from_db()
    assert source.health == Health.PROTECTED
    return source


def run(context, job):
    run_job(context, job.pk)
    job.refresh_from_db()
    return job


def hint(source, *hints):
    address = WebhookAddress.objects.get(connection_id=source.connection_id)
    _note(address, hints)
    return address


def hand_over(context, source):
    webhook_hints.hand_over(context, source.connection_id)
    return Job.objects.filter(source=source, trigger=Trigger.WEBHOOK).order_by("-id").first()


def states(source):
    source.refresh_from_db()
    blobs, keys = snapshot_blobs(), keyring_for_writing(source.account)
    return {n: s.state for n, s in load_manifest(blobs, keys, source.last_snapshot.manifest_name).streams.items()}


def test_a_changed_and_a_deleted_contact_then_only_they_are_read(olga, hubspot, sandbox):
    before, good = states(hubspot), hubspot.last_good_at
    changed = sandbox.admin("POST", "records/change", {"type": "contacts", "count": 1})["ids"]
    gone = sandbox.admin("POST", "records/delete", {"type": "contacts", "count": 1})["ids"]
    other = sandbox.admin("POST", "records/change", {"type": "contacts", "count": 3})["ids"]
    assert not set(other) & set(changed)
    hint(hubspot, *(Hint("contacts", key) for key in changed), *(Hint("contacts", key, True) for key in gone))
    requests = sandbox.admin("GET", "state")["requests"]
    job = run(olga, hand_over(olga, hubspot))
    assert job.state == JobState.SUCCEEDED and job.kind == "sync"
    assert (job.counts["records_changed"], job.counts["records_deleted"], job.counts["records_new"]) == (1, 1, 0)
    assert sandbox.admin("GET", "state")["requests"] - requests <= 5
    # The next increment begins where it would have, so that it finds what nobody told of.
    assert states(hubspot) == before
    assert hubspot.last_good_at == good and not WebhookHint.objects.exists()
    following = run(olga, start_job(olga, source=hubspot))
    assert following.counts["records_changed"] == 3


def test_a_lie_then_nothing_is_deleted_or_made(olga, hubspot, sandbox):
    alive = sandbox.admin("POST", "records/change", {"type": "contacts", "count": 1})["ids"][0]
    run(olga, start_job(olga, source=hubspot))
    hint(hubspot, Hint("contacts", alive, True), Hint("contacts", "999999999"), Hint("contacts", "x' OR 1=1", True))
    job = run(olga, hand_over(olga, hubspot))
    assert job.state == JobState.SUCCEEDED
    assert [job.counts[f"records_{word}"] for word in ("new", "changed", "deleted")] == [0, 0, 0]


def test_a_missing_record_that_nobody_called_deleted_then_it_stays(olga, hubspot, sandbox):
    gone = sandbox.admin("POST", "records/delete", {"type": "contacts", "count": 1, "purge": True})["ids"]
    hint(hubspot, Hint("contacts", gone[0]))
    job = run(olga, hand_over(olga, hubspot))
    assert job.state == JobState.SUCCEEDED and job.counts["records_deleted"] == 0


def test_a_busy_source_then_read_afterwards_and_many_hints_are_one_job(olga, hubspot, settings):
    running = start_job(olga, source=hubspot)
    address = hint(hubspot, *(Hint("contacts", str(number)) for number in range(250)))
    assert hand_over(olga, hubspot) is None
    assert address.hints.count() == 250 and address.hints.first().due_at <= now() + dt.timedelta(seconds=60)
    run(olga, running)
    first = hand_over(olga, hubspot)
    assert len(first.parameters["objects"]["contacts"]["changed"]) == 250 and not address.hints.exists()
    run(olga, first)
    settings.WEBHOOK_PAUSE_SECONDS = 120
    hint(hubspot, Hint("companies", "1"))
    assert hand_over(olga, hubspot) == first  # coalesced: not a job for every change
    assert now() < address.hints.get().due_at <= now() + dt.timedelta(seconds=120)


def test_streams_that_the_source_does_not_hold_then_no_job(olga, hubspot):
    hint(hubspot, Hint("deals", "1"))
    assert hand_over(olga, hubspot) is None and not WebhookHint.objects.exists()


def test_a_targeted_job_that_fails_then_the_source_stays_protected_and_nobody_is_mailed(olga, hubspot, sandbox):
    before = OutboxMessage.objects.count()
    sandbox.admin("POST", "faults", {"kind": "missing_scopes", "path": "/crm/v3/objects/contacts/batch/read"})
    hint(hubspot, Hint("contacts", "1"))
    job = run(olga, hand_over(olga, hubspot))
    assert job.state == JobState.FAILED
    assert Source.objects.get(pk=hubspot.pk).health == Health.PROTECTED
    assert OutboxMessage.objects.count() == before


def test_a_signed_webhook_of_the_sandbox_then_the_change_is_in_a_snapshot(
    olga, sandbox, storage, settings, live_address
):
    """The whole way: OAuth, a person's change at HubSpot, its signed message over HTTP, the job."""
    url, posted = live_address
    settings.PUBLIC_URL, settings.WEBHOOK_PAUSE_SECONDS = url, 0
    start = flow.start(olga, platform="hubspot", session_key="session")
    connection = flow.finish(user=olga.user, session_key="session", platform="hubspot", params=sandbox.consent(start))
    source = create_source(
        olga, connection=connection, streams=["contacts"], schedule="manual", start=False, name="CRM"
    )
    run(olga, start_job(olga, source=source))
    sandbox.admin("POST", "webhooks", {"target": webhook_facts(connection).url})
    try:
        for version in ("v3", "v1"):
            sandbox.admin("POST", "webhooks", {"target": webhook_facts(connection).url, "version": version})
            key = sandbox.admin("POST", "records/change", {"type": "contacts", "count": 1})["ids"][0]
            deliver(posted, olga)
            sandbox.admin("POST", "webhooks/repeat")
            deliver(posted, olga)
            (hint_row,) = WebhookHint.objects.all()
            assert (hint_row.stream, hint_row.key) == ("contacts", key)
            job = run(olga, hand_over(olga, source))
            assert job.counts["records_changed"] == 1
    finally:
        sandbox.admin("POST", "webhooks", {"target": ""})
    found = WebhookAddress.objects.get()
    assert (found.received, found.repeated) == (2, 2)


@pytest.fixture
def live_address():
    """An HTTP address that keeps what is posted to it: the test's own transaction takes it from there."""
    posted: queue.Queue[tuple[str, bytes, dict[str, str]]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.put((self.path, body, dict(self.headers)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()


def deliver(posted, context):
    path, body, headers = posted.get(timeout=10)
    headers = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    database.set_tenant(context.organization)
    assert answer.status_code == 200, answer.content
