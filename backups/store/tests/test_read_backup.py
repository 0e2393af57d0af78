"""`bin/read-backup` and the golden snapshots: the files and the recovery key suffice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import backups.store
from backups.query.as_of import Snapshots
from backups.store.keys import Keyring
from backups.store.manifest import list_manifests, load_manifest
from backups.store.recovery import new_recovery_key, read_recovery_file, write_recovery_file
from backups.store.testing import read_state, row, write_snapshot
from backups.store.verify import verify_chain, verify_snapshot
from listbackup.core.storage import LocalBlobs

PROGRAM = Path(__file__).resolve().parents[3] / "bin" / "read-backup"
GOLDEN = Path(backups.store.__file__).parent / "golden" / "v1"


def read_backup(files: Path, key: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
    command = [sys.executable, "-I", str(PROGRAM), "--files", str(files), "--recovery-key", key, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=clean, check=False, timeout=60)


def test_it_exports_what_was_written(blobs: LocalBlobs, keyring: Keyring, tmp_path: Path) -> None:
    key = new_recovery_key()
    write_recovery_file(blobs, keyring, key)
    big = "x" * 400_000
    first = write_snapshot(
        blobs, keyring, {"a": [row(str(i), text=f"{i}" + big[: i * 300]) for i in range(400)], "B/b": [row("é\0")]}
    )
    second = write_snapshot(blobs, keyring, {"a": [row("7", v=2), ("8", None, b"", True)]}, previous=first.manifest)
    key_file = tmp_path / "key.txt"
    key_file.write_text(key)
    listed = read_backup(blobs.root, f"@{key_file}", "list")
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["snap1", "snap2"]
    assert "a: 399 records" in read_backup(blobs.root, key, "show", "snap2").stdout
    for done in (first, second):
        to = tmp_path / done.manifest.snapshot
        answer = read_backup(blobs.root, key, "export", done.manifest.snapshot, "--to", str(to))
        assert answer.returncode == 0, answer.stderr
        lines = (to / "a.jsonl").read_text().splitlines()
        assert sorted(lines) == sorted(read_state(blobs, keyring, done.manifest, "a").values())
        assert json.loads((to / "%42%2Fb.jsonl").read_text())["id"] == "é\0"


def test_it_refuses_damage_and_wrong_keys(blobs: LocalBlobs, keyring: Keyring, tmp_path: Path) -> None:
    key = new_recovery_key()
    write_recovery_file(blobs, keyring, key)
    done = write_snapshot(blobs, keyring, {"a": [row("1")]})
    for wrong in (new_recovery_key(), "nonsense"):
        answer = read_backup(blobs.root, wrong, "list")
        assert answer.returncode == 1 and "recovery key" in answer.stderr
    name = done.manifest.object_name(done.manifest.streams["a"].segments[0])
    blobs.put(name, blobs.get(name)[:-1] + b"!")
    answer = read_backup(blobs.root, key, "export", "snap1", "--to", str(tmp_path / "x"))
    assert answer.returncode == 1 and "SHA-256" in answer.stderr


@pytest.mark.parametrize("version", ["v1"])
def test_golden_snapshots_open_for_ever(version: str, tmp_path: Path) -> None:
    folder = GOLDEN.parent / version
    key, expected = (folder / "recovery-key.txt").read_text(), json.loads((folder / "expected.json").read_text())
    blobs = LocalBlobs(folder / "files")
    ring = read_recovery_file(blobs, "golden-account", key)
    names = list_manifests(blobs, "golden-account", "golden-source")
    assert len(names) == 2
    assert [verify_snapshot(blobs, ring, name) for name in names] == [[], []]
    assert verify_chain(blobs, ring, names) == []
    for name in names:
        manifest = load_manifest(blobs, ring, name)
        state = {stream: read_state(blobs, ring, manifest, stream) for stream in manifest.streams}
        assert state == expected[manifest.snapshot]
        with Snapshots.open(blobs, ring, manifest) as view:
            assert {s: {r.key: r.raw.decode() for r in view.page(s)} for s in manifest.streams} == state
        answer = read_backup(
            folder / "files", key, "export", manifest.snapshot, "--to", str(tmp_path / manifest.snapshot)
        )
        assert answer.returncode == 0, answer.stderr
