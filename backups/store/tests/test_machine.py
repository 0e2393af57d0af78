"""Random use against a model in memory: pages, deletions, sweeps, flushes, kills, resumes, commits, key rotation.

Lists of segments are compacted from three on, so that short runs meet it too."""

import json
import tempfile
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backups.query.as_of import Snapshots
from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest, list_manifests, load_manifest
from backups.store.snapshot import SnapshotWriter
from backups.store.testing import TAKEN, read_state
from backups.store.verify import verify_snapshot
from listbackup.core.storage import LocalBlobs

STREAMS = ("a", "B/b")
KEYS = [*(str(i) for i in range(12)), "", "é", "k\0", "\U0001f600"]
pages = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 3)), max_size=8)


class StoreMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.small = mock.patch.multiple("backups.store.compaction", FEW=2, SLACK_ROWS=4)
        self.small.start()
        self.folder = tempfile.TemporaryDirectory(prefix="store-machine-")
        self.blobs = LocalBlobs(self.folder.name)
        self.ring = Keyring("acc", [AccountKey.new(1)])
        self.committed: list[tuple[str, dict[str, dict[str, int]]]] = []  # manifest name, state by stream
        self.previous: Manifest | None = None
        self.begin()

    def begin(self) -> None:
        """A new attempt of the next snapshot, from its stored checkpoints."""
        self.run = SnapshotWriter(
            self.blobs, self.ring, account="acc", source="src", snapshot=f"snap{len(self.committed) + 1}", date="2026-01-02",
            previous=self.previous,
        )  # fmt: skip
        if not hasattr(self, "saved"):
            self.reset()
        self.run.resume({name: saved[0] for name, saved in self.saved.items()})
        self.state = {name: dict(saved[1]) for name, saved in self.saved.items()}
        self.met: dict[str, set[str] | None] = {name: saved[2] and set(saved[2]) for name, saved in self.saved.items()}
        for name in STREAMS:
            self.state.setdefault(name, dict(self.base[name]))
            self.met.setdefault(name, None)

    def reset(self) -> None:
        self.saved: dict[str, tuple[dict[str, Any], dict[str, int], set[str] | None]] = {}
        self.base = self.committed[-1][1] if self.committed else {name: {} for name in STREAMS}

    @rule(name=st.sampled_from(STREAMS), page=pages, spaces=st.booleans())
    def add(self, name: str, page: list[tuple[str, int]], spaces: bool) -> None:
        rows = [(k, None, json.dumps({"v": v, "id": k}, indent=1 if spaces else None).encode(), False) for k, v in page]
        counts = self.run.stream(name).add(rows)
        new = changed = 0
        for key, value in page:
            new += key not in self.state[name]
            changed += key in self.state[name] and self.state[name][key] != value
            self.state[name][key] = value
            if self.met[name] is not None:
                self.met[name].add(key)  # type: ignore[union-attr]
        assert (counts.new, counts.changed, counts.unchanged) == (new, changed, len(page) - new - changed)

    @rule(name=st.sampled_from(STREAMS), keys=st.lists(st.sampled_from(KEYS), max_size=4))
    def delete(self, name: str, keys: list[str]) -> None:
        gone = {key for key in keys if key in self.state[name]}
        assert self.run.stream(name).absent(keys) == len(gone)
        for key in gone:
            del self.state[name][key]

    @rule(name=st.sampled_from(STREAMS))
    def begin_sweep(self, name: str) -> None:
        self.run.stream(name).begin_sweep()
        if self.met[name] is None:
            self.met[name] = set()

    @precondition(lambda self: any(met is not None for met in self.met.values()))
    @rule()
    def finish_sweep(self) -> None:
        for name, met in self.met.items():
            if met is not None:
                gone = set(self.state[name]) - met
                assert self.run.stream(name).finish_sweep() == len(gone)
                for key in gone:
                    del self.state[name][key]
                self.met[name] = None

    @rule(name=st.sampled_from(STREAMS))
    def flush(self, name: str) -> None:
        stream = self.run.stream(name)
        stream.flush()
        met = self.met[name]
        self.saved[name] = (
            json.loads(json.dumps(stream.checkpoint())),
            dict(self.state[name]),
            None if met is None else {*met},
        )

    @rule()
    def kill(self) -> None:
        self.run.abandon()
        self.begin()

    @rule()
    def rotate_key(self) -> None:
        self.ring = Keyring("acc", [*self.ring, AccountKey.new(max(self.ring.versions) + 1)])

    @rule()
    def commit(self) -> None:
        done = self.run.commit(taken_at=TAKEN)
        assert not done.adopted
        self.committed.append((done.name, {name: dict(state) for name, state in self.state.items()}))
        self.previous = load_manifest(self.blobs, self.ring, done.name)
        self.reset()
        self.begin()

    @invariant()
    def nothing_but_commits_is_visible(self) -> None:
        if hasattr(self, "blobs"):
            assert sorted(list_manifests(self.blobs, "acc", "src")) == sorted(name for name, _ in self.committed)

    def teardown(self) -> None:
        if not hasattr(self, "blobs"):
            return
        self.small.stop()
        self.run.abandon()
        for name, state in self.committed:
            manifest = load_manifest(self.blobs, self.ring, name)
            assert verify_snapshot(self.blobs, self.ring, name) == []
            with Snapshots.open(self.blobs, self.ring, manifest) as view:
                for stream in manifest.streams:
                    expected = state[stream]
                    plain = read_state(self.blobs, self.ring, manifest, stream)
                    assert {key: json.loads(raw)["v"] for key, raw in plain.items()} == expected
                    assert manifest.streams[stream].records == len(expected)
                    rows = [row for batch in view.iterate(stream) for row in batch]
                    assert {row.key: row.parsed()["v"] for row in rows} == expected and len(rows) == len(expected)
        if self.committed:
            with Snapshots.open(self.blobs, self.ring, manifest) as view:
                for stream in manifest.streams:
                    rows = view.page(stream, limit=100)
                    assert [row.key for row in rows] == sorted(state[stream], key=str.encode)
        self.folder.cleanup()


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
