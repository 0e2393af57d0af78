"""Differences of two snapshots, against the plain comparison of their states."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backups.query.as_of import Snapshots
from backups.query.difference import Difference
from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest
from backups.store.testing import Row, read_state, row, write_snapshot
from listbackup.core.errors import InvalidInput, NotFound
from listbackup.core.storage import LocalBlobs

KEYS = st.sampled_from(["a", "b", "c", "d", "key\0", "é", "10", "9"])
RUNS = st.lists(st.dictionaries(KEYS, st.sampled_from([None, 1, 2, 3]), max_size=6), min_size=2, max_size=5)


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "storage")


@pytest.fixture
def keyring() -> Keyring:
    return Keyring("acc", [AccountKey.new(1)])


def rows_of(run: dict[str, int | None]) -> list[Row]:
    return [(key, None, b"", True) if value is None else row(key, v=value) for key, value in run.items()]


def chain_of(blobs: LocalBlobs, keyring: Keyring, runs: list[dict[str, int | None]], name: str) -> list[Manifest]:
    chain: list[Manifest] = []
    for number, run in enumerate(runs):
        previous = chain[-1] if chain else None
        done = write_snapshot(
            blobs, keyring, {"a": rows_of(run)}, previous=previous, source=name, snapshot=f"{name}-{number}"
        )
        chain.append(done.manifest)
    return chain


def expected(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    kinds = dict.fromkeys(after.keys() - before.keys(), "added")
    kinds |= dict.fromkeys(before.keys() - after.keys(), "deleted")
    return kinds | {key: "changed" for key in before.keys() & after.keys() if before[key] != after[key]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS, data=st.data())
def test_any_two_snapshots_then_what_their_states_differ_in(blobs, keyring, runs, data):
    chain = chain_of(blobs, keyring, runs, data.draw(st.uuids().map(str)))
    older, newer = (data.draw(st.sampled_from(chain)) for _ in range(2))
    wanted = expected(read_state(blobs, keyring, older, "a"), read_state(blobs, keyring, newer, "a"))
    with Snapshots.open(blobs, keyring, newer) as view:
        difference = Difference(view, older)
        changes = [change for batch in difference.iterate("a", size=2) for change in batch]
        assert {change.key: change.kind for change in changes} == wanted
        assert [change.key for change in changes] == sorted(wanted)
        for change in changes:
            assert (change.before is None) == (change.kind == "added")
            assert (change.after is None) == (change.kind == "deleted")
        counted = {one.stream: (one.added, one.changed, one.deleted) for one in difference.counts()}
        kinds = [list(wanted.values()).count(kind) for kind in ("added", "changed", "deleted")]
        assert counted == ({"a": tuple(kinds)} if wanted else {})


def test_many_records_then_pages_follow_each_other(blobs, keyring):
    first = write_snapshot(blobs, keyring, {"a": [row(f"{n:06}", v=1) for n in range(30_000)]})
    changed = [row(f"{n:06}", v=2) for n in range(0, 30_000, 100)]
    gone: list[Row] = [(f"{n:06}", None, b"", True) for n in range(1, 30_000, 1_000)]
    second = write_snapshot(blobs, keyring, {"a": [*changed, *gone], "b": [row("1")]}, previous=first.manifest)
    with Snapshots.open(blobs, keyring, second.manifest) as view:
        difference = Difference(view, first.manifest)
        assert [(one.stream, one.added, one.changed, one.deleted) for one in difference.counts()] == [
            ("a", 0, 300, 30),
            ("b", 1, 0, 0),
        ]
        keys, after = [], None
        while page := difference.page("a", kind="changed", after=after, limit=70):
            keys += [change.key for change in page]
            after = page[-1].key
        assert keys == [f"{n:06}" for n in range(0, 30_000, 100)]
        [first_change] = difference.page("a", kind="deleted", limit=1)
        assert first_change.before is not None and first_change.before.parsed() == {"id": "000001", "v": 1}


def test_bad_questions_then_a_clear_error(blobs, keyring):
    mine, other = (chain_of(blobs, keyring, [{"a": 1}], name)[0] for name in ("one", "two"))
    with Snapshots.open(blobs, keyring, mine) as view:
        with pytest.raises(InvalidInput, match="one source"):
            Difference(view, other)
        with pytest.raises(NotFound):
            Difference(view, mine).page("unknown")
        with pytest.raises(InvalidInput, match="kind"):
            Difference(view, mine).page("a", kind="odd")
