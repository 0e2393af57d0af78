"""A platform that lies, stumbles or answers nonsense: section A of the fault suite."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from accounts.outbox.models import OutboxMessage
from backups.enums import JobState, SnapshotStatus
from backups.models import Job, Snapshot
from backups.pipeline.run import run_job
from backups.services.keys import recovery_key
from backups.services.snapshots import view_of
from backups.tests.platform import Answer, Platform, as_json
from backups.tests.services.test_keys import read_backup
from integrations.services.connections import update_connection

JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(35))


def stored(snapshot: Snapshot, stream: str) -> dict[str, Any]:
    with view_of(snapshot) as view:
        return {row.key: json.loads(row.raw) for batch in view.iterate(stream) for row in batch}


def raw(snapshot: Snapshot, stream: str) -> dict[str, bytes]:
    with view_of(snapshot) as view:
        return {row.key: row.raw for batch in view.iterate(stream) for row in batch}


def test_a03_records_that_come_twice_are_stored_once(back_up: Any, platform: Platform) -> None:
    rows = [platform.records["items"][f"{number:06}"] for number in range(35)]

    def repeat(path: str, query: dict[str, str], number: int) -> Answer | None:
        if path != "/items":
            return None
        # Page 4 is page 3 again, under a new cursor.
        at = query.get("after", "0")
        pages = {"0": (rows[:10], "1"), "1": (rows[10:20], "2"), "2": (rows[20:30], "3"), "3": (rows[20:30], "4")}
        page, following = pages.get(at, (rows[30:], ""))
        return as_json({"items": page, **({"next": following} if following else {})})

    platform.fault = repeat
    job = back_up(streams=["items"])
    assert job.state == JobState.SUCCEEDED, job.error_message
    assert stored(job.snapshot, "items") == platform.records["items"]
    assert job.counts["records_new"] == job.snapshot.records == 35 and job.counts["records_read"] == 45


def test_a05_truncated_json_is_asked_for_again_and_never_half_taken(back_up: Any, platform: Platform) -> None:
    seen: list[str] = []

    def cut(path: str, query: dict[str, str], number: int) -> Answer | None:
        if path != "/items" or query.get("after") != "000009" or seen:
            return None
        seen.append(path)
        whole = json.dumps({"items": [platform.records["items"]["000010"]], "next": "000010"}).encode()
        return 200, JSON, whole[: len(whole) // 2]

    platform.fault = cut
    job = back_up(streams=["items"])
    assert seen and job.state == JobState.SUCCEEDED, job.error_message
    assert stored(job.snapshot, "items") == platform.records["items"]


def test_a05_json_that_stays_truncated_waits_and_is_told_in_words(back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: (200, JSON, b'{"items":[{"id":"1"') if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.WAITING and job.error_message and job.next_attempt_at
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"items"', b"7", b'{"items":7}', b'{"items":["a"]}', b'{"items":[{"name":"no id"}]}', b""]
)
def test_a06_json_of_another_shape_is_not_zero_records(back_up: Any, platform: Platform, body: bytes) -> None:
    back_up()
    platform.fault = lambda path, query, number: (200, JSON, body) if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state in (JobState.FAILED, JobState.WAITING), body
    assert job.error_message and Snapshot.objects.count() == 1


def test_a07_a_first_backup_of_an_empty_platform_is_complete(back_up: Any, platform: Platform) -> None:
    platform.records["items"].clear()
    job = back_up()
    assert job.state == JobState.SUCCEEDED and job.snapshot.status == SnapshotStatus.COMPLETE
    assert job.snapshot.records == 0


def test_a10_a_record_of_3_mb_comes_back_byte_for_byte(back_up: Any, platform: Platform) -> None:
    big = os.urandom(1_500_000).hex()
    platform.put("items", 7, body=big)
    job = back_up(streams=["items"])
    assert job.state == JobState.SUCCEEDED, job.error_message
    assert stored(job.snapshot, "items")["000007"]["body"] == big


def test_a10_a_record_nested_too_deep_is_no_crash(back_up: Any, platform: Platform) -> None:
    deep = b'{"items":[{"id":"000001","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    platform.fault = lambda path, query, number: (200, JSON, deep) if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.is_finished or job.state == JobState.WAITING
    assert job.state == JobState.SUCCEEDED or job.error_message


def test_a12_odd_text_is_the_same_in_snapshot_export_and_rescue(
    olga: Any, back_up: Any, source: Any, platform: Platform, storage: Path, tmp_path: Path
) -> None:
    texts = [
        r'"\u0000"', r'"\ud800"', r'"\udfff x \ud83d"', '"\u202e\u200f ../../CON. "', r'"😀 \ud83d\ude00"',
        r'"\\u0000 \" \/ \b"', "1e999", "-0.0", "12345678901234567890123456789", "1.10", '"' + "n" * 5000 + '"',
    ]  # fmt: skip
    records = {f"{n:06}": b'{"id":"%06d","updated":5, "v" : %s}' % (n, text.encode()) for n, text in enumerate(texts)}
    body = b'{"items":[' + b",".join(records.values()) + b"]}"
    platform.fault = lambda path, query, number: (200, JSON, body) if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.SUCCEEDED, job.error_message
    assert raw(job.snapshot, "items") == records

    exported, rescued = tmp_path / "exported", tmp_path / "rescued"
    call_command("export", str(source.pk), "--to", str(exported))
    done = read_backup(storage, recovery_key(olga), "export", str(job.snapshot.pk), "--to", str(rescued))
    assert done.returncode == 0, done.stderr
    for folder in (exported, rescued):
        assert sorted((folder / "items.jsonl").read_bytes().splitlines()) == sorted(records.values()), folder.name
    again = back_up(streams=["items"])
    assert again.counts["records_changed"] == again.counts["records_new"] == 0, "and it is seen to be the same"


def test_a01_a_revoked_access_is_one_try_one_mail_and_goes_on_after_reconnecting(
    olga: Any, back_up: Any, platform: Platform, connection: Any, rung: list[str]
) -> None:
    from backups.tests.platform import SECRET

    platform.fault = lambda path, query, number: (
        as_json({"error": "revoked"}, 401) if query.get("after", "") >= "000020" else None
    )
    job = back_up(streams=["items"])
    assert job.state == JobState.FAILED and job.error_code.startswith("auth.") and job.error_remedy
    assert sum(query.get("after", "") >= "000020" for _, query in platform.requests) <= 2, "no storm"
    assert OutboxMessage.objects.filter(subject__contains="reconnected").count() == OutboxMessage.objects.count() == 2
    assert not Snapshot.objects.exists()
    platform.fault = None
    update_connection(olga, connection, secrets={"token": SECRET})
    again = Job.objects.get(state=JobState.QUEUED)
    run_job(olga, again.pk)
    again.refresh_from_db()
    assert again.state == JobState.SUCCEEDED
    assert stored(again.snapshot, "items") == platform.records["items"]
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize("header", ["", "junk", "-1", "1e400", "Mon, 99 Foo 2026 00:00:00 GMT", "86400", "9" * 400])
def test_a09_any_429_parks_the_job_and_keeps_what_was_read(back_up: Any, platform: Platform, header: str) -> None:
    headers = {**JSON, **({"Retry-After": header} if header else {})}
    platform.fault = lambda path, query, number: (429, headers, b"{}") if query.get("after", "") >= "000020" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.WAITING and job.next_attempt_at and not Snapshot.objects.exists()
    assert (job.next_attempt_at - job.started_at).total_seconds() <= 24 * 3600 + 60
    platform.fault = None
    platform.requests.clear()
    cache.clear()  # the pause that all readers of the connection share is over
    Job.objects.filter(pk=job.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    from accounts.access.resolve import system_context

    run_job(system_context(job.account), job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error_message
    assert stored(job.snapshot, "items") == platform.records["items"]
    assert platform.pages_of("items") <= 3, "the first pages are not read again"
