"""C11: our own database is older than the store."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.activity.models import Entry
from backups.errors import SourceBusy
from backups.models import Snapshot
from backups.services.jobs import start_job
from backups.services.reconcile import adopt, plan_reconciliation
from backups.services.snapshots import verify_snapshot
from backups.tests.platform import Platform

pytestmark = pytest.mark.usefixtures("rung")


@pytest.fixture
def forgotten(platform: Platform, back_up: Any, source: Any) -> list[Snapshot]:
    """Three snapshots, of which the database knows the first only."""
    platform.put("items", *range(10))
    made = [back_up().snapshot]
    for name in ("b", "c"):
        platform.put("items", 3, name=name)
        made.append(back_up().snapshot)
    source.last_snapshot = made[0]
    source.save()
    Snapshot.objects.filter(pk__in=[made[1].pk, made[2].pk]).delete()
    return made


def test_c11_newer_snapshots_are_adopted_and_the_chain_goes_on(
    olga: Any, source: Any, forgotten: list[Snapshot], back_up: Any, platform: Platform, capsys: Any
) -> None:
    call_command("reconcile_store", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["found"] == [one.manifest_name for one in forgotten[1:]] and shown["adopted"] == 0
    assert Snapshot.objects.count() == 1, "a plan changes nothing"
    call_command("reconcile_store", "--execute", "--json")
    assert json.loads(capsys.readouterr().out)["adopted"] == 2
    rows = list(Snapshot.objects.order_by("number"))
    same = ("pk", "number", "manifest_sha256", "records", "changed", "bytes_stored", "taken_at", "previous_id")
    assert [[getattr(row, name) for name in same] for row in rows] == [
        [getattr(row, name) for name in same] for row in forgotten
    ]
    assert Entry.objects.filter(action="snapshot.adopted").count() == 2
    source.refresh_from_db()
    assert source.last_snapshot_id == forgotten[2].pk and source.records == 10
    platform.put("items", 4, name="d")
    job = back_up()
    assert job.snapshot.number == 4 and job.counts["records_changed"] == 1
    assert verify_snapshot(olga, job.snapshot) == []
    assert plan_reconciliation(source).adopt == [] and adopt(olga, source) == []


def test_what_does_not_follow_is_left_alone(olga: Any, source: Any, forgotten: list[Snapshot], storage: Path) -> None:
    (storage / forgotten[1].manifest_name).unlink()
    plan = plan_reconciliation(source)
    assert plan.adopt == [] and list(plan.unclear) == [forgotten[2].manifest_name]
    assert adopt(olga, source) == [] and Snapshot.objects.count() == 1


def test_a_damaged_manifest_is_not_adopted(olga: Any, source: Any, forgotten: list[Snapshot], storage: Path) -> None:
    path = storage / forgotten[1].manifest_name
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert plan_reconciliation(source).adopt == [] and adopt(olga, source) == []


def test_not_while_a_backup_may_be_about_to_note_its_own(olga: Any, source: Any, forgotten: list[Snapshot]) -> None:
    start_job(olga, source=source)
    with pytest.raises(SourceBusy):
        adopt(olga, source)
