"""Restore drills: what is proved, what is not, and who hears of it."""

import datetime as dt
import io
import random

import pytest
from django.core import mail
from django.test import Client
from pypdf import PdfReader

from accounts.access.schema import entered, leave
from accounts.outbox.services import deliver_due
from backups.pipeline.run import run_job
from backups.query.drill import drill
from backups.schedule.care import wants_drill
from backups.services.jobs import start_job
from backups.services.snapshots import view_of
from listbackup.core.clock import now


@pytest.fixture
def prove(olga, source):
    def run():
        job = start_job(olga, source=source, kind="drill")
        run_job(olga, job.pk)
        job.refresh_from_db()
        source.refresh_from_db()
        return job

    return run


def damage(storage, change):
    """Changes the stored bytes of the newest segment."""
    path = max(storage.rglob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)
    path.write_bytes(change(path.read_bytes()))


def test_good_snapshot_then_proved_with_count_and_time(platform, back_up, prove, source):
    platform.put("items", *range(30))
    back_up()
    job = prove()
    assert (job.state, job.counts) == ("succeeded", {"records": 30, "streams": len(source.proof["streams"])})
    assert source.proved_at and source.proof["rebuilt"] == source.proof["records"] == 30
    assert source.proof["manifest_sha256"] == source.last_snapshot.manifest_sha256
    assert source.proof["seconds"] > 0


def test_flipped_or_cut_segment_then_not_proved_and_people_are_told(platform, storage, back_up, prove, source):
    platform.put("items", *range(30))
    back_up()
    damage(storage, lambda data: data[:-200] + bytes(byte ^ 1 for byte in data[-200:]))
    job = prove()
    assert job.state == "failed" and job.error_code == "store.damaged"
    assert source.proved_at is None
    deliver_due()
    assert {one.subject for one in mail.outbox} == {"Things could not be rebuilt"}


def test_record_other_than_its_hash_then_not_proved(platform, back_up, prove, source, monkeypatch):
    """What no seal can notice: bytes that were sealed wrongly in the first place."""
    platform.put("items", *range(30))
    with monkeypatch.context() as faulty:
        faulty.setattr("backups.store.stream.content_hashes", lambda raws: [b"x" * 16 for _ in raws])
        back_up()
    job = prove()
    assert job.state == "failed" and job.error_code == "drill.mismatch"
    assert "30 of 30 rebuilt records are not what was received" in job.error_message


def test_large_stream_then_a_sample_that_wraps_and_the_whole_count(platform, back_up, source, monkeypatch):
    platform.put("items", *range(250))
    back_up()
    monkeypatch.setattr("backups.query.drill.WHOLE", 100)
    monkeypatch.setattr("backups.query.drill.SAMPLE", 60)
    with view_of(source.last_snapshot) as view:
        seen = [drill(view, choose=random.Random(number)) for number in range(5)]
    for found in seen:
        [items] = [one for one in found if one.stream == "items"]
        assert (items.expected, items.counted, items.rebuilt, items.wrong) == (250, 250, 60, 0)


def test_due_then_every_night_once(source, platform, back_up, prove):
    assert not wants_drill(source, now())  # no snapshot
    platform.put("items", 1)
    back_up()
    assert wants_drill(source, now())
    prove()
    assert not wants_drill(source, now())
    assert wants_drill(source, now() + dt.timedelta(hours=24))


def test_page_report_and_api_before_and_after(tenant, platform, back_up, prove, source):
    platform.put("items", *range(30))
    back_up()
    client = Client()
    client.force_login(tenant.mia)
    paths = {
        "page": f"/sources/{source.pk}/proof/",
        "report": f"/sources/{source.pk}/proof/report/",
        "api": f"/api/v1/sources/{source.pk}/proof",
    }

    def get(name):
        leave()
        return client.get(paths[name])

    def text():
        return (
            PdfReader(io.BytesIO(b"".join(get("report").streaming_content))).pages[0].extract_text().replace("\n", " ")
        )

    assert "Not proved yet" in get("page").content.decode() and get("api").json() == {
        "proved_at": None,
        "proof": None,
        "damaged": [],
    }
    assert "Not proved restorable yet" in text()
    with entered(tenant.acme.organization):
        prove()
    page = get("page").content.decode()
    assert "Rebuilt and compared" in page and ">30<" in page.replace("\n", "").replace(" ", "")
    told = text()
    assert "Proved restorable" in told and "30 of 30" in told and source.proof["manifest_sha256"] in told
    assert get("api").json()["proof"]["streams"] == [
        {"name": name, "records": records, "rebuilt": rebuilt} for name, records, rebuilt in source.proof["streams"]
    ]
