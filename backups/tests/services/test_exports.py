"""Exports: made by a job, sent to those who may see them, gone after a week."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.access.schema import leave
from backups.enums import JobState
from backups.errors import ExportExpired, SnapshotMissing, StreamUnknown
from backups.models import Job
from backups.pipeline.run import run_job
from backups.services.exports import LIFETIME, blob_name, open_export, remove_expired, start_export
from backups.services.jobs import start_job
from backups.services.storage import scratch_blobs
from backups.tests.platform import Platform
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(35))
    platform.put("notes", 1, name='=cmd|"/c calc"!A1', text="line\nbreak, and ; comma")


@pytest.fixture
def make_export(olga: Any, back_up: Any, source: Any) -> Any:
    def make(**options: Any) -> Job:
        snapshot = back_up().snapshot
        job = start_export(olga, source=source, snapshot=snapshot, **options)
        run_job(olga, job.pk)
        job.refresh_from_db()
        return job

    return make


def opened(context: Any, job: Job) -> zipfile.ZipFile:
    download = open_export(context, job)
    content = b"".join(download.content)
    assert len(content) == download.size
    return zipfile.ZipFile(io.BytesIO(content))


def member(archive: zipfile.ZipFile, ending: str) -> str:
    [name] = [name for name in archive.namelist() if name.endswith(ending)]
    return name


def test_a_jsonl_export_holds_what_the_platform_had(olga: Any, make_export: Any, platform: Platform) -> None:
    job = make_export()
    assert job.state == JobState.SUCCEEDED and job.counts["records"] == 36
    with opened(olga, job) as archive:
        lines = archive.read(member(archive, "items.jsonl")).decode().splitlines()
        assert {row["id"]: row for row in map(json.loads, lines)} == platform.records["items"]
        sums = archive.read(member(archive, "checksums.txt")).decode().splitlines()
        for line in sums:
            digest, name = line.split("  ", 1)
            found = [entry for entry in archive.namelist() if entry.endswith(name)]
            assert hashlib.sha256(archive.read(found[0])).hexdigest() == digest
        assert len(sums) >= 3


def test_e05_a_csv_export_holds_the_same_and_no_cell_is_a_formula(olga: Any, make_export: Any) -> None:
    with opened(olga, make_export(format="csv")) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(member(archive, "items.csv")).decode("utf-8-sig"))))
        assert len(rows) == 35 and {row["name"] for row in rows} >= {"items 0", "items 34"}
        text = archive.read(member(archive, "notes.csv")).decode("utf-8-sig")
        [note] = csv.DictReader(io.StringIO(text))
        assert not note["name"].startswith("=") and "cmd" in note["name"]
        assert note["text"] == "line\nbreak, and ; comma"


def test_only_the_chosen_streams_are_in_it(olga: Any, make_export: Any) -> None:
    with opened(olga, make_export(streams=["notes"])) as archive:
        assert not [name for name in archive.namelist() if "items" in name]
        assert member(archive, "notes.jsonl")


def test_wrong_orders_are_refused_before_a_job_exists(olga: Any, back_up: Any, source: Any) -> None:
    with pytest.raises(SnapshotMissing):
        start_export(olga, source=source, snapshot=None)
    snapshot = back_up().snapshot
    with pytest.raises(InvalidInput):
        start_export(olga, source=source, snapshot=snapshot, format="docx")
    with pytest.raises(StreamUnknown):
        start_export(olga, source=source, snapshot=snapshot, streams=["nothing"])
    assert not Job.objects.filter(kind="export").exists()


def test_after_a_week_the_file_cannot_be_had_and_then_is_gone(
    olga: Any, make_export: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.services import exports

    job = make_export()
    assert remove_expired() == 0
    Job.objects.filter(pk=job.pk).update(finished_at=now() - LIFETIME * 1.01)
    job.refresh_from_db()
    with pytest.raises(ExportExpired):
        open_export(olga, job)
    monkeypatch.setattr(exports, "now", lambda: now() + LIFETIME * 1.01)
    assert remove_expired() == 1
    assert not scratch_blobs().exists(blob_name(job))


def test_an_export_whose_file_is_gone_says_so(olga: Any, make_export: Any) -> None:
    job = make_export()
    scratch_blobs().delete(blob_name(job))
    with pytest.raises(ExportExpired):
        open_export(olga, job)


def test_other_jobs_have_no_file(olga: Any, back_up: Any, source: Any) -> None:
    with pytest.raises(ExportExpired):
        open_export(olga, back_up())
    with pytest.raises(ExportExpired):
        open_export(olga, start_job(olga, source=source, kind="verify"))


def test_an_export_that_is_cancelled_leaves_no_file(
    olga: Any, back_up: Any, source: Any, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start_export(olga, source=source, snapshot=back_up().snapshot)
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED and not scratch_blobs().exists(blob_name(job))


def test_d01_people_of_the_organization_may_download_and_nobody_else(make_export: Any, tenant: Any) -> None:
    job = make_export()
    leave()
    address = f"/exports/{job.pk}/"
    expected = {tenant.olga: 200, tenant.vera: 200, tenant.eve: 404, tenant.nora: 404}
    for user, status in expected.items():
        client = Client()
        client.force_login(user)
        answer = client.get(address)
        assert answer.status_code == status, user.email
    assert answer.get("Content-Type", "").startswith("text/html")
    assert Client().get(address).status_code == 302
    client = Client()
    client.force_login(tenant.olga)
    answer = client.get(address)
    assert answer["Content-Disposition"].endswith('.zip"') and answer["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


def test_d02_a_viewer_may_download_but_not_order_an_export(back_up: Any, tenant: Any) -> None:
    snapshot = back_up().snapshot
    leave()
    client = Client()
    client.force_login(tenant.vera)
    assert client.post(f"/snapshots/{snapshot.pk}/export/").status_code == 403


def test_an_asynchronous_server_sends_it_piece_by_piece(
    make_export: Any, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.services import exports

    monkeypatch.setattr(exports, "PIECE", 1000)
    job = make_export()
    leave()

    async def pieces() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(tenant.olga)
        answer = await client.get(f"/exports/{job.pk}/")
        assert answer.status_code == 200 and answer.is_async
        return [piece async for piece in answer.streaming_content]

    got = async_to_sync(pieces)()
    assert len(got) > 1 and max(map(len, got)) <= 1000
    assert zipfile.ZipFile(io.BytesIO(b"".join(got))).testzip() is None


def test_changes_as_a_workbook_then_refused_before_a_job_exists(olga, back_up, platform, source):
    platform.put("items", *range(3))
    older = back_up().snapshot
    platform.put("items", 7)
    newer = back_up().snapshot
    for wrong in ({"format": "xlsx"}, {"format": "csv", "search": "x"}):
        with pytest.raises(InvalidInput):
            start_export(olga, source=source, snapshot=newer, compared_with=older, **wrong)
