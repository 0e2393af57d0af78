"""The whole round against an S3 server, through the settings that a person writes."""

import io
import zipfile
from typing import Any

import pytest

from backups.enums import JobState
from backups.pipeline.run import run_job
from backups.services.exports import open_export, start_export
from backups.services.snapshots import verify_snapshot
from backups.services.sources import create_source
from backups.services.storage import snapshot_blobs
from backups.tests.platform import Platform
from backups.tests.services.test_erasure import delete_for_good
from listbackup.core.storage.s3 import S3Blobs
from listbackup.settings.storages import _storage


@pytest.fixture
def bucket(settings: Any, aws: str) -> S3Blobs:
    for name, folder in (("SNAPSHOT", "some/prefix"), ("SCRATCH", "scratch")):
        url = f"s3://backups/{folder}?endpoint_url={aws}&region_name=us-east-1"
        setattr(settings, f"{name}_STORAGE_URL", url)
    settings.STORAGES = {
        **settings.STORAGES,
        "snapshots": _storage(settings.SNAPSHOT_STORAGE_URL),
        "scratch": _storage(settings.SCRATCH_STORAGE_URL),
    }
    blobs = snapshot_blobs()
    assert isinstance(blobs, S3Blobs)
    blobs.client.create_bucket(Bucket="backups")
    return blobs


def test_backup_verify_export_and_erase_in_a_bucket(
    olga: Any, bucket: S3Blobs, connection: Any, platform: Platform
) -> None:
    platform.put("items", *range(25))
    source = create_source(olga, connection=connection, schedule="manual", start=False, streams=["items"])

    def run(job: Any) -> Any:
        run_job(olga, job.pk)
        job.refresh_from_db()
        source.refresh_from_db()
        assert job.state == JobState.SUCCEEDED, job.error_message
        return job

    from backups.services.jobs import start_job

    run(start_job(olga, source=source))
    platform.put("items", 3, name="changed")
    second = run(start_job(olga, source=source))
    assert second.counts["records_changed"] == 1 and second.snapshot.records == 25
    assert verify_snapshot(olga, second.snapshot) == []

    keys = [entry["Key"] for entry in bucket.client.list_objects_v2(Bucket="backups")["Contents"]]
    assert keys and all(key.startswith("some/prefix/accounts/") for key in keys)
    assert [key for key in keys if key.endswith("keys.json")] and sum(
        key.endswith("metadata.json") for key in keys
    ) == 2

    job = run(start_export(olga, source=source, snapshot=second.snapshot))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(open_export(olga, job).content)))
    [name] = [name for name in archive.namelist() if name.endswith("items.jsonl")]
    assert len(archive.read(name).splitlines()) == 25

    victim = next(key for key in keys if key.endswith(".parquet")).removeprefix("some/prefix/")
    bucket.put(victim, bucket.get(victim)[:-1] + b"?")
    assert [damage.object for damage in verify_snapshot(olga, second.snapshot)] == [victim]

    delete_for_good(olga, source)
    run(source.jobs.get(kind="cleanup"))
    left = [info.name for info in bucket.list("")]
    assert left == [f"accounts/{olga.account_id}/keys.json"]
