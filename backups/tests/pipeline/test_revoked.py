"""A1 by OAuth: somebody withdraws our access at the platform while a backup runs."""

from typing import Any

import pytest

from accounts.access.resolve import context_for
from accounts.enums import Via
from accounts.models import User
from accounts.outbox.models import OutboxMessage
from backups.enums import JobState, SourceStatus
from backups.models import Job, Snapshot
from backups.pipeline import run as pipeline
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.services.snapshots import view_of
from backups.services.sources import create_source
from integrations.oauth import flow
from integrations.services.platforms import sync_platforms
from listbackup.testing.sandbox import Sandbox, sandbox, sandbox_server

__all__ = ["sandbox", "sandbox_server"]
pytestmark = pytest.mark.usefixtures("storage", "rung")


@pytest.fixture
def rita(racing: Any) -> Any:
    """The owner's context in a committed organization: a reader's threads renew tokens on connections of their own."""
    return context_for(User.objects.get(name="Rita"), racing.account_id, via=Via.SESSION)


def connect(context: Any, at: Sandbox, connection: Any = None) -> Any:
    url = flow.start(context, platform="hubspot", session_key="session", connection=connection)
    return flow.finish(user=context.user, session_key="session", platform="hubspot", params=at.consent(url))


@pytest.mark.slow
def test_a01_a_grant_that_is_revoked_in_mid_run_waits_for_a_person_and_goes_on_after_reconnecting(
    rita: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_platforms()
    connection = connect(rita, sandbox)
    source = create_source(rita, connection=connection, schedule="hourly", start=False)
    job, taken = start_job(rita, source=source), pipeline.Writing.page
    pages: list[Any] = []

    def page(self: Any, root: str, page: Any, columns: Any) -> None:
        taken(self, root, page, columns)
        if not pages:
            sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
        pages.append(page)

    monkeypatch.setattr(pipeline.Writing, "page", page)
    run_job(rita, job.pk)
    job.refresh_from_db()
    source.refresh_from_db()
    connection.refresh_from_db()
    assert job.state == JobState.FAILED and job.error_code.startswith("auth."), job.error_message
    assert "econnect" in job.error_remedy and "Nothing was lost" in job.error_effect
    assert connection.status == "needs_reconnect"
    assert source.status == SourceStatus.NEEDS_RECONNECT and source.next_run_at is None
    assert not Snapshot.objects.exists()
    assert list(OutboxMessage.objects.values_list("recipient", flat=True)) == ["rita@example.com"]

    sandbox.admin("DELETE", "faults")
    monkeypatch.setattr(pipeline.Writing, "page", taken)
    connect(rita, sandbox, connection)
    source.refresh_from_db()
    assert source.status == SourceStatus.ACTIVE and source.next_run_at
    again = Job.objects.get(state=JobState.QUEUED)
    run_job(rita, again.pk)
    again.refresh_from_db()
    assert again.state == JobState.SUCCEEDED, again.error_message
    assert again.counts["resumed_from"] > 0
    with view_of(again.snapshot) as view:
        stored = {row.key for batch in view.iterate("contacts") for row in batch}
    assert stored == set(sandbox.truth("contacts"))
    assert OutboxMessage.objects.count() == 1
