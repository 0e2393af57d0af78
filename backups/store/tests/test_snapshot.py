import json
import threading
from pathlib import Path

import pytest

from backups.store.errors import DamagedObject, RecordRefused
from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest, list_manifests, load_manifest
from backups.store.snapshot import SnapshotWriter
from backups.store.stream import PageCounts
from backups.store.testing import TAKEN, read_state, row, write_snapshot
from backups.store.verify import verify_snapshot
from listbackup.core.storage import Blobs, LocalBlobs
from listbackup.core.storage.faulty import FaultyBlobs, Killed, fail_at

ODD = [
    ("nul", b'{"a":"\\u0000x"}'),
    ("surrogate", b'{"a":"\\ud800"}'),
    ("k\ud800", b'{"a":"key with a lone surrogate"}'),
    ("k\0", b'{"a":"key with NUL"}'),
    ("", b'{"a":"empty key"}'),
    ("spaces", b'{ "b" : 1.10,\n\t"a" : [ ] }\r\n'),
    ("emoji", '{"a":"\U0001f600 \u202e"}'.encode()),
    ("../../etc", b'{"a":1e999,"n":123456789012345678901234567890}'),
    ("deep", b"[" * 3000 + b"]" * 3000),
]


def writer(blobs: Blobs, keyring: Keyring, previous: Manifest | None = None, snapshot: str = "s1") -> SnapshotWriter:
    return SnapshotWriter(
        blobs,
        keyring,
        account="acc",
        source="src",
        snapshot=snapshot,
        date="2026-01-02",
        previous=previous,  # type: ignore[arg-type]
    )


def test_odd_and_huge_records_come_back_byte_for_byte(blobs: LocalBlobs, keyring: Keyring) -> None:
    big = json.dumps({"a": "x" * 3_000_000}).encode()
    done = write_snapshot(blobs, keyring, {"odd": [(k, None, raw, False) for k, raw in [*ODD, ("big", big)]]})
    state = read_state(blobs, keyring, load_manifest(blobs, keyring, done.name), "odd")
    expected = {k.encode("utf-8", "backslashreplace").decode(): raw for k, raw in [*ODD, ("big", big)]}
    assert {k: raw.encode() for k, raw in state.items()} == expected
    assert verify_snapshot(blobs, keyring, done.name, sha256=done.sha256) == []


def test_a_record_that_is_no_utf8_refuses_the_page_and_takes_nothing(blobs: LocalBlobs, keyring: Keyring) -> None:
    with writer(blobs, keyring) as run:
        stream = run.stream("a")
        with pytest.raises(RecordRefused):
            stream.add([row("1"), ("2", None, b'{"a":"\xff"}', False)])
        assert stream.counts == PageCounts()
        assert stream.rows_pending == 0


def test_unchanged_is_not_written_and_changes_are(blobs: LocalBlobs, keyring: Keyring) -> None:
    first = write_snapshot(blobs, keyring, {"a": [row(str(i), v=0) for i in range(500)]})
    page = [
        ("1", None, b'{ "v" : 0, "id" : "1" }', False),
        row("2", v=5),
        row("900"),
        ("3", None, b"", True),
        ("no", None, b"", True),
    ]
    with writer(blobs, keyring, first.manifest, "s2") as run:
        assert run.stream("a").add(page) == PageCounts(new=1, changed=1, unchanged=1, deleted=1)
        assert run.stream("a").rows_pending == 3
        second = run.commit(taken_at=TAKEN, states={"a": "cursor"}, counts={"requests": 7})
    assert second.manifest.streams["a"].records == 500
    assert second.manifest.streams["a"].state == "cursor"
    assert second.manifest.counts == {"new": 1, "changed": 1, "unchanged": 1, "deleted": 1, "requests": 7}
    assert len(second.manifest.own_segments()) == 1
    state = read_state(blobs, keyring, second.manifest, "a")
    assert "3" not in state and json.loads(state["2"])["v"] == 5 and len(state) == 500
    assert len(read_state(blobs, keyring, first.manifest, "a")) == 500
    third = write_snapshot(blobs, keyring, {"a": [row("3", v=0)]}, previous=second.manifest)
    assert third.manifest.counts["new"] == 1  # a deleted record that returns
    assert "3" in read_state(blobs, keyring, third.manifest, "a")
    fourth = write_snapshot(blobs, keyring, {"b": [row("1")]}, previous=third.manifest)
    assert fourth.manifest.streams["a"].segments == third.manifest.streams["a"].segments
    assert fourth.manifest.streams["a"].state == "cursor"


