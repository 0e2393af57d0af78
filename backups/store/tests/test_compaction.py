"""Compaction: short lists, the same state, every old snapshot as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from backups.query.as_of import Snapshots
from backups.query.difference import Difference
from backups.store import compaction
from backups.store.keys import Keyring
from backups.store.manifest import Manifest, Segment
from backups.store.snapshot import SnapshotWriter
from backups.store.testing import TAKEN, read_state, row, write_snapshot
from backups.store.verify import verify_snapshot
from listbackup.core.storage import LocalBlobs
from listbackup.core.storage.blobs import BlobMissing


def segment(rows: int, *, deletes: int = 0, size: int = 1_000) -> Segment:
    return Segment(
        part="p", snapshot="s", date="2026-01-02", rows=rows, upserts=rows - deletes, deletes=deletes,
        min_key="", max_key="z", bytes=size, sha256="", key_version=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "live", "chosen"),
    [
        ([], 0, None),
        ([10], 10, None),
        ([10] * 8, 80, None),  # few enough
        ([10] * 9, 90, (0, 9)),
        ([70_000] * 30, 2_100_000, None),  # large ones stay as they are
        ([70_000] * 3 + [10] * 9, 210_090, (3, 12)),
        ([60_000, 20_000, *[10] * 8], 80_080, (2, 10)),  # a middling one is not rewritten for a few rows
        ([70_000, 70_000], 60_000, (0, 2)),  # more than half outdated
        ([4_000, 4_000], 100, None),  # not worth it
    ],
)
def test_what_is_rewritten(rows: list[int], live: int, chosen: tuple[int, int] | None) -> None:
    assert compaction.choose([segment(count) for count in rows], live) == chosen


def test_deletions_are_kept_and_so_do_not_ask_for_it_again() -> None:
    assert compaction.choose([segment(30_000), segment(30_000, deletes=30_000)], 0) is None


@pytest.fixture
def chain(blobs: LocalBlobs, keyring: Keyring) -> list[Manifest]:
    """Thirty snapshots: 20 records, each run changes one, deletes one and adds one."""
    manifests: list[Manifest] = []
    for number in range(30):
        rows: list[Any] = [row(f"k{at:02}", v=0) for at in range(20)] if number == 0 else []
        rows += [row(f"k{number % 20:02}", v=number), row(f"n{number:02}", v=number)]
        rows += [(f"n{number - 3:02}", None, b"", True)] if number > 5 else []
        previous = manifests[-1] if manifests else None
        manifests.append(write_snapshot(blobs, keyring, {"s": rows}, previous=previous).manifest)
    return manifests


def test_lists_stay_short_and_every_snapshot_says_what_it_said(
    blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest]
) -> None:
    state: dict[str, int] = {f"k{at:02}": 0 for at in range(20)}
    for number, manifest in enumerate(chain):
        state |= {f"k{number % 20:02}": number, f"n{number:02}": number}
        if number > 5:
            state.pop(f"n{number - 3:02}", None)
        assert len(manifest.streams["s"].segments) <= compaction.FEW + 1
        read = read_state(blobs, keyring, manifest, "s")
        assert {key: json.loads(raw)["v"] for key, raw in read.items()} == state
        assert verify_snapshot(blobs, keyring, manifest.place.manifest) == []


def test_history_and_search_over_all_time_find_each_version_once(
    blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest]
) -> None:
    with Snapshots.open(blobs, keyring, chain[-1]) as view:
        versions = view.history("s", "k05", chain)
        assert [(one.number, json.loads(one.raw or b"")["v"]) for one in versions] == [(26, 25), (6, 5), (1, 0)]
        gone = view.history("s", "n10", chain)
        assert [(one.number, one.op) for one in gone] == [(14, "d"), (11, "u")]
        past = [one for one in view.search_past('"k05"', manifests=chain) if one.key == "k05"]
        assert [(one.number, one.until) for one in past] == [(1, 6), (6, 26), (26, None)]


@pytest.mark.parametrize(("old", "new"), [(0, 29), (3, 4), (7, 8), (7, 20), (12, 29), (28, 29), (20, 5)])
def test_a_comparison_over_a_compaction_is_the_comparison_of_the_states(
    blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest], old: int, new: int
) -> None:
    was, now = (read_state(blobs, keyring, chain[at], "s") for at in (old, new))
    with Snapshots.open(blobs, keyring, chain[new]) as view:
        changes = Difference(view, chain[old]).page("s", limit=100)
    expected = dict.fromkeys(now.keys() - was.keys(), "added")
    expected |= dict.fromkeys(was.keys() - now.keys(), "deleted")
    expected |= {key: "changed" for key in was.keys() & now.keys() if was[key] != now[key]}
    assert {change.key: change.kind for change in changes} == expected


def test_a_stream_that_was_dropped_and_came_back_is_compared_rightly(blobs: LocalBlobs, keyring: Keyring) -> None:
    first = write_snapshot(blobs, keyring, {"s": [row("a", v=1), row("b", v=1)]}).manifest
    without = write_snapshot(blobs, keyring, {}, previous=first, drop=["s"]).manifest
    again = write_snapshot(blobs, keyring, {"s": [row("b", v=1), row("c", v=1)]}, previous=without).manifest
    with Snapshots.open(blobs, keyring, again) as view:
        changes = Difference(view, first).page("s")
    assert [(change.key, change.kind) for change in changes] == [("a", "deleted"), ("c", "added")]


class Holed(LocalBlobs):
    """A storage that, used in `with`, has lost one object."""

    def __init__(self, root: Path, lost: str) -> None:
        super().__init__(root)
        self.lost, self.active = lost, False

    def __enter__(self) -> None:
        self.active = True

    def __exit__(self, *_: object) -> None:
        self.active = False

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        if self.active and name == self.lost:
            raise BlobMissing(name)
        return super().read_range(name, offset, length)


def test_a_damaged_segment_is_left_alone(blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest]) -> None:
    """A backup must not fail because of old damage that only its neighbour's rewriting would meet."""
    last = chain[-1]
    names = [last.object_name(one) for one in last.streams["s"].segments]

    holed, manifest = Holed(blobs.root, names[0]), last
    for number in range(12):
        with SnapshotWriter(
            holed, keyring, account="acc", source="src", snapshot=f"late{number}", date="2026-01-02", previous=manifest
        ) as writer:
            writer.stream("s").add([row(f"late{number}")])
            with holed:
                manifest = writer.commit(taken_at=TAKEN).manifest
    assert len(manifest.streams["s"].segments) > compaction.FEW
    assert len(read_state(blobs, keyring, manifest, "s")) == last.streams["s"].records + 12
