"""Whole backups against a platform that behaves, and one that does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.activity.models import Entry
from backups.enums import Health, JobState, SnapshotStatus, SourceStatus
from backups.models import Job, Snapshot
from backups.pipeline import run as pipeline
from backups.pipeline.run import run_job
from backups.schedule.models import ActiveJob
from backups.services.jobs import cancel_job, start_job
from backups.services.snapshots import verify_snapshot, view_of
from backups.tests.platform import Answer, Platform, as_json


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(35))
    platform.put("events", *range(25))
    platform.put("notes", *range(5))


def stored(snapshot: Snapshot, stream: str) -> dict[str, Any]:
    with view_of(snapshot) as view:
        return {row.key: json.loads(row.raw) for batch in view.iterate(stream) for row in batch}


def one_time(answer: Answer, *, path: str, after: int = 0) -> Any:
    """A fault at the request number `after` (from 0) for `path`, once."""
    seen = {"count": -1}

    def fault(asked: str, query: dict[str, str], number: int) -> Answer | None:
        if asked != path:
            return None
        seen["count"] += 1
        return answer if seen["count"] == after else None

    return fault


def always(answer: Answer, *, path: str, after: int = 0) -> Any:
    seen = {"count": -1}

    def fault(asked: str, query: dict[str, str], number: int) -> Answer | None:
        if asked != path:
            return None
        seen["count"] += 1
        return answer if seen["count"] >= after else None

    return fault


def test_a_first_backup_holds_exactly_what_the_platform_has(back_up: Any, source: Any, platform: Platform) -> None:
    job = back_up()
    assert (job.state, job.error_message) == (JobState.SUCCEEDED, "")
    for stream, records in platform.records.items():
        assert stored(job.snapshot, stream) == records
    assert job.counts["records_read"] == job.counts["records_new"] == 65
    assert job.counts["requests"] >= 8 and job.counts["bytes_in"] > 2000
    assert job.counts["bytes_stored"] == sum(
        segment["bytes"] for segment in _segments(job.snapshot)
    ) + _size_of_manifest(job.snapshot)
    assert set(job.phases) >= {"prepare", "plan", "read", "write", "commit"}
    assert (source.health, source.records) == (Health.PROTECTED, 65)
    assert source.last_snapshot_id == job.snapshot_id and source.last_good_at
    assert not ActiveJob.objects.exists()
    assert Entry.objects.filter(action="backup.completed").count() == 1


def _segments(snapshot: Snapshot) -> list[dict[str, Any]]:
    with view_of(snapshot) as view:
        return [{"bytes": segment.bytes} for segment in view.manifest.own_segments()]


def _size_of_manifest(snapshot: Snapshot) -> int:
    from backups.services.storage import snapshot_blobs

    return snapshot_blobs().size(snapshot.manifest_name)


def test_a_second_backup_stores_only_what_changed_and_notes_what_is_gone(back_up: Any, platform: Platform) -> None:
    first = back_up()
    platform.put("items", 3, 4, name="changed")
    platform.put("items", 100)
    platform.remove("items", 7, 8, 9)
    platform.put("events", 200)
    platform.requests.clear()
    second = back_up()
    assert {name: second.counts[f"records_{name}"] for name in ("new", "changed", "deleted")} == {
        "new": 2,
        "changed": 2,
        "deleted": 3,
    }
    for stream, records in platform.records.items():
        assert stored(second.snapshot, stream) == records
    assert second.snapshot.number == 2 and second.snapshot.previous_id == first.snapshot_id
    assert any(query.get("since") for path, query in platform.requests if path == "/events")
    # The first snapshot still says what was true then.
    assert "000007" in stored(first.snapshot, "items") and "000100" not in stored(first.snapshot, "items")


def test_a_backup_of_nothing_new_writes_no_segment(back_up: Any) -> None:
    back_up()
    again = back_up()
    assert again.counts["records_new"] == again.counts["records_changed"] == again.counts["records_deleted"] == 0
    assert again.snapshot.files == 2 and _segments(again.snapshot) == []


def test_verification_reads_every_byte_and_names_a_flipped_one(
    olga: Any, back_up: Any, source: Any, storage: Path
) -> None:
    snapshot = back_up().snapshot
    assert verify_snapshot(olga, snapshot) == []
    source.refresh_from_db()
    assert source.last_verified_at == snapshot.verified_at
    victim = next(storage.rglob("items-*.parquet"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    damages = verify_snapshot(olga, snapshot)
    assert [(damage.kind, damage.streams) for damage in damages] == [("flipped", ["items"])]
    snapshot.refresh_from_db()
    assert snapshot.verified_ok is False
    job = start_job(olga, source=source, kind="verify")
    run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and job.error_code == "store.flipped"


def test_a01_a_key_that_is_revoked_in_mid_run_asks_to_reconnect_and_keeps_the_last_snapshot(
    back_up: Any, source: Any, platform: Platform, connection: Any
) -> None:
    good = back_up()
    platform.put("items", *range(50, 90))
    platform.fault = always(as_json({"error": "revoked"}, 401), path="/items", after=3)
    job = back_up()
    assert (job.state, job.error_code) == (JobState.FAILED, job.error_code)
    assert job.error_code.startswith("auth.") and job.error_remedy
    connection.refresh_from_db()
    assert connection.status == "needs_reconnect"
    assert source.status == SourceStatus.NEEDS_RECONNECT and source.next_run_at is None
    assert source.last_snapshot_id == good.snapshot_id and Snapshot.objects.count() == 1
    asked = platform.pages_of("items")
    assert asked <= 12, "no storm of retries"


def test_a01_after_reconnecting_it_goes_on_by_itself_from_what_was_read(
    olga: Any, back_up: Any, source: Any, platform: Platform, connection: Any
) -> None:
    from backups.tests.platform import SECRET
    from integrations.services.connections import update_connection

    platform.fault = always(as_json({"error": "revoked"}, 401), path="/items", after=2)
    back_up()
    platform.fault = None
    update_connection(olga, connection, secrets={"token": SECRET})
    source.refresh_from_db()
    assert source.status == SourceStatus.ACTIVE
    again = Job.objects.get(state=JobState.QUEUED)
    run_job(olga, again.pk)
    again.refresh_from_db()
    assert again.state == JobState.SUCCEEDED and again.counts["resumed_from"] >= 20
    assert stored(again.snapshot, "items") == platform.records["items"]


def test_a02_a_cursor_that_loops_stops_the_stream_and_changes_nothing(back_up: Any, platform: Platform) -> None:
    good = back_up(streams=["items"])
    looping = as_json({"items": [platform.records["items"]["000001"]], "next": "000001"})
    platform.fault = always(looping, path="/items", after=1)
    platform.requests.clear()
    job = back_up(streams=["items"])
    assert (job.state, job.error_code) == (JobState.FAILED, "cursor.loop")
    assert platform.pages_of("items") <= 4
    assert Snapshot.objects.get() == good.snapshot


def test_a06_a_login_page_instead_of_json_is_not_zero_records(back_up: Any, source: Any, platform: Platform) -> None:
    back_up()
    login = (200, {"Content-Type": "text/html"}, b"<html><title>Please sign in</title></html>")
    platform.fault = lambda path, query, number: login
    job = back_up()
    assert job.state == JobState.FAILED and job.error_code == "response.not_json"
    assert job.error_message and job.error_effect and source.health == Health.FAILED
    assert source.records == 65


def test_a07_an_empty_list_where_there_were_records_is_suspicious(
    olga: Any, back_up: Any, source: Any, platform: Platform
) -> None:
    back_up()
    kept = dict(platform.records["items"])
    platform.records["items"].clear()
    job = back_up()
    assert job.state == JobState.PARTIAL and job.snapshot.status == SnapshotStatus.SUSPICIOUS
    assert "35 of 35" in job.snapshot.message and source.health == Health.ATTENTION and source.health_remedy
    assert stored(job.snapshot, "items") == kept
    assert source.last_good_at < job.snapshot.taken_at
    # A person says that they are really gone.
    sure = back_up(parameters={"accept_deletions": ["items"]})
    assert sure.snapshot.status == SnapshotStatus.COMPLETE
    assert stored(sure.snapshot, "items") == {} and sure.counts["records_deleted"] == 35


def test_a_stream_that_fails_does_not_cost_the_others(back_up: Any, source: Any, platform: Platform) -> None:
    back_up()
    before = dict(platform.records["items"])
    platform.put("items", 1, name="changed")
    platform.put("events", 77)
    platform.fault = always(as_json({"error": "no"}, 400), path="/items", after=1)
    job = back_up()
    assert job.state == JobState.PARTIAL and job.snapshot.status == SnapshotStatus.PARTIAL
    assert stored(job.snapshot, "items") == before, "the last good state is carried on"
    assert "000077" in stored(job.snapshot, "events")
    states = {stream["name"]: stream["state"] for stream in job.snapshot.streams}
    assert states == {"items": "failed", "events": "complete", "notes": "complete"}
    platform.fault = None
    healed = back_up()
    assert healed.state == JobState.SUCCEEDED and source.refresh_from_db() is None
    assert stored(healed.snapshot, "items") == platform.records["items"]


def test_a08_a_platform_that_is_down_is_tried_again_later_by_the_same_job(
    olga: Any, back_up: Any, platform: Platform
) -> None:
    platform.fault = always(as_json({}, 503), path="/items", after=2)
    job = back_up()
    assert job.state == JobState.WAITING and job.next_attempt_at and job.attempt == 1
    assert "goes on" in job.error_effect
    platform.fault = None
    Job.objects.filter(pk=job.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED and job.counts["resumed_from"] > 0
    assert stored(job.snapshot, "items") == platform.records["items"]
    assert job.counts["records_new"] == 65, "nothing is counted twice"


def test_a_job_that_never_succeeds_is_given_up(olga: Any, back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: as_json({}, 503)
    job = back_up()
    for _ in range(job.max_attempts):
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(next_attempt_at="2020-01-01T00:00:00Z")
        run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DEAD and job.attempt == job.max_attempts


def test_a09_a_quota_frees_the_worker_and_does_not_use_up_an_attempt(back_up: Any, platform: Platform) -> None:
    import datetime as dt

    quota = (429, {"Content-Type": "application/json", "Retry-After": "7200"}, b"{}")
    platform.fault = always(quota, path="/items", after=1)
    job = back_up()
    assert job.state == JobState.WAITING and job.attempt == 0
    left = job.next_attempt_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=1, minutes=50) < left < dt.timedelta(hours=2, minutes=10)


def test_cancelling_a_running_backup_stops_it_at_a_page_and_leaves_no_snapshot(
    olga: Any, source: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.pipeline import progress

    monkeypatch.setattr(progress, "LOOK_EVERY", 0.0)
    job = start_job(olga, source=source)
    taken = pipeline.Writing.page

    def page(self: Any, root: str, page: Any, columns: Any) -> None:
        taken(self, root, page, columns)
        cancel_job(olga, job)

    monkeypatch.setattr(pipeline.Writing, "page", page)
    run_job(olga, job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED and not Snapshot.objects.exists()


def test_b03_the_commit_of_a_worker_that_lost_its_job_is_refused(
    olga: Any, source: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import F

    job = start_job(olga, source=source)
    late = pipeline.commit.commit_rows

    def stolen(*args: Any, **options: Any) -> Any:
        Job.objects.filter(pk=job.pk).update(fencing=F("fencing") + 1)
        return late(*args, **options)

    monkeypatch.setattr(pipeline.commit, "commit_rows", stolen)
    run_job(olga, job.pk)
    assert not Snapshot.objects.exists()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING, "the other worker's"
    # That other worker finds the manifest and makes the row, without reading anything again.
    monkeypatch.setattr(pipeline.commit, "commit_rows", late)
    Job.objects.filter(pk=job.pk).update(lease_expires_at="2020-01-01T00:00:00Z")
    platform.requests.clear()
    run_job(olga, job.pk)
    snapshot = Snapshot.objects.get()
    assert stored(snapshot, "items") == platform.records["items"]
    assert platform.requests == []


def test_records_with_nul_surrogates_and_odd_names_survive_byte_for_byte(back_up: Any, platform: Platform) -> None:
    body = b'{"items":[{"id":"a\\u0000b","updated":5,"name":"\\ud800 \\u202e ../CON. "}]}'
    platform.fault = always((200, {"Content-Type": "application/json"}, body), path="/notes")
    job = back_up(streams=["notes"])
    assert job.state == JobState.SUCCEEDED, job.error_message
    with view_of(job.snapshot) as view:
        [row] = view.page("notes")
    assert row.raw == b'{"id":"a\\u0000b","updated":5,"name":"\\ud800 \\u202e ../CON. "}'