def test_a_key_twice_in_one_run_keeps_the_later_version(blobs: LocalBlobs, keyring: Keyring) -> None:
    with writer(blobs, keyring) as run:
        stream = run.stream("a")
        assert stream.add([row("1", v=1), row("1", v=1), row("1", v=2), row("2")]) == PageCounts(2, 1, 1, 0)
        stream.flush()
        assert stream.add([row("1", v=3), row("2"), ("2", None, b"", True), row("2")]) == PageCounts(1, 1, 1, 1)
        done = run.commit(taken_at=TAKEN)
    assert json.loads(read_state(blobs, keyring, done.manifest, "a")["1"])["v"] == 3
    assert done.manifest.streams["a"].records == 2


def test_sweep_deletes_what_was_not_met(blobs: LocalBlobs, keyring: Keyring) -> None:
    first = write_snapshot(blobs, keyring, {"a": [row(str(i)) for i in range(100)]})
    with writer(blobs, keyring, first.manifest, "s2") as run:
        stream = run.stream("a")
        stream.begin_sweep()
        stream.add([row(str(i)) for i in range(50)])
        stream.add([row(str(i), changed=1) for i in range(50, 90)] + [row("new")])
        assert stream.finish_sweep() == 10
        second = run.commit(taken_at=TAKEN)
    assert set(read_state(blobs, keyring, second.manifest, "a")) == {*(str(i) for i in range(90)), "new"}
    assert second.manifest.streams["a"].records == 91
    assert verify_snapshot(blobs, keyring, second.name) == []


def test_sweep_goes_on_after_a_kill_without_deleting_what_was_met_before(blobs: LocalBlobs, keyring: Keyring) -> None:
    first = write_snapshot(blobs, keyring, {"a": [row(str(i)) for i in range(100)]})
    dead = writer(blobs, keyring, first.manifest, "s2")
    stream = dead.stream("a")
    stream.begin_sweep()
    stream.add([row(str(i)) for i in range(40)] + [row("x")])
    stream.flush()
    checkpoint = json.loads(json.dumps(stream.checkpoint()))
    stream.add([row(str(i)) for i in range(40, 60)] + [row("lost")])
    dead.abandon()
    with writer(blobs, keyring, first.manifest, "s2") as run:
        run.resume({"a": checkpoint})
        stream = run.stream("a")
        stream.begin_sweep()
        stream.add([row(str(i)) for i in range(40, 98)])
        assert stream.finish_sweep() == 2
        done = run.commit(taken_at=TAKEN)
    assert set(read_state(blobs, keyring, done.manifest, "a")) == {*(str(i) for i in range(98)), "x"}
    assert done.manifest.streams["a"].counts == {"new": 1, "changed": 0, "unchanged": 98, "deleted": 2}
    assert verify_snapshot(blobs, keyring, done.name) == []


def test_streams_are_written_at_once_by_threads(blobs: LocalBlobs, keyring: Keyring) -> None:
    with writer(blobs, keyring) as run:

        def work(name: str) -> None:
            for page in range(20):
                run.stream(name).add([row(f"{page}-{i}", of=name) for i in range(50)])

        threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b", "a", "c")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = run.commit(taken_at=TAKEN)
    assert {name: stream.records for name, stream in done.manifest.streams.items()} == {"a": 1000, "b": 1000, "c": 1000}
    assert all(len(read_state(blobs, keyring, done.manifest, name)) == 1000 for name in "abc")


