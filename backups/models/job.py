"""A job is a row, and the row is the truth: a message of the broker only says that it may be ready."""

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.access.querysets import TenantModel
from backups.enums import ACTIVE_STATES, FINISHED_STATES, WRITING_KINDS, JobKind, JobState, Trigger
from listbackup.core.db import public_key


class Job(TenantModel):
    """Written by `backups.services.jobs` and `backups.pipeline` alone.

    `fencing` grows with every claim: who holds an older number may not commit. `priority`: 0 is first, 9 last.
    """

    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=JobKind.choices, default=JobKind.BACKUP)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.MANUAL)
    priority = models.PositiveSmallIntegerField(default=5)
    queue = models.CharField(max_length=20, default="backup")
    slot = models.DateTimeField(null=True, blank=True, help_text="the scheduled time this run is for")
    batch_id = models.UUIDField(null=True, blank=True, db_index=True)
    parameters = models.JSONField(default=dict, blank=True)
    created_by = public_key("accounts.User", null=True, blank=True)

    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    fencing = models.PositiveBigIntegerField(default=0)
    # Text, not JSON fields: cursors and names from platforms may hold what PostgreSQL's JSON refuses.
    checkpoint = models.TextField(blank=True, default="", editable=False)
    progress = models.TextField(blank=True, default="")

    counts = models.JSONField(default=dict, blank=True)
    phases = models.JSONField(default=dict, blank=True, help_text="seconds by phase")
    warnings = models.TextField(blank=True, default="[]", help_text="JSON list of sentences")
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    error_effect = models.TextField(blank=True)
    error_remedy = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    snapshot = models.ForeignKey("backups.Snapshot", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="job_newest"),
            models.Index(fields=["source", "-id"], name="job_of_source"),
            models.Index(fields=["account", "state", "-id"], name="job_state"),
            models.Index(fields=["state", "priority", "id"], condition=Q(state__in=ACTIVE_STATES), name="job_active"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=ACTIVE_STATES, kind__in=WRITING_KINDS),
                name="job_one_active_per_source",
            ),
            models.UniqueConstraint(fields=["source", "slot"], name="job_once_per_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.source}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_STATES

    @property
    def writes_snapshots(self) -> bool:
        return self.kind in WRITING_KINDS

    @property
    def is_targeted(self) -> bool:
        """Whether it reads only what webhooks named: it says nothing about the rest of the source."""
        return self.trigger == Trigger.WEBHOOK or bool((self.parameters or {}).get("objects"))

    @property
    def duration(self) -> dt.timedelta | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at
