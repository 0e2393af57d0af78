"""Words of the backups app."""

from django.db import models


class SourceStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    NEEDS_RECONNECT = "needs_reconnect", "Needs reconnecting"
    # The row stays: jobs and snapshots point to it.
    DELETED = "deleted", "Deleted"


class Health(models.TextChoices):
    """How well a source is protected now; written by `pipeline.outcome` and the source services."""

    PROTECTED = "protected", "Protected"
    ATTENTION = "attention", "Needs attention"
    FAILED = "failed", "Failed"
    PAUSED = "paused", "Paused"
    UNKNOWN = "unknown", "No backup yet"
    RUNNING = "running", "First backup running"


class GroupStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class JobKind(models.TextChoices):
    BACKUP = "backup", "Backup"
    SYNC = "sync", "Sync"
    EXPORT = "export", "Export"
    VERIFY = "verify", "Verification"
    DRILL = "drill", "Restore drill"
    RESTORE = "restore", "Restore"
    CLEANUP = "cleanup", "Clean-up"


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTIAL = "partial", "Partly done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    # All attempts are used up: staff can read it and send it again.
    DEAD = "dead", "Given up"


class Trigger(models.TextChoices):
    MANUAL = "manual", "By hand"
    SCHEDULE = "schedule", "Schedule"
    FIRST = "first", "First backup"
    WEBHOOK = "webhook", "Webhook"
    API = "api", "API"
    GROUP = "group", "Source group"
    RETRY = "retry", "Retry"


class SnapshotStatus(models.TextChoices):
    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "Partial"
    # A stream would have lost most of its records: its deletions were kept aside.
    SUSPICIOUS = "suspicious", "Please check"


class DeletedBy(models.TextChoices):
    """Why a snapshot is to be removed."""

    RETENTION = "retention", "Retention"
    HAND = "hand", "By hand"


class KeyState(models.TextChoices):
    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"
    ERASED = "erased", "Erased"


class ExportFormat(models.TextChoices):
    JSONL = "jsonl", "JSON Lines"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"
    PARQUET = "parquet", "Parquet"


ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING)
FINISHED_STATES = (JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED, JobState.DEAD)
# Kinds that write snapshots: one of them at a time per source.
WRITING_KINDS = (JobKind.BACKUP, JobKind.SYNC)