def test_a_second_commit_of_one_snapshot_adopts_the_first(blobs: LocalBlobs, keyring: Keyring) -> None:
    late, quick = writer(blobs, keyring), writer(blobs, keyring)
    late.stream("a").add([row("1")])
    quick.stream("a").add([row("1"), row("2")])
    first = quick.commit(taken_at=TAKEN)
    second = late.commit(taken_at=TAKEN)
    assert (first.adopted, second.adopted) == (False, True)
    assert second.sha256 == first.sha256 and second.manifest == first.manifest
    assert verify_snapshot(blobs, keyring, first.name, sha256=first.sha256) == []  # what the late one left is no damage


def test_new_key_version_is_used_and_old_objects_stay_readable(blobs: LocalBlobs) -> None:
    one, two = AccountKey.new(1), AccountKey.new(2)
    first = write_snapshot(blobs, Keyring("acc", [one]), {"a": [row("1")]})
    both = Keyring("acc", [one, two])
    second = write_snapshot(blobs, both, {"a": [row("2")]}, previous=first.manifest)
    assert [s.key_version for s in second.manifest.streams["a"].segments] == [1, 2]
    assert set(read_state(blobs, both, second.manifest, "a")) == {"1", "2"}


def test_a_lying_storage_is_found_before_the_part_counts(blobs: LocalBlobs, keyring: Keyring) -> None:
    faulty = FaultyBlobs(blobs)
    faulty.lie = lambda name, data: data[:-1] + bytes([data[-1] ^ 1]) if name.endswith(".parquet") else data
    with writer(faulty, keyring) as run:
        run.stream("a").add([row("1")])
        with pytest.raises(DamagedObject, match="other bytes"):
            run.stream("a").flush()
        assert run.stream("a").checkpoint()["segments"] == []


def test_killed_at_every_step_the_previous_snapshot_stays_and_a_resumed_run_is_right(
    tmp_path: Path, keyring: Keyring
) -> None:
    """Faults C4, B1, B2: every change of the storage is a step; the process dies at each one, the run is resumed."""

    def run_all(blobs: Blobs, previous: Manifest, saved: dict[str, tuple[int, dict[str, object]]]) -> None:
        with writer(blobs, keyring, previous, "snap2") as run:
            run.resume({name: checkpoint for name, (_, checkpoint) in saved.items()})
            for name in ("a", "b"):
                stream = run.stream(name)
                stream.begin_sweep()
                for page in range(saved[name][0] if name in saved else 0, 3):
                    stream.add([row(str(i), v=i % 2) for i in range(page * 10, page * 10 + 10)])
                    stream.flush()
                    saved[name] = (page + 1, json.loads(json.dumps(stream.checkpoint())))
                stream.finish_sweep()
            run.commit(taken_at=TAKEN)

    wanted = {str(i) for i in range(30)}
    step = 0
    while True:
        blobs = LocalBlobs(tmp_path / str(step))
        first = write_snapshot(blobs, keyring, {n: [row(str(i), v=0) for i in range(5, 40)] for n in ("a", "b")})
        saved: dict[str, tuple[int, dict[str, object]]] = {}
        try:
            run_all(FaultyBlobs(blobs, fail_at(step)), first.manifest, saved)
            died = False
        except Killed:
            died = True
            assert verify_snapshot(blobs, keyring, first.name, sha256=first.sha256) == []
            for name in list_manifests(blobs, "acc", "src"):
                load_manifest(blobs, keyring, name)
            run_all(blobs, first.manifest, saved)
        second = list_manifests(blobs, "acc", "src")[-1]
        manifest = load_manifest(blobs, keyring, second)
        assert all(set(read_state(blobs, keyring, manifest, name)) == wanted for name in ("a", "b")), step
        assert [manifest.streams[name].records for name in ("a", "b")] == [30, 30]
        assert verify_snapshot(blobs, keyring, second) == []
        assert not (tmp_path / str(step) / ".tmp").exists() or not list((tmp_path / str(step) / ".tmp").iterdir())
        if not died:
            break
        step += 1
    assert step > 30
