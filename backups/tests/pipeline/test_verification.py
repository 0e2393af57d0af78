"""Verification jobs: a code for each kind of damage, what it affects, and the share that is read each day."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import leave
from accounts.outbox.models import OutboxMessage
from backups.enums import JobKind, JobState
from backups.models import Snapshot
from backups.pipeline.run import run_job
from backups.pipeline.verification import due_today
from backups.services.jobs import start_job
from backups.tests.platform import Platform
from listbackup.core.clock import now

pytestmark = pytest.mark.usefixtures("rung")


@pytest.fixture
def chain(platform: Platform, back_up: Any) -> list[Snapshot]:
    """Three snapshots; the first's segment is part of all, the second's of two."""
    platform.put("items", *range(20))
    made = [back_up().snapshot]
    for name in ("changed", "again"):
        platform.put("items", 3, name=name)
        made.append(back_up().snapshot)
    return made


@pytest.fixture
def check(olga: Any, source: Any) -> Callable[..., Any]:
    def run(**parameters: Any) -> Any:
        job = start_job(olga, source=source, kind=JobKind.VERIFY, parameters=parameters or None)
        run_job(olga, job.pk)
        job.refresh_from_db()
        source.refresh_from_db()
        return job

    return run


def segment(storage: Path, snapshot: Snapshot) -> Path:
    [found] = (storage / snapshot.manifest_name).parent.glob("items*.parquet")
    return found


def flip(storage: Path, chain: list[Snapshot]) -> None:
    path = segment(storage, chain[1])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(storage: Path, chain: list[Snapshot]) -> None:
    path = segment(storage, chain[1])
    path.write_bytes(path.read_bytes()[:-9])


def remove(storage: Path, chain: list[Snapshot]) -> None:
    segment(storage, chain[1]).unlink()


def swap(storage: Path, chain: list[Snapshot]) -> None:
    segment(storage, chain[1]).write_bytes(segment(storage, chain[0]).read_bytes())


@pytest.mark.parametrize(
    ("damage", "kind"), [(flip, "flipped"), (cut, "truncated"), (remove, "missing"), (swap, "swapped")]
)
def test_c06_each_damage_has_its_code_and_what_it_affects(
    chain: list[Snapshot], check: Any, storage: Path, damage: Any, kind: str
) -> None:
    damage(storage, chain)
    job = check(share=True)
    assert (job.state, job.error_code) == (JobState.FAILED, f"store.{kind}")
    report = Snapshot.objects.get(pk=chain[1].pk).verify_detail
    assert [one["code"] for one in report["damages"]] == [f"store.{kind}"]
    assert report["affected"]["streams"] == ["items"] and report["affected"]["records"] == 1
    assert report["affected"]["snapshots"] == [str(chain[1].pk), str(chain[2].pk)], "not the first"
    assert OutboxMessage.objects.filter(subject="Things cannot be read").count() == 2, "people are told"
    assert Snapshot.objects.get(pk=chain[0].pk).objects_verified_at, "the others were read all the same"


def test_page_and_api_name_the_damage(
    chain: list[Snapshot], check: Any, storage: Path, source: Any, tenant: Any
) -> None:
    flip(storage, chain)
    check(share=True)
    name = str(segment(storage, chain[1]).relative_to(storage))
    leave()
    client = Client()
    client.force_login(tenant.vera)
    page = client.get(f"/sources/{source.pk}/proof/").content.decode()
    assert "Snapshot 2 is damaged" in page and name in page and "needed by 2 snapshots" in page
    api = APIClient()
    api.force_login(tenant.vera)
    [found] = api.get(f"/api/v1/sources/{source.pk}/proof").json()["damaged"]
    assert (found["number"], found["damages"][0]["code"]) == (2, "store.flipped")
    assert found["affected"]["snapshots"] == [str(chain[1].pk), str(chain[2].pk)]


def test_extra_object_then_named_and_nothing_affected(chain: list[Snapshot], check: Any, storage: Path) -> None:
    (segment(storage, chain[1]).parent / "items-0009-deadbeef.parquet").write_bytes(b"x" * 500)
    assert check(share=True).error_code == "store.extra"
    assert Snapshot.objects.get(pk=chain[1].pk).verify_detail["affected"]["snapshots"] == []


def test_c07_older_manifest_in_its_place_then_replayed(chain: list[Snapshot], check: Any) -> None:
    Snapshot.objects.filter(pk=chain[2].pk).update(manifest_sha256=chain[1].manifest_sha256)
    assert check(share=True).error_code == "store.replayed"


def test_new_objects_are_read_first_and_then_only_what_is_a_month_old(
    chain: list[Snapshot], check: Any, source: Any
) -> None:
    first = check(share=True)
    assert first.counts["snapshots"] == 3 and first.counts["bytes"] == sum(one.bytes_stored for one in chain)
    assert source.last_verified_at == min(Snapshot.objects.values_list("objects_verified_at", flat=True))
    assert check(share=True).counts["snapshots"] == 0, "nothing is a month old"
    month_ago = now() - dt.timedelta(days=31)
    Snapshot.objects.update(objects_verified_at=month_ago)
    Snapshot.objects.filter(pk=chain[1].pk).update(objects_verified_at=month_ago - dt.timedelta(days=1))
    again = check(share=True)
    assert again.counts["snapshots"] == 1, "a thirtieth of the bytes, the oldest first"
    assert Snapshot.objects.get(pk=chain[1].pk).objects_verified_at > month_ago + dt.timedelta(days=30)


def test_each_byte_is_read_once_a_month_and_a_day_reads_a_thirtieth(source: Any, olga: Any) -> None:
    from listbackup.testing.factories import make_snapshot

    start = now()
    for number in range(60):
        make_snapshot(source, bytes_stored=1000, objects_verified_at=start - dt.timedelta(days=30, minutes=number))
    job = start_job(olga, source=source, kind=JobKind.VERIFY, parameters={"share": True})
    read: list[Any] = []
    for day in range(30):
        moment = start + dt.timedelta(days=day)
        today = [one.pk for one in due_today(job, moment)]
        Snapshot.objects.filter(pk__in=today).update(objects_verified_at=moment)
        assert len(today) == 2
        read += today
    assert len(read) == len(set(read)) == 60
