"""The replica: what is copied, how far it is behind, repair from it, and that erasing reaches it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.activity.models import Entry
from backups.models import Snapshot
from backups.services import replication
from backups.services.closing import erase_everything
from backups.services.keys import keyring_for_writing, keyring_of, recovery_key
from backups.services.replication import lag_of, repair, replicate
from backups.services.snapshots import verify_snapshot
from backups.services.storage import replica_blobs, snapshot_blobs
from backups.store.errors import DamagedObject, KeyUnavailable
from backups.store.manifest import load_manifest
from backups.store.verify import verify_snapshot as verify_bytes
from backups.tests.platform import Platform
from listbackup.core.storage.faulty import FaultyBlobs, Killed, fail_at
from listbackup.embedded.paths import BASE_DIR


@pytest.fixture
def replica(settings: Any, storage: Path) -> Path:
    settings.REPLICA_STORAGE_URL = f"file://{storage.parent / 'replica'}"
    return storage.parent / "replica"


@pytest.fixture
def chain(platform: Platform, back_up: Any, replica: Path, monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    from backups.tasks import replicate as task

    monkeypatch.setattr(task, "ring_for", lambda *args, **options: None)
    platform.put("items", *range(20))
    made = [back_up().snapshot]
    platform.put("items", 3, name="changed")
    return [*made, back_up().snapshot]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def flip(path: Path) -> bytes:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return bytes(data)


def segment(folder: Path, snapshot: Snapshot) -> Path:
    [found] = (folder / snapshot.manifest_name).parent.glob("items*.parquet")
    return found


def test_the_replica_is_the_same_and_opens_with_the_recovery_key(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path
) -> None:
    lag = lag_of([source])
    assert lag.waiting == 2 and lag.seconds > 0
    assert replicate(olga, source) == 2 and replicate(olga, source) == 0
    assert lag_of([source]) == replication.Lag(0, 0.0)
    assert files(replica) == files(storage)
    tool = [sys.executable, str(BASE_DIR / "bin/read-backup"), "--files", str(replica)]
    tool += ["--recovery-key", recovery_key(olga), "show", str(chain[1].pk)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_what_is_damaged_here_is_not_copied_there(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path
) -> None:
    bad = segment(storage, chain[0])
    good = bad.read_bytes()
    flip(bad)
    assert replicate(olga, source) == 1 and lag_of([source]).waiting == 1
    assert not (replica / chain[0].manifest_name).exists() and not segment_exists(replica, chain[0])
    bad.write_bytes(good)
    assert replicate(olga, source) == 1
    assert files(replica) == files(storage)


def segment_exists(folder: Path, snapshot: Snapshot) -> bool:
    return any((folder / snapshot.manifest_name).parent.glob("*.parquet"))


def test_a_copy_that_dies_anywhere_goes_on_and_never_shows_half_a_snapshot(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ring = replica_blobs(), keyring_of(olga.account)
    assert real is not None
    number, ended = 0, False
    while not ended:
        shutil.rmtree(replica, ignore_errors=True)
        Snapshot.objects.update(replicated_at=None)
        dying = FaultyBlobs(real, fail_at(number))
        with monkeypatch.context() as patch:
            patch.setattr(replication, "replica_blobs", lambda: dying)  # noqa: B023 - used in this turn only
            try:
                replicate(olga, source)
                ended = True
            except Killed:
                number += 1
        for snapshot in chain:
            if real.exists(snapshot.manifest_name):
                assert verify_bytes(real, ring, snapshot.manifest_name) == []
        replicate(olga, source)
        assert files(replica) == files(storage)
    assert number > 20, "every step of the copy was its last once"


def test_a_lying_replica_is_noticed(
    olga: Any, source: Any, chain: list[Snapshot], replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = replica_blobs()
    assert real is not None
    liar = FaultyBlobs(real)
    liar.lie = lambda name, data: data[:-1] + b"\0" if name.endswith(".parquet") and data else data
    monkeypatch.setattr(replication, "replica_blobs", lambda: liar)
    assert replicate(olga, source) == 0 and lag_of([source]).waiting == 2


@pytest.mark.parametrize("how", ["flip", "cut", "remove", "manifest", "checksums"])
def test_c06_damage_is_repaired_from_the_replica(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, how: str
) -> None:
    replicate(olga, source)
    before, bad = files(storage), segment(storage, chain[0])
    if how == "flip":
        flip(bad)
    elif how == "cut":
        bad.write_bytes(bad.read_bytes()[:-20])
    elif how == "remove":
        bad.unlink()
    elif how == "manifest":
        flip(storage / chain[1].manifest_name)
    else:
        flip((storage / chain[1].manifest_name).parent / "checksums.txt")
    assert verify_snapshot(olga, chain[1]) != []
    repaired, left = repair(olga, chain[1])
    assert len(repaired) == 1 and left == [] and files(storage) == before, "and nothing is left aside"
    assert Entry.objects.filter(action="snapshot.repaired").count() == 1


def test_a_replica_that_is_damaged_too_replaces_nothing(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path
) -> None:
    replicate(olga, source)
    (replica / segment(storage, chain[0]).relative_to(storage)).write_bytes(b"wrong")
    bad = flip(segment(storage, chain[0]))
    repaired, left = repair(olga, chain[1])
    assert repaired == [] and [one.kind for one in left] == ["flipped"]
    assert segment(storage, chain[0]).read_bytes() == bad


def test_damaged_bytes_stay_aside_while_other_damage_is_left(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path
) -> None:
    replicate(olga, source)
    (replica / segment(storage, chain[1]).relative_to(storage)).unlink()
    flip(segment(storage, chain[1]))
    bad = flip(segment(storage, chain[0]))
    repaired, left = repair(olga, chain[1])
    assert len(repaired) == len(left) == 1
    [kept] = (storage / f"accounts/{olga.account_id}/damaged").iterdir()
    assert kept.read_bytes() == bad


def test_without_a_replica_nothing_is_copied_and_a_lost_manifest_is_said(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, settings: Any
) -> None:
    settings.REPLICA_STORAGE_URL = ""
    assert replicate(olga, source) == 0
    flip(storage / chain[1].manifest_name)
    with pytest.raises(DamagedObject):
        repair(olga, chain[1])


def test_erasing_the_keys_makes_the_replica_unreadable_too(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path, tmp_path: Path
) -> None:
    replicate(olga, source)
    stolen, name = files(replica), chain[1].manifest_name
    assert load_manifest(replica_blobs(), keyring_of(olga.account), name).number == 2  # type: ignore[arg-type]
    erase_everything(olga, olga.account)
    assert files(replica) == files(storage) == {}
    for path, data in stolen.items():  # an old copy of the replica comes back
        (replica / path).parent.mkdir(parents=True, exist_ok=True)
        (replica / path).write_bytes(data)
    for ring in (keyring_of, keyring_for_writing):
        with pytest.raises(KeyUnavailable):
            ring(olga.account)


def test_an_erased_source_is_gone_from_the_replica(
    olga: Any, source: Any, chain: list[Snapshot], storage: Path, replica: Path
) -> None:
    from backups.pipeline.run import run_job
    from backups.tests.services.test_erasure import delete_for_good, erasing

    replicate(olga, source)
    delete_for_good(olga, source)
    run_job(olga, erasing(source).pk)
    assert [name for name in files(replica) if not name.endswith("keys.json")] == []


def test_commands(source: Any, chain: list[Snapshot], storage: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit):
        call_command("replicate", "--lag", "--json")
    assert json.loads(capsys.readouterr().out)["waiting"] == 2
    call_command("replicate", "--json")
    assert json.loads(capsys.readouterr().out) == {"copied": 2, "waiting": 0, "lag_seconds": 0}
    flip(segment(storage, chain[1]))
    call_command("repair", str(source.pk), "--json")
    assert len(json.loads(capsys.readouterr().out)["repaired"]) == 1
    assert snapshot_blobs().exists(chain[1].manifest_name)
