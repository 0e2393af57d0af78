"""C8: what dead runs left behind goes; nothing that is referenced, resumable, young or unclear ever does."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.activity.models import Entry
from backups.enums import JobState
from backups.models import Job, Snapshot
from backups.services.collection import collect, plan_collection, remove_unfinished
from backups.services.jobs import start_job
from backups.services.snapshots import verify_snapshot
from backups.services.storage import scratch_blobs, snapshot_blobs
from backups.store.errors import DamagedObject
from backups.tests.platform import Platform, as_json
from listbackup.core.clock import now

TOMORROW = dt.timedelta(hours=25)
LATER = dt.timedelta(days=4)  # after the time in which a failed run is taken up again


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(35))
    platform.put("notes", *range(5))


def parts(storage: Path) -> set[str]:
    return {path.name for path in (storage / "accounts").rglob("*.parquet")}


@pytest.fixture
def dead_run(back_up: Any, platform: Platform) -> Iterator[Job]:
    """A run that wrote parts and ended without a snapshot."""
    platform.fault = lambda path, query, number: as_json({}, 401) if query.get("after", "") >= "000020" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.FAILED and job.checkpoint
    platform.fault = None
    yield job


def test_parts_of_a_dead_run_go_when_nobody_can_take_it_up_again(
    olga: Any, source: Any, dead_run: Job, storage: Path
) -> None:
    left = parts(storage)
    assert left
    assert collect(olga, source, moment=now()) == 0, "they are young"
    assert collect(olga, source, moment=now() + TOMORROW) == 0, "the next backup may go on from there"
    assert parts(storage) == left
    plan = plan_collection(source, moment=now() + LATER)
    assert plan.count == len(left) and plan.bytes > 0 and parts(storage) == left, "a plan only reads"
    assert collect(olga, source, moment=now() + LATER) == len(left)
    assert parts(storage) == set()
    assert Entry.objects.get(action="source.parts_collected").detail["objects"] == len(left)


def test_a_run_that_waits_for_its_quota_for_days_keeps_its_parts(
    olga: Any, source: Any, dead_run: Job, storage: Path
) -> None:
    left = parts(storage)
    Job.objects.filter(pk=dead_run.pk).update(state=JobState.WAITING, finished_at=None)
    assert collect(olga, source, moment=now() + LATER) == 0 and parts(storage) == left


def test_snapshots_lose_nothing_and_a_stray_part_beside_them_goes(
    olga: Any, back_up: Any, source: Any, storage: Path, platform: Platform
) -> None:
    first = back_up().snapshot
    platform.put("items", 3, name="changed")
    second = back_up().snapshot
    stray = first.manifest_name.replace("metadata.json", "items-0009-dead.parquet")
    snapshot_blobs().put(stray, b"left behind")
    seen = second.manifest_name.replace("metadata.json", "items-0010-dead.seen")
    snapshot_blobs().put(seen, b"left behind")
    assert collect(olga, source, moment=now()) == 0
    assert collect(olga, source, moment=now() + LATER) == 2
    assert not snapshot_blobs().exists(stray) and not snapshot_blobs().exists(seen)
    for snapshot in (first, second):
        assert verify_snapshot(olga, snapshot) == []
    assert collect(olga, source, moment=now() + LATER) == 0


def test_a_snapshot_whose_manifest_is_gone_is_left_for_the_repair(
    olga: Any, back_up: Any, source: Any, storage: Path
) -> None:
    snapshot = back_up().snapshot
    snapshot_blobs().delete(snapshot.manifest_name)
    before = parts(storage)
    assert collect(olga, source, moment=now() + LATER) == 0 and parts(storage) == before


def test_a_manifest_without_a_row_still_protects_its_parts(olga: Any, back_up: Any, source: Any, storage: Path) -> None:
    back_up()
    before = parts(storage)
    Snapshot.objects.all().delete()  # the database was restored from before this backup
    assert collect(olga, source, moment=now() + LATER) == 0 and parts(storage) == before


def test_nothing_goes_while_a_manifest_cannot_be_opened(olga: Any, back_up: Any, source: Any, storage: Path) -> None:
    snapshot = back_up().snapshot
    snapshot_blobs().put(snapshot.manifest_name.replace("metadata.json", "items-0009-dead.parquet"), b"x")
    snapshot_blobs().put(snapshot.manifest_name, b"damaged")
    before = parts(storage)
    with pytest.raises(DamagedObject):
        collect(olga, source, moment=now() + LATER)
    assert parts(storage) == before


def test_a_run_that_begins_between_plan_and_execution_keeps_what_it_takes_up(
    olga: Any, source: Any, dead_run: Job, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.services import collection

    left = parts(storage)
    planned = collection.plan_collection

    def plan_then_begin(*args: Any, **options: Any) -> Any:
        found = planned(*args, **options)
        again = start_job(olga, source=source, streams=["items"])
        Job.objects.filter(pk=again.pk).update(checkpoint=dead_run.checkpoint)
        return found

    source.connection.refresh_from_db()
    source.connection.status = "active"
    source.connection.save()
    monkeypatch.setattr(collection, "plan_collection", plan_then_begin)
    assert collect(olga, source, moment=now() + LATER) == 0 and parts(storage) == left


def test_half_written_files_of_killed_writers_go_after_a_day(storage: Path, settings: Any) -> None:
    for blobs in (snapshot_blobs(), scratch_blobs()):
        blobs.put("whole", b"1")
        half = Path(blobs.root) / ".tmp" / "half"
        half.write_bytes(b"12")
    assert remove_unfinished() == 0
    assert remove_unfinished(now() + TOMORROW) == 2
    assert snapshot_blobs().get("whole") == scratch_blobs().get("whole") == b"1"
