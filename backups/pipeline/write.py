"""From pages to the snapshot writer: counts, sweeps with their guard, streams that failed."""

import json
from typing import Any

from backups.pipeline.plan import Plan
from backups.pipeline.resume import Checkpoint, RootState
from backups.store.manifest import Manifest
from backups.store.snapshot import SnapshotWriter
from backups.store.stream import Columns, StreamWriter
from integrations.connector.errors import ScopeMissing
from integrations.connector.records import Page
from listbackup.core.errors import ListBackupError

# The store takes records in batches: a hundred at a time costs half as much again as a thousand at a time.
BATCH_RECORDS = 1_000
BATCH_BYTES = 4 * 1024 * 1024

# A sweep that would delete more than this is not believed until a person says so.
DOUBTFUL_SHARE = 0.5
DOUBTFUL_RECORDS = 20


class Writing:
    """One run's writers. Used by one thread."""

    def __init__(self, writer: SnapshotWriter, plan: Plan, previous: Manifest | None, checkpoint: Checkpoint) -> None:
        self.snapshot, self.plan, self.previous, self.checkpoint = writer, plan, previous, checkpoint
        self.writers: dict[str, StreamWriter] = {}
        self.read: dict[str, int] = {}
        self.failed: dict[str, ListBackupError] = {}
        self.totals = {"bytes_in": 0.0, "requests": 0.0, "waited_s": 0.0, "records_read": 0.0} | checkpoint.totals
        self._states: dict[str, RootState] = {name: RootState(plan.states[name]) for name in plan.roots}
        self._states |= {name: root for name, root in checkpoint.roots.items() if name in self._states}
        self._sweeping: dict[str, set[str]] = {name: set() for name in plan.roots}
        # Where the next run begins, once the root stream has really ended: pages of its children may still follow.
        self._final: dict[str, dict[str, Any]] = {}
        self._since_flush = 0
        self._waiting: dict[str, Columns] = {}  # read, but not given to the store yet, by stream
        self._waiting_bytes = 0
        writer.resume(checkpoint.writers)
        for name in checkpoint.writers:
            self._writer(name)
            self.read[name] = sum(checkpoint.writers[name]["counts"].values())

    @property
    def unread(self) -> dict[str, dict[str, Any] | None]:
        """Root streams that are not read to their end, and where to go on."""
        return {name: root.state for name, root in self._states.items() if not root.done}

    @property
    def records_since_flush(self) -> int:
        return self._since_flush

    def page(self, root: str, page: Page, columns: Columns) -> None:
        """Takes a page of the root stream or of one of its children; it is in the store after `flush` at the latest.

        Raises StorageUnavailable.
        """
        writer = self._writer(page.stream)
        if page.sweep and page.stream not in self._sweeping[root]:
            self._hand_over(page.stream)
            writer.begin_sweep()
            self._sweeping[root].add(page.stream)
        if len(columns):
            self._wait(page, columns)
        if page.absent:
            self._hand_over(page.stream)
            writer.absent(page.absent)
        count = len(page.records)
        self.read[page.stream] = self.read.get(page.stream, 0) + count
        self._since_flush += count
        self.totals["records_read"] += count
        self.totals["bytes_in"] += page.bytes_in
        self.totals["requests"] += page.requests
        self.totals["waited_s"] += page.waited_s
        if page.complete:
            self._final[root] = page.state
            if page.stream == root and not page.sweep:
                # Something could not be listed after all, or moved meanwhile: what was not met may be there.
                writer.cancel_sweep()
                self._sweeping[root].discard(root)
        elif root not in self._final:
            self._states[root].state = page.state

    def _wait(self, page: Page, columns: Columns) -> None:
        waiting = self._waiting.setdefault(page.stream, columns)
        if waiting is not columns:
            waiting += columns
        self._waiting_bytes += page.bytes_in
        if self._waiting_bytes >= BATCH_BYTES:
            self._hand_over_all()
        elif len(waiting) >= BATCH_RECORDS:
            self._hand_over(page.stream)

    def _hand_over(self, name: str) -> None:
        columns = self._waiting.pop(name, None)
        if columns is not None:
            self._writer(name).add_columns(columns)

    def _hand_over_all(self) -> None:
        for name in list(self._waiting):
            self._hand_over(name)
        self._waiting_bytes = 0

    def ended(self, root: str) -> None:
        """The root stream was read to its end: what a full pass did not show is gone, unless that cannot be true."""
        for name in sorted(self._sweeping[root]):
            self._finish_sweep(name)
        for name in self.plan.children(root):
            self._writer(name)  # a stream without records is in the snapshot too
        self._states[root] = RootState(self._final.get(root, self._states[root].state), done=True)

    def fail(self, root: str, error: ListBackupError) -> None:
        """Notes why the root stream could not be read to its end."""
        self.failed[root] = error

    def refuse(self, name: str, reason: str) -> None:
        """Notes that the platform refused a stream that is read within its parent's pass."""
        self.failed[name] = ScopeMissing(reason, stream=name)

    def is_optional(self, name: str) -> bool:
        """Whether a failed stream is only worth a warning: many accounts do not have it."""
        return self.plan.infos[name].optional and self.failed[name].code == "scope.missing"

    def drop_failed(self) -> None:
        """Before a partial commit: failed streams go back to their last good state; first ones keep what was read."""
        self._hand_over_all()
        before = self.previous.streams if self.previous else {}
        for root in self.failed:
            for name in self.plan.children(root):
                if name in before:
                    self.snapshot.forget(name)
                    self.writers.pop(name, None)
                elif name in self.writers:
                    self.writers[name].cancel_sweep()

    def flush(self) -> Checkpoint:
        """Makes everything so far durable; the checkpoint that may be stored then."""
        self._hand_over_all()
        for writer in self.writers.values():
            if writer.rows_pending or self._since_flush:
                writer.flush()
        self._since_flush = 0
        # By value: the states move on with the next page.
        self.checkpoint.roots = {name: RootState(root.state, root.done) for name, root in self._states.items()}
        self.checkpoint.writers = {name: writer.checkpoint() for name, writer in self.writers.items()}
        self.checkpoint.totals = dict(self.totals)
        return self.checkpoint

    def next_states(self) -> dict[str, str | None]:
        """For the manifest: where the next run of each root stream begins."""
        return {
            name: json.dumps(root.state, ensure_ascii=True, separators=(",", ":"))
            for name, root in self._states.items()
            if root.done and root.state is not None
        }

    def _finish_sweep(self, name: str) -> None:
        self._hand_over(name)
        writer = self._writer(name)
        gone = writer.unseen()
        before = self.previous.streams[name].records if self.previous and name in self.previous.streams else 0
        doubtful = gone > DOUBTFUL_RECORDS and gone > before * DOUBTFUL_SHARE
        if doubtful and name not in self.plan.accept_deletions:
            writer.cancel_sweep()
            label = self._label(name)
            self.checkpoint.suspicious[name] = (
                f"{label}: {gone:,} of {before:,} records were missing from the platform's answer. "
                "They were kept, not marked as deleted."
            )
        else:
            writer.finish_sweep()

    def _writer(self, name: str) -> StreamWriter:
        writer = self.writers.get(name)
        if writer is None:
            info = self.plan.infos.get(name)
            key = info.key if info else ("id",)
            writer = self.snapshot.stream(name, label=self._label(name), key=key)
            self.writers[name] = writer
        return writer

    def _label(self, name: str) -> str:
        info = self.plan.infos.get(name)
        return info.label if info and info.label else name
