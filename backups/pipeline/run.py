"""Runs a job: claim, do, settle. The only caller of the steps beside it."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from accounts.access.context import AccountContext
from backups import live
from backups.enums import Health, JobKind
from backups.errors import JobCancelled
from backups.models import Job, Source
from backups.pipeline import cleanup, commit, drill, export, outcome, resume, verification
from backups.pipeline.lease import Keeper, claim, kept
from backups.pipeline.plan import Plan, make_plan
from backups.pipeline.progress import Progress
from backups.pipeline.read import Counted, Feed, PageRead, StreamEnded, StreamReader
from backups.pipeline.targeted import Targeted
from backups.pipeline.write import Writing
from backups.services.keys import keyring_for_writing
from backups.services.storage import snapshot_blobs
from backups.store.keys import Keyring
from backups.store.manifest import Manifest, load_manifest, manifest_sha256
from backups.store.snapshot import Committed, SnapshotWriter
from integrations.services.readers import open_reader
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)
CHECKPOINT_SECONDS = float(settings.JOB_CHECKPOINT_SECONDS)
CHECKPOINT_RECORDS = 20_000
STREAMS_AT_ONCE = 4
STREAM_ATTEMPTS = 3  # runs of a job before the streams that go well are committed without the others


def run_job(context: AccountContext, job_id: UUID) -> Job | None:
    """Claims the job and runs it to its end; None when there is nothing to do for this worker.

    Never raises for what can go wrong with a job: that is its state. A fault of ours is logged, and raised again.
    """
    job = claim(job_id)
    if job is None:
        return None
    log.info("job_claimed", job=str(job.pk), kind=job.kind, attempt=job.attempt, fencing=job.fencing)
    with kept(job, context.organization) as keeper:
        try:
            if job.cancel_requested:
                raise JobCancelled("The job was cancelled.")
            _RUNNERS[job.kind](context, job, keeper)
        except (ListBackupError, OSError) as error:
            outcome.settle(context, job, error)
        except BaseException as error:
            if connection.in_atomic_block and connection.needs_rollback:
                raise  # only in tests: nothing can be written any more
            log.exception("job_crashed", job=str(job.pk))
            outcome.settle(context, job, error)
            raise
    return job


def _backup(context: AccountContext, job: Job, keeper: Keeper) -> None:
    Backup(context, job, keeper).run()


class Backup:
    """One attempt of a backup."""

    def __init__(self, context: AccountContext, job: Job, keeper: Keeper) -> None:
        self.context, self.job, self.keeper = context, job, keeper
        self.source: Source = job.source
        self.progress = Progress(job, keeper)
        self.phases: dict[str, float] = {}
        self.begun = time.monotonic()
        self._stopping = False

    def run(self) -> None:
        """Raises whatever ends the attempt; `outcome.settle` knows what it means."""
        with self._phase("prepare"):
            self._show_running()
            blobs, keyring = snapshot_blobs(), keyring_for_writing(self.source.account)
            name = resume.previous_manifest(self.source)
            previous = load_manifest(blobs, keyring, name) if name else None
            checkpoint = resume.begin_or_resume(self.job, name)
            resume.store(self.job, checkpoint)
            writer = SnapshotWriter(
                blobs,
                keyring,
                account=str(self.source.account_id),
                source=str(self.source.pk),
                snapshot=checkpoint.snapshot,
                date=checkpoint.date,
                previous=previous,
            )
        adopted = self._already_committed(writer, keyring, previous)
        if adopted is not None:
            self._finish(adopted, self._result({}, checkpoint, {}, []))
            return
        with writer, open_reader(self.source.connection, cancelled=self._cancelled) as opened:
            objects = self.job.parameters.get("objects")
            reader: StreamReader = Targeted(opened, objects) if objects else opened
            with self._phase("plan"):
                self.progress.message = "Asking the platform what there is."
                plan = make_plan(self.source, self.job, reader, previous)
                self.progress.totals = _expected(plan, previous)
                writing = Writing(writer, plan, previous, checkpoint)
                self.progress.message = ""
            self._read(reader, writing)
            self._note_refused(reader, writing)
            self._judge_streams(writing)
            self._commit(writer, writing, plan)

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, reader: StreamReader, writing: Writing) -> None:
        unread = writing.unread
        for name in writing.plan.infos:
            self.progress.states[name] = "waiting"
        for root in writing.plan.roots:
            if root not in unread:
                self._mark(writing.plan, root, "done")
        with Feed(
            reader, unread, children=writing.plan.children, threads=STREAMS_AT_ONCE, stop=self._should_stop
        ) as feed:
            try:
                with _rare_collections():
                    self._consume(feed, writing)
            finally:
                self._stopping = True  # before the feed waits for its threads
        with self._phase("write"):
            resume.store(self.job, writing.flush())
            self.progress.tell(writing)

    def _consume(self, feed: Feed, writing: Writing) -> None:
        events, last_flush = iter(feed), time.monotonic()
        while True:
            with self._phase("read"):
                event = next(events, None)
            if event is None:
                return
            with self._phase("write"):
                self._take(event, writing)
                due = time.monotonic() - last_flush >= CHECKPOINT_SECONDS
                if writing.records_since_flush and (due or writing.records_since_flush >= CHECKPOINT_RECORDS):
                    resume.store(self.job, writing.flush())
                    last_flush = time.monotonic()
                self.progress.step(writing)

    def _take(self, event: object, writing: Writing) -> None:
        if isinstance(event, PageRead):
            if self.progress.states.get(event.root) == "waiting":
                self._mark(writing.plan, event.root, "reading")
            writing.page(event.root, event.page, event.columns)
        elif isinstance(event, Counted):
            self.progress.totals[event.root] = event.total
        elif isinstance(event, StreamEnded):
            if event.error is None:
                writing.ended(event.root)
                self._mark(writing.plan, event.root, "done")
            elif _ends_everything(event.error):
                # What was read so far is kept for the next attempt.
                resume.store(self.job, writing.flush())
                raise event.error
            else:
                writing.fail(event.root, event.error)
                self._mark(writing.plan, event.root, "failed")

    def _mark(self, plan: Plan, root: str, state: str) -> None:
        for name in plan.children(root):
            self.progress.states[name] = state

    def _cancelled(self) -> bool:
        """Asked by the reader's threads: they touch no database."""
        return self._stopping or self.keeper.lost.is_set()

    def _should_stop(self) -> bool:
        """Asked by this thread while no page comes. Raises JobCancelled, LeaseLost."""
        self.progress.check()
        return False

    # -- the end --------------------------------------------------------------------------------------------------

    def _note_refused(self, reader: StreamReader, writing: Writing) -> None:
        """Children that the platform refused while their parents were read."""
        for name, reason in reader.streams_off.items():
            info = writing.plan.infos.get(name)
            if info is not None and name not in writing.failed:
                writing.refuse(name, reason)
                self.progress.states[name] = "failed"

    def _judge_streams(self, writing: Writing) -> None:
        """Raises the first stream's error when the attempt is not worth a snapshot, or another one may heal it."""
        plan = writing.plan
        for name, error in writing.failed.items():
            if writing.is_optional(name):
                plan.warnings.append(f"{plan.infos[name].label or name}: not read. {error.message}")
        failed = writing.failed
        if not failed:
            return
        passing = [error for error in failed.values() if outcome.is_passing(error)]
        waiting = [error for error in passing if getattr(error, "kind", "") == "wait"]
        if waiting:
            raise waiting[0]
        if passing and self.job.attempt < min(STREAM_ATTEMPTS, self.job.max_attempts):
            raise passing[0]
        if all(root in failed for root in plan.roots):
            raise next(iter(failed.values()))
        writing.drop_failed()

    def _commit(self, writer: SnapshotWriter, writing: Writing, plan: Plan) -> None:
        failed = {
            root: f"{plan.infos[root].label or root}: {error.message}"
            for root, error in writing.failed.items()
            if not writing.is_optional(root)
        }
        result = self._result(writing.totals, writing.checkpoint, failed, plan.warnings)
        with self._phase("commit"):
            self.progress.message = "Writing the snapshot."
            self.progress.tell(writing)
            self.keeper.check()
            committed = writer.commit(
                taken_at=now(),
                states=writing.next_states(),
                counts={"records_read": int(writing.totals["records_read"]), "status": str(result.status)},
            )
        self._finish(committed, result)

    def _finish(self, committed: Committed, result: commit.Result) -> None:
        self.keeper.check()
        result.seconds = time.monotonic() - self.begun
        commit.commit_rows(self.context, self.job, committed, result, phases=self.phases)

    def _already_committed(
        self, writer: SnapshotWriter, keyring: Keyring, previous: Manifest | None
    ) -> Committed | None:
        """An earlier attempt wrote the manifest and died before the database heard of it."""
        blobs, name = snapshot_blobs(), writer.place.manifest
        if not blobs.exists(name):
            return None
        manifest = load_manifest(blobs, keyring, name)
        stored = sum(segment.bytes for segment in manifest.own_segments()) + blobs.size(name)
        sha256 = manifest_sha256(blobs, name)
        blobs.put(writer.place.checksums, manifest.checksums(sha256))
        return Committed(manifest, name, sha256, stored, adopted=True)

    def _result(
        self, totals: dict[str, float], checkpoint: resume.Checkpoint, failed: dict[str, str], warnings: list[str]
    ) -> commit.Result:
        return commit.Result(
            totals=totals or checkpoint.totals,
            warnings=warnings,
            failed=failed,
            suspicious=checkpoint.suspicious,
            resumed_from=checkpoint.resumed_from,
            seconds=0.0,
        )

    def _show_running(self) -> None:
        if self.source.last_snapshot_id is None and self.source.health == Health.UNKNOWN:
            Source.objects.filter(pk=self.source.pk, health=Health.UNKNOWN).update(health=Health.RUNNING)
            self.source.health = Health.RUNNING
        live.publish(self.job)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + time.monotonic() - begun


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Records are freed by their reference counts; the collector finds nothing in them, at a twentieth of all CPU."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _ends_everything(error: ListBackupError) -> bool:
    """Errors after which no other stream can succeed either."""
    return error.code in outcome.RECONNECT or error.code in ("cancelled", "quota.exhausted")


def _expected(plan: Plan, previous: Manifest | None) -> dict[str, int]:
    """A first guess at the size of full passes: what the last snapshot held."""
    before = previous.streams if previous else {}
    return {
        name: before[name].records
        for name in plan.infos
        if name in before and before[name].records and not plan.infos[name].incremental
    }


_RUNNERS: dict[str, Callable[[AccountContext, Job, Keeper], None]] = {
    JobKind.BACKUP: _backup,
    JobKind.SYNC: _backup,
    JobKind.EXPORT: export.run_export,
    JobKind.VERIFY: verification.run_verification,
    JobKind.DRILL: drill.run_drill,
    JobKind.CLEANUP: cleanup.run_cleanup,
}
