"""Retention: marked, shown, undone, removed; what is needed, held or doubtful stays; nothing else is harmed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from accounts.access.resolve import system_context
from accounts.activity.models import Entry
from accounts.services.closing import schedule_erasure
from backups.enums import DeletedBy, JobState, SnapshotStatus
from backups.errors import HeldBack, StillNeeded
from backups.models import Job, Snapshot
from backups.query.as_of import View
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.services import holds, removal, retention
from backups.services.collection import collect, plan_collection
from backups.services.jobs import start_job
from backups.services.reconcile import plan_reconciliation
from backups.services.replication import replicate
from backups.services.snapshots import history_of, newest, verify_own_objects, verify_snapshot, view_of
from backups.services.upkeep import tidy
from backups.store import compaction
from backups.tests.platform import Platform
from listbackup.core.clock import now, rfc3339
from listbackup.core.errors import InvalidInput, NotFound

DAY = dt.timedelta(days=1)


@pytest.fixture
def chain(olga: Any, source: Any, platform: Platform, back_up: Any, monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """Ten snapshots of ten days, the last one today; each changes one record. Compacted in between."""
    monkeypatch.setattr(compaction, "FEW", 3)
    platform.put("items", *range(5))
    for number in range(10):
        platform.put("items", number % 5, name=f"state {number}")
        assert back_up().state == JobState.SUCCEEDED
    rows = list(Snapshot.objects.filter(source=source).order_by("number"))
    for row in rows:
        row.taken_at = now() - (10 - row.number) * DAY
        row.save(update_fields=["taken_at"])
    source.refresh_from_db()
    return rows


def numbers(source: Any) -> list[int]:
    return sorted(Snapshot.objects.filter(source=source).values_list("number", flat=True))


def marked(source: Any) -> list[int]:
    rows = Snapshot.objects.filter(source=source, delete_at__isnull=False)
    return sorted(rows.values_list("number", flat=True))


def state(view: View) -> dict[str, bytes]:
    return {row.key: row.raw for batch in view.iterate("items") for row in batch}


def test_what_is_let_go_is_marked_first_and_removed_after_thirty_days(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path
) -> None:
    before = {row.number: self_state(row) for row in chain}
    stored = source.bytes_stored
    retention.set_policy(olga, source, "last=2 weekly=1")
    source.refresh_from_db()
    assert marked(source) == [*range(1, 9)] and len(numbers(source)) == 10
    assert Entry.objects.filter(action="source.retention_changed").count() == 1
    assert tidy(olga, source, moment=now() + 29 * DAY) == 0, "not yet"
    gone = tidy(olga, source, moment=now() + 31 * DAY)
    assert gone > 8 and numbers(source) == [9, 10]
    for row in Snapshot.objects.filter(source=source):
        assert self_state(row) == before[row.number]
        assert verify_snapshot(olga, row) == []
    folders = {path.parent.name for path in (storage / "accounts").rglob("metadata.json")}
    assert folders == {str(row.pk) for row in chain[8:]}
    source.refresh_from_db()
    files = [path for path in (storage / "accounts").rglob("*") if path.suffix in (".parquet", ".json")]
    on_disk = sum(path.stat().st_size for path in files if path.name != "keys.json")
    assert source.bytes_stored == on_disk < stored
    assert tidy(olga, source, moment=now() + 32 * DAY) == 0, "nothing more"
    assert get_snapshot_is_gone(olga, chain[0])


def self_state(row: Snapshot) -> dict[str, bytes]:
    with view_of(row) as view:
        return state(view)


def get_snapshot_is_gone(olga: Any, row: Snapshot) -> bool:
    with pytest.raises(NotFound):
        get_snapshot(olga, row.pk)
    return row.pk not in snapshots_of(olga).values_list("pk", flat=True)


def test_versions_that_are_left_still_tell_when_they_were_written(
    olga: Any, source: Any, chain: list[Snapshot]
) -> None:
    retention.set_policy(olga, source, "last=1")
    tidy(olga, source, moment=now() + 31 * DAY)
    with view_of(newest(source)) as view:
        versions = history_of(source, view, "items", "000002")
    assert versions[0].number == 8 and all(one.taken_at for one in versions)
    assert versions[0].snapshot is None and versions[0].taken_at == rfc3339(chain[7].taken_at)


def test_a_larger_policy_takes_the_marks_away(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    retention.set_policy(olga, source, "last=2")
    assert marked(source)
    retention.set_policy(olga, source, "last=6")
    assert marked(source) == [1, 2, 3, 4]
    retention.set_policy(olga, source, "")
    assert marked(source) == [], "the account keeps everything"


def test_the_account_above_decides_unless_the_source_does(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    source.account.settings = {"retention": "days=30"}
    source.account.save()
    found = retention.policy_of(source)
    assert (str(found.policy), found.own, found.origin) == ("days=30", False, source.account.name)
    source.retention = "last=5"
    assert retention.policy_of(source).own


def test_the_plan_ends_what_the_rules_keep(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    source.account.limits = {"retention": 5}
    source.account.save()
    assert retention.apply(olga, source) == 5
    assert marked(source) == [1, 2, 3, 4, 5]


def test_what_is_on_hold_stays_whoever_wants_it_gone(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    hold = holds.place(olga, reason="Case 7", snapshot=chain[2])
    retention.set_policy(olga, source, "last=1")
    assert 3 not in marked(source) and 2 in marked(source)
    with pytest.raises(HeldBack):
        removal.delete_snapshot(olga, chain[2])
    wide = holds.place(olga, reason="Audit")
    assert marked(source) == [], "a hold on the account spares what was marked"
    assert tidy(olga, source, moment=now() + 60 * DAY) == 0 and len(numbers(source)) == 10
    holds.release(olga, wide)
    tidy(olga, source, moment=now() + 60 * DAY)
    tidy(olga, source, moment=now() + 91 * DAY)
    assert numbers(source) == [3, 10]
    holds.release(olga, hold)
    holds.release(olga, hold)
    assert Entry.objects.filter(action="hold.released").count() == 2
    with pytest.raises(InvalidInput):
        holds.place(olga, reason=" \n")


def test_an_account_with_a_hold_cannot_be_deleted(olga: Any, source: Any) -> None:
    hold = holds.place(olga, reason="Case 8", source=source)
    with pytest.raises(HeldBack):
        schedule_erasure(olga)
    olga.account.refresh_from_db()
    assert olga.account.status == "active"
    holds.release(olga, hold)
    schedule_erasure(olga)


def test_a_suspicious_run_freezes_everything(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    Snapshot.objects.filter(pk=chain[9].pk).update(status=SnapshotStatus.SUSPICIOUS)
    retention.set_policy(olga, source, "last=1")
    assert marked(source) == []
    with pytest.raises(StillNeeded):
        removal.delete_snapshot(olga, chain[0])


def test_by_hand_it_is_marked_too_and_can_be_kept_after_all(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    removal.delete_snapshot(olga, chain[3])
    chain[3].refresh_from_db()
    assert chain[3].delete_by == DeletedBy.HAND
    assert chain[3].delete_at is not None and chain[3].delete_at > now() + 29 * DAY
    assert retention.apply(olga, source) == 0 and marked(source) == [4], "a rule that keeps it does not overrule a wish"
    removal.keep_snapshot(olga, chain[3])
    assert marked(source) == []
    removal.delete_snapshot(olga, chain[3])
    tidy(olga, source, moment=now() + 31 * DAY)
    assert 4 not in numbers(source) and len(numbers(source)) == 9
    with pytest.raises(StillNeeded):
        removal.delete_snapshot(olga, chain[9])


def test_a_snapshot_that_a_job_reads_waits(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    removal.delete_snapshot(olga, chain[3])
    job = start_job(olga, source=source, kind="verify", parameters={"snapshot": str(chain[3].pk)})
    assert removal.remove_due(olga, source, now() + 31 * DAY) == []
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED)
    assert removal.remove_due(olga, source, now() + 31 * DAY) == [4]


def test_a_backup_between_plan_and_execution_is_not_harmed(
    olga: Any, source: Any, chain: list[Snapshot], back_up: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C8. The plan is made, a run compacts and commits, then the plan is executed."""
    retention.set_policy(olga, source, "last=1")
    removal.remove_due(olga, source, now() + 31 * DAY)
    plan = plan_collection(source)
    assert plan.removed and not plan.orphans
    platform.put("items", 9, name="new")
    assert back_up().state == JobState.SUCCEEDED
    monkeypatch.setattr("backups.services.collection.plan_collection", lambda *_, **__: plan)
    assert collect(olga, source) == plan.count
    monkeypatch.undo()
    for row in Snapshot.objects.filter(source=source):
        assert verify_snapshot(olga, row) == []


