"""A server that none of us wrote, backed up by a custom connector: the export equals what Stripe's own SDK reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backups.enums import JobState
from backups.pipeline.run import run_job
from backups.query.export import export_snapshot
from backups.services.jobs import start_job
from backups.services.snapshots import view_of
from backups.services.sources import create_source
from integrations.services.connections import create_connection
from listbackup.testing.stripe_server import KEY, StripeServer, stripe_server

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "localstripe.yaml"


@pytest.fixture
def server(settings: Any) -> Iterator[StripeServer]:
    with stripe_server() as running:
        settings.ALLOWED_PRIVATE_HOSTS = [running.host]
        yield running


def back_up(context: Any, source: Any) -> Any:
    job = start_job(context, source=source)
    run_job(context, job.pk)
    job.refresh_from_db()
    source.refresh_from_db()
    assert (job.state, job.error_message) == (JobState.SUCCEEDED, "")
    return job


def exported(job: Any, folder: Path) -> dict[str, Any]:
    with view_of(job.snapshot) as view:
        sums = export_snapshot(view, folder, "jsonl")
    (name,) = [name for name in sums if name.endswith(".jsonl")]
    records = [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    return {record["id"]: record for record in records}


def truth(server: StripeServer) -> dict[str, Any]:
    return {key: customer.to_dict() for key, customer in server.customers().items()}


def test_stripe_customers_changed_and_deleted_then_each_snapshot_exports_its_truth(
    olga: Any, storage: Path, server: StripeServer, tmp_path: Path
) -> None:
    ids = server.add_customers(200)
    connection = create_connection(
        olga,
        platform="custom",
        secrets={"api_key": KEY},
        config={"host": server.host},
        manifest=EXAMPLE.read_text(encoding="utf-8"),
    )
    source = create_source(
        olga, connection=connection, name="Stripe", streams=["customers"], schedule="manual", start=False
    )
    first_truth = truth(server)
    first = back_up(olga, source)
    assert (first.counts["records_read"], first.counts["records_new"]) == (200, 200)

    for key in ids[:10]:
        server.sdk.v1.customers.update(key, {"description": "changed"})
    for key in ids[10:13]:
        server.sdk.v1.customers.delete(key)
    second = back_up(olga, source)
    names = ("records_new", "records_changed", "records_unchanged", "records_deleted")
    assert [second.counts[name] for name in names] == [0, 10, 187, 3]

    assert exported(first, tmp_path / "first") == first_truth
    assert exported(second, tmp_path / "second") == truth(server)
