import os
import random
from collections.abc import Callable

import pytest

from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest
from backups.store.snapshot import Committed, SnapshotWriter
from backups.store.testing import TAKEN, row, write_snapshot
from backups.store.verify import verify_chain, verify_snapshot
from listbackup.core.storage import LocalBlobs

Break = Callable[[LocalBlobs, Committed, Committed, str], object]


def flip(blobs: LocalBlobs, name: str) -> None:
    data = bytearray(blobs.get(name))
    data[random.Random(1).randrange(64, len(data))] ^= 4
    blobs.put(name, bytes(data))


@pytest.fixture
def two(blobs: LocalBlobs, keyring: Keyring) -> tuple[Committed, Committed]:
    first = write_snapshot(
        blobs, keyring, {"a": [row(str(i), x=os.urandom(50).hex()) for i in range(300)], "b": [row("1")]}
    )
    second = write_snapshot(blobs, keyring, {"a": [row("1", v=2)], "b": [row("2")]}, previous=first.manifest)
    return first, second


def name_of(done: Committed, stream: str, index: int = 0) -> str:
    return done.manifest.object_name(done.manifest.streams[stream].segments[index])


CASES: dict[str, tuple[str, str, list[str], Break]] = {
    "flipped segment": ("flipped", "segment", ["a"], lambda b, f, s, n: flip(b, n)),
    "truncated segment": ("truncated", "segment", ["a"], lambda b, f, s, n: b.put(n, b.get(n)[:-20])),
    "empty segment": ("truncated", "segment", ["a"], lambda b, f, s, n: b.put(n, b"")),
    "lengthened segment": ("flipped", "segment", ["a"], lambda b, f, s, n: b.put(n, b.get(n) + b"x")),
    "missing segment": ("missing", "segment", ["a"], lambda b, f, s, n: b.delete(n)),
    "swapped segment": ("swapped", "segment", ["a"], lambda b, f, s, n: b.put(n, b.get(name_of(s, "b")))),
    "flipped manifest": ("flipped", "manifest", [], lambda b, f, s, n: flip(b, n)),
    "truncated manifest": ("truncated", "manifest", [], lambda b, f, s, n: b.put(n, b.get(n)[:40])),
    "missing manifest": ("missing", "manifest", [], lambda b, f, s, n: b.delete(n)),
    "swapped manifest": ("swapped", "manifest", [], lambda b, f, s, n: b.put(n, b.get(f.name))),
    "missing checksums": ("missing", "checksums", [], lambda b, f, s, n: b.delete(n)),
    "flipped checksums": ("flipped", "checksums", [], lambda b, f, s, n: b.put(n, b.get(n).replace(b"a", b"b"))),
    "truncated checksums": ("truncated", "checksums", [], lambda b, f, s, n: b.put(n, b.get(n)[:-70])),
    "foreign object": ("extra", "foreign", [], lambda b, f, s, n: b.put(n, b"planted")),
    "copy of a segment": ("extra", "copy", [], lambda b, f, s, n: b.put(n, b.get(name_of(s, "a")))),
}


@pytest.mark.parametrize("case", CASES)
def test_each_damage_is_named(blobs: LocalBlobs, keyring: Keyring, two: tuple[Committed, Committed], case: str) -> None:
    first, second = two
    kind, what, streams, damage = CASES[case]
    folder = second.manifest.place.folder
    name = {
        "segment": name_of(second, "a"),
        "manifest": second.name,
        "checksums": second.manifest.place.checksums,
        "foreign": f"{folder}x.txt",
        "copy": f"{folder}a-0009-00000000.parquet",
    }[what]
    assert verify_snapshot(blobs, keyring, second.name, sha256=second.sha256) == []
    damage(blobs, first, second, name)
    found = verify_snapshot(blobs, keyring, second.name, sha256=second.sha256)
    assert [(d.kind, d.object, d.streams) for d in found] == [(kind, name, streams)]
    assert (found[0].records > 0) == bool(streams)


def test_an_object_of_another_account_in_its_place_is_swapped(
    blobs: LocalBlobs, keyring: Keyring, two: tuple[Committed, Committed]
) -> None:
    other = write_snapshot(blobs, Keyring("other", [AccountKey.new()]), {"a": [row("1")]})
    blobs.put(name_of(two[1], "a"), blobs.get(name_of(other, "a")))
    assert [d.kind for d in verify_snapshot(blobs, keyring, two[1].name)] == ["swapped"]


def test_an_older_authentic_manifest_in_its_place_is_replayed(blobs: LocalBlobs, keyring: Keyring) -> None:
    first = write_snapshot(blobs, keyring, {"a": [row("1")]})
    old = blobs.get(first.name)
    blobs.delete(first.name)  # the same snapshot is committed again: two authentic manifests of one identity
    with SnapshotWriter(blobs, keyring, account="acc", source="src", snapshot="snap1", date="2026-01-02") as run:
        run.stream("a").add([row("1"), row("2")])
        again = run.commit(taken_at=TAKEN)
    second = write_snapshot(blobs, keyring, {"a": [row("3")]}, previous=again.manifest)
    blobs.put(again.name, old)
    assert [
        d.kind for d in verify_snapshot(blobs, keyring, again.name, sha256=again.sha256) if d.object == again.name
    ] == ["replayed"]
    assert [(d.kind, d.object) for d in verify_snapshot(blobs, keyring, second.name)] == [("replayed", again.name)]
    assert [d.object for d in verify_chain(blobs, keyring, [again.name, second.name])] == [again.name]


def test_a_rolled_back_store_is_replayed(blobs: LocalBlobs, keyring: Keyring, two: tuple[Committed, Committed]) -> None:
    first, second = two
    newest = (second.manifest.number, second.sha256)
    assert verify_chain(blobs, keyring, [first.name, second.name], newest=newest) == []
    assert [d.kind for d in verify_chain(blobs, keyring, [first.name], newest=newest)] == ["replayed"]


def test_any_flipped_bit_is_found(blobs: LocalBlobs, keyring: Keyring, two: tuple[Committed, Committed]) -> None:
    rnd, done = random.Random(5), two[1]
    names = [name_of(done, "a"), name_of(done, "a", 1), done.name, done.manifest.place.checksums]
    for _ in range(80):
        name = rnd.choice(names)
        good = blobs.get(name)
        data = bytearray(good)
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
        blobs.put(name, bytes(data))
        found = [d.object for d in verify_snapshot(blobs, keyring, done.name, sha256=done.sha256)]
        assert name in found, name
        blobs.put(name, good)


def test_sha256sum_agrees(blobs: LocalBlobs, two: tuple[Committed, Committed]) -> None:
    import shutil
    import subprocess

    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    for done in two:
        folder = blobs.root / done.manifest.place.folder
        answer = subprocess.run(
            ["sha256sum", "-c", "checksums.txt"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0 and answer.stdout.count("OK") == 3


def test_manifest_of_a_newer_format_is_refused(two: tuple[Committed, Committed]) -> None:
    from backups.store.errors import FormatTooNew
    from backups.store.manifest import decode_manifest

    manifest: Manifest = two[0].manifest
    data = manifest.encode().replace(b'"format": 1', b'"format": 2')
    with pytest.raises(FormatTooNew):
        decode_manifest(data, manifest.place)
