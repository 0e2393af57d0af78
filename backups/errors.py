"""Errors of the backups app. Those of the store are in `backups.store.errors`."""

from typing import TYPE_CHECKING

from listbackup.core.errors import Conflict, InvalidInput, ListBackupError, NotFound, Unavailable

if TYPE_CHECKING:
    from backups.models import Job


class SourceNotFound(NotFound):
    code = "source.not_found"


class GroupNotFound(NotFound):
    code = "group.not_found"


class GroupNameTaken(Conflict):
    code = "group.name_taken"


class JobNotFound(NotFound):
    code = "job.not_found"


class SnapshotNotFound(NotFound):
    code = "snapshot.not_found"


class RecordNotFound(NotFound):
    code = "record.not_found"


class StreamUnknown(InvalidInput):
    code = "source.unknown_stream"


class ScheduleInvalid(InvalidInput):
    code = "source.schedule"
    remedy = "Choose a schedule such as hourly, daily:02:30, weekly:mon:02:30, every:15m or cron:30 2 * * *."


class HoldNotFound(NotFound):
    code = "hold.not_found"


class HeldBack(Conflict):
    """A legal hold covers what was to be deleted."""

    code = "hold.in_place"
    remedy = "Release the hold first, if you may."


class StillNeeded(Conflict):
    """The newest snapshot of a source, or its last good one."""

    code = "snapshot.needed"
    remedy = "Wait for the next complete backup, or delete the source."


class QueryNotFound(NotFound):
    code = "query.not_found"


class QueryNameTaken(Conflict):
    code = "query.name_taken"


class NotRestorable(ListBackupError):
    """A drill rebuilt something else than what was received."""

    code = "drill.mismatch"
    remedy = "Run a verification of the source to see which objects are affected, and back it up in full again."


class SourceNotReady(Conflict):
    """The source is paused, deleted, or its connection must be renewed first."""

    code = "source.not_ready"


class SourceBusy(Unavailable):
    """A job of the source is still ending: the same is tried again by itself."""

    code = "source.busy"
    remedy = "Nothing to do: it is tried again in a moment."


class JobAlreadyRunning(Conflict):
    """`job` is the one that is already queued, waiting or running."""

    code = "source.already_running"
    remedy = "Follow the running job, or cancel it first."

    def __init__(self, job: "Job") -> None:
        super().__init__("This source is already being backed up.")
        self.job = job


class JobStateConflict(Conflict):
    code = "job.state"


class SnapshotMissing(Conflict):
    """The source has no snapshot yet."""

    code = "source.no_snapshot"
    remedy = "Back it up first."


class ExportExpired(NotFound):
    code = "export.expired"
    remedy = "Make the export again: files are kept for seven days."


class LeaseLost(ListBackupError):
    """Another worker took the job over, or the lease could not be renewed: this one stops without a trace."""

    code = "job.lease_lost"


class JobCancelled(ListBackupError):
    code = "job.cancelled"
