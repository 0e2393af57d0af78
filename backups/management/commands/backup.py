"""Backs up a source and waits; exit 0 only when the snapshot is committed. Run again after a kill, it goes on."""

import time
from argparse import ArgumentParser
from typing import Any

import orjson

from accounts.access.context import AccountContext
from backups.enums import JobState, Trigger
from backups.errors import JobAlreadyRunning
from backups.management.account_command import AccountCommand
from backups.models import Job
from backups.pipeline.lease import release_dead
from backups.pipeline.run import run_job
from backups.services.jobs import ring, start_job

LOOK_EVERY = 0.2  # seconds
GOOD = (JobState.SUCCEEDED, JobState.PARTIAL)


class Command(AccountCommand):
    help = __doc__

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="id or name")
        parser.add_argument("--inline", action="store_true", help="in this process instead of through the queue")
        parser.add_argument("--streams", default="", metavar="a,b")
        parser.add_argument(
            "--accept-deletions", default="", metavar="a,b", help="streams whose many missing records are really gone"
        )

    def run(self, context: AccountContext, options: dict[str, Any]) -> dict[str, Any]:
        job = self._job(context, options)
        job = self._inline(context, job) if options["inline"] else self._queued(job)
        return report(job) | {"exit_code": 0 if job.state in GOOD else 1}

    def show(self, result: dict[str, Any]) -> None:
        if result["state"] not in GOOD:
            self.stderr.write(f"{result['state']}: {result['error']} {result['remedy']}".strip())
            return
        self.stdout.write(
            f"Snapshot {result['snapshot']} ({result['snapshot_status']}): {result['records_new']:,} new,"
            f" {result['records_changed']:,} changed, {result['records_unchanged']:,} unchanged,"
            f" {result['records_deleted']:,} deleted in {result['seconds']} s."
        )
        for warning in result["warnings"]:
            self.stdout.write(f"- {warning}")

    def _job(self, context: AccountContext, options: dict[str, Any]) -> Job:
        accept = [name for name in options["accept_deletions"].split(",") if name]
        try:
            return start_job(
                context,
                source=self.source(context, options),
                trigger=Trigger.MANUAL,
                streams=[name for name in options["streams"].split(",") if name],
                parameters={"accept_deletions": accept} if accept else None,
            )
        except JobAlreadyRunning as running:
            # After a kill: the same job goes on from its checkpoint.
            release_dead(running.job.pk)
            return running.job

    def _inline(self, context: AccountContext, job: Job) -> Job:
        while True:
            run_job(context, job.pk)
            job.refresh_from_db()
            if job.is_finished:
                return job
            time.sleep(LOOK_EVERY)

    def _queued(self, job: Job) -> Job:
        job.refresh_from_db()
        ring(job)
        while not job.is_finished:
            time.sleep(LOOK_EVERY)
            job.refresh_from_db(fields=["state"])
        job.refresh_from_db()
        return job


def report(job: Job) -> dict[str, Any]:
    """The JSON line."""
    zeros = dict.fromkeys(
        (
            "records_read", "records_new", "records_changed", "records_unchanged", "records_deleted", "files",
            "bytes_in", "bytes_stored", "requests", "waited_rate_limit_s", "resumed_from", "seconds",
        ),
        0,
    )  # fmt: skip
    snapshot = job.snapshot
    return {
        "ok": job.state in GOOD,
        "job": str(job.pk),
        "state": job.state,
        "snapshot": str(snapshot.pk) if snapshot else None,
        "snapshot_number": snapshot.number if snapshot else None,
        "snapshot_status": snapshot.status if snapshot else None,
        "records": snapshot.records if snapshot else 0,
        **zeros,
        **job.counts,
        "phases_s": job.phases,
        "warnings": orjson.loads(job.warnings or "[]"),
        "code": job.error_code,
        "error": job.error_message,
        "remedy": job.error_remedy,
    }
