"""Who may work on a job: one conditional UPDATE claims it, a heartbeat keeps it, a fencing number ends all doubt.

Only the database's own clock is compared with leases: clocks of machines differ.
"""

import contextlib
import datetime as dt
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, models
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.functions import Coalesce

from accounts.access.schema import entered
from accounts.models import Organization
from backups.enums import JobState
from backups.errors import LeaseLost
from backups.models import Job
from backups.services.jobs import running_limit

log = structlog.get_logger(__name__)
LEASE = dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
RENEW_EVERY = settings.JOB_LEASE_SECONDS / 4  # seconds
# Seconds without a renewal: this worker stops before anybody else may begin.
GIVE_UP_AFTER = settings.JOB_LEASE_SECONDS * 3 / 4


class Clock(Func):
    """The database's present moment, not that of the transaction's begin."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field: models.Field = DateTimeField()  # type: ignore[type-arg]


def claimable() -> Q:
    """Jobs that a worker may begin, or take over from one that died, at this moment."""
    return (
        Q(state=JobState.QUEUED)
        | Q(state=JobState.WAITING, next_attempt_at__lte=Clock())
        | Q(state=JobState.RUNNING, lease_expires_at__lt=Clock())
    )


def claim(job_id: UUID) -> Job | None:
    """Takes the job for this process, with a higher fencing number; None when it is not to be had.

    A job whose worker died on this machine is taken at once; otherwise its lease must have run out.
    """
    owner = _own_name()
    release_dead(job_id)
    row = Job.objects.filter(claimable(), pk=job_id).values("account_id", "state").first()
    if row is None or (row["state"] == JobState.QUEUED and _is_full(row["account_id"])):
        return None
    taken = Job.objects.filter(claimable(), pk=job_id, attempt__lt=F("max_attempts")).update(
        state=JobState.RUNNING,
        lease_owner=owner,
        lease_expires_at=Clock() + LEASE,
        heartbeat_at=Clock(),
        started_at=Coalesce("started_at", Clock()),
        next_attempt_at=None,
        fencing=F("fencing") + 1,
        attempt=F("attempt") + 1,
    )
    if not taken:
        return None
    found: Job | None = (
        Job.objects.select_related("source__connection__custom_platform", "source__account", "account")
        .filter(pk=job_id, lease_owner=owner)
        .first()
    )
    return found


def _is_full(account_id: UUID) -> bool:
    busy = Job.objects.filter(account_id=account_id, state=JobState.RUNNING, lease_expires_at__gte=Clock()).count()
    return busy >= running_limit()


def release_dead(job_id: UUID) -> bool:
    """Ends the lease of a worker that ran on this machine and is gone (kill -9), so that nobody waits for it."""
    owner = Job.objects.filter(pk=job_id, state=JobState.RUNNING).values_list("lease_owner", flat=True).first()
    if not owner or not _is_dead(owner):
        return False
    ended = Job.objects.filter(pk=job_id, lease_owner=owner).update(lease_expires_at=Clock() - dt.timedelta(seconds=1))
    return bool(ended)


class Keeper:
    """Holds the lease of a claimed job while the block runs. `lost` is set when this worker must stop."""

    def __init__(self, job: Job, organization: Organization) -> None:
        self.job, self._organization = job, organization
        self.lost = threading.Event()
        self._stop = threading.Event()
        self._renewed = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"lease-{job.pk}", daemon=True)

    def check(self) -> None:
        """Raises LeaseLost when the lease is gone or could not be renewed in time."""
        # A process that was stopped (SIGSTOP) wakes up here before its heartbeat does.
        if self.lost.is_set() or time.monotonic() - self._renewed > GIVE_UP_AFTER:
            self.lost.set()
            raise LeaseLost("This worker lost its lease on the job.")

    def renew(self) -> None:
        """One renewal, on the caller's connection. Sets `lost` when the job is another's now."""
        kept = mine(self.job).update(lease_expires_at=Clock() + LEASE, heartbeat_at=Clock())
        if kept:
            self._renewed = time.monotonic()
        else:
            self.lost.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            while not self._stop.wait(RENEW_EVERY) and not self.lost.is_set():
                self._try_to_renew()
        finally:
            connection.close()

    def _try_to_renew(self) -> None:
        try:
            with entered(self._organization):
                self.renew()
        except DatabaseError as error:
            log.warning("lease_not_renewed", job=str(self.job.pk), error=str(error))
            connection.close()
            if time.monotonic() - self._renewed > GIVE_UP_AFTER:
                self.lost.set()


@contextlib.contextmanager
def kept(job: Job, organization: Organization) -> Iterator[Keeper]:
    keeper = Keeper(job, organization)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()


def mine(job: Job) -> "models.QuerySet[Job]":
    """The job's row, as long as it is this claim's: every write of a worker goes through here."""
    found: models.QuerySet[Job] = Job.objects.filter(pk=job.pk, fencing=job.fencing, state=JobState.RUNNING)
    return found


def _own_name() -> str:
    """machine:boot:process:start:random"""
    return f"{_machine()}:{os.getpid()}:{_start_of(os.getpid())}:{secrets.token_hex(4)}"


def _machine() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = boot.read_text().strip()[:8] if boot.exists() else "-"
    return f"{socket.gethostname()[:60]}:{name}"


def _start_of(pid: int) -> str:
    """When the process began, in the kernel's ticks, so that a number used again is not taken for the same process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _is_dead(owner: str) -> bool:
    machine, pid, start, _ = owner.rsplit(":", 3)
    if machine != _machine() or not Path("/proc/self/stat").exists():
        return False
    return _start_of(int(pid)) != start
