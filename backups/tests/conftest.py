"""A platform, a connection to it, and a source, in Olga's organization."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backups.tests.platform import MANIFEST, SECRET, Platform, serve
from listbackup.testing.sandbox import sandbox, sandbox_server

__all__ = ["sandbox", "sandbox_server"]


@pytest.fixture
def storage(settings: Any, tmp_path: Path) -> Path:
    """Snapshots of the test go to a folder of its own."""
    settings.SNAPSHOT_STORAGE_URL = f"file://{tmp_path / 'snapshots'}"
    settings.SCRATCH_STORAGE_URL = f"file://{tmp_path / 'scratch'}"
    return tmp_path / "snapshots"


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serve() as running:
        yield running


@pytest.fixture
def olga(tenant: Any) -> Any:
    """Olga's context in Acme."""
    return tenant.context(tenant.olga)


@pytest.fixture
def connection(olga: Any, platform: Platform) -> Any:
    from integrations.services.connections import create_connection

    return create_connection(
        olga, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=MANIFEST
    )


@pytest.fixture
def make_source(olga: Any) -> Callable[..., Any]:
    """Sources over a connection that is never called: for tests of rows."""
    from backups.services.sources import create_source
    from integrations.models import Connection, CustomPlatform

    def make(account: Any = None, **options: Any) -> Any:
        owner = account or olga.account
        custom, _ = CustomPlatform.objects.get_or_create(
            account=owner, key="things", defaults={"name": "Things", "manifest": MANIFEST}
        )
        connection = Connection.objects.create(
            account=owner, platform="custom", custom_platform=custom, name="Things", auth_kind="bearer"
        )
        return create_source(olga, connection=connection, **{"start": False, "schedule": "manual", **options})

    return make


@pytest.fixture
def source(olga: Any, connection: Any, storage: Path) -> Any:
    from backups.services.sources import create_source

    return create_source(olga, connection=connection, name="Things", schedule="manual", start=False)


@pytest.fixture
def back_up(olga: Any, source: Any) -> Callable[..., Any]:
    """Starts and runs a backup in this process; the finished job."""
    from backups.pipeline.run import run_job
    from backups.services.jobs import start_job

    def run(**options: Any) -> Any:
        source.refresh_from_db()
        job = start_job(olga, source=source, **options)
        run_job(olga, job.pk)
        job.refresh_from_db()
        source.refresh_from_db()
        return job

    return run


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of jobs that somebody rang for: nobody hears it, and nothing waits for a commit."""
    from backups.tasks import run_job

    heard: list[str] = []
    monkeypatch.setattr(run_job, "ring_for", lambda account_id, *, queue, job_id: heard.append(job_id))
    return heard


@pytest.fixture
def racing(transactional_db: Any) -> Iterator[Any]:
    """The context of a committed organization, for tests with several connections or processes; dropped afterwards."""
    from django.db import connection as database

    from accounts.access.resolve import system_context
    from accounts.access.schema import entered, leave
    from accounts.services.organizations import create_organization
    from listbackup.testing.people import make_user

    account = create_organization(name="Racers", owner=make_user("Rita"))
    with entered(account.organization):
        yield system_context(account)
    leave()
    with database.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {database.ops.quote_name(account.organization.schema_name)} CASCADE")