def test_a_kill_in_the_middle_of_the_collection_leaves_the_rest_for_the_next_night(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backups.services.storage import snapshot_blobs

    retention.set_policy(olga, source, "last=1")
    removal.remove_due(olga, source, now() + 31 * DAY)
    blobs, real, left = snapshot_blobs(), snapshot_blobs().delete, [4]

    def dying(name: str) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(name)

    monkeypatch.setattr(blobs, "delete", dying)
    with pytest.raises(KeyboardInterrupt):
        collect(olga, source)
    monkeypatch.setattr(blobs, "delete", real)
    assert verify_snapshot(olga, newest(source)) == []
    assert collect(olga, source) > 0
    assert len({path.parent for path in (storage / "accounts").rglob("metadata.json")}) == 1
    assert verify_snapshot(olga, newest(source)) == []


def test_nothing_goes_while_a_manifest_is_missing(olga: Any, source: Any, chain: list[Snapshot], storage: Path) -> None:
    retention.set_policy(olga, source, "last=2")
    removal.remove_due(olga, source, now() + 31 * DAY)
    (storage / chain[8].manifest_name).unlink()
    before = {path for path in (storage / "accounts").rglob("*") if path.is_file()}
    assert collect(olga, source) == 0
    assert {path for path in (storage / "accounts").rglob("*") if path.is_file()} == before


def test_the_outlook(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    found = {one.days: one for one in retention.outlook_of(source, now(), retention.parse("days=5"))}
    assert found[0].gone == [1, 2, 3, 4, 5] and found[30].kept == 1, "it is backed up by hand only"
    assert retention.outlook_of(source, now())[-1].kept == 10


def test_the_system_may_do_it_too(source: Any, chain: list[Snapshot]) -> None:
    """At night there is no person."""
    source.retention = "last=1"
    source.save()
    assert retention.apply(system_context(source.account), source) == 9


def test_what_a_removed_snapshot_left_to_later_ones_is_still_verified_and_copied(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, settings: Any, tmp_path: Path
) -> None:
    retention.set_policy(olga, source, "last=2")
    tidy(olga, source, moment=now() + 31 * DAY)
    inherited = [path for path in (storage / "accounts").rglob("*.parquet") if path.parent.name != str(chain[9].pk)]
    inherited = [path for path in inherited if path.parent.name != str(chain[8].pk)]
    assert inherited, "segments of removed snapshots that are still needed"

    settings.REPLICA_STORAGE_URL = f"file://{tmp_path / 'replica'}"
    assert replicate(olga, source) == 2
    assert objects_of(tmp_path / "replica") == objects_of(storage)

    data = bytearray(inherited[0].read_bytes())
    data[100] ^= 1
    inherited[0].write_bytes(data)
    kept = Snapshot.objects.filter(source=source).order_by("number")
    assert [damage.kind for row in kept for damage in verify_own_objects(olga, row)] == ["flipped"]


def test_what_goes_here_goes_in_the_replica_too(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, settings: Any, tmp_path: Path
) -> None:
    settings.REPLICA_STORAGE_URL = f"file://{tmp_path / 'replica'}"
    assert replicate(olga, source) == 10
    retention.set_policy(olga, source, "last=2")
    assert tidy(olga, source, moment=now() + 31 * DAY)
    assert objects_of(tmp_path / "replica") == objects_of(storage)


def objects_of(folder: Path) -> set[str]:
    files = (path for path in (folder / "accounts").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files}


def test_a_removed_snapshot_is_not_taken_up_again(olga: Any, source: Any, chain: list[Snapshot]) -> None:
    """Its manifest may still lie there when the collection was late."""
    retention.set_policy(olga, source, "last=2")
    removal.remove_due(olga, source, now() + 31 * DAY)
    plan = plan_reconciliation(source)
    assert plan.adopt == [] and plan.unclear == {}
