"""A source: the streams of a connection that are backed up together, on a schedule."""

from django.db import models

from accounts.access.querysets import TenantModel
from backups.enums import GroupStatus, Health, SourceStatus
from listbackup.core.db import public_key


class Source(TenantModel):
    """`streams` lists names; empty means every stream of the connection, also those the platform adds later."""

    source_field = "pk"

    connection = models.ForeignKey("integrations.Connection", on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=150)
    streams = models.JSONField(default=list, blank=True)
    schedule = models.CharField(max_length=100, default="daily", help_text="see backups.schedule.timetable")
    retention = models.CharField(
        max_length=200, blank=True, help_text="see backups.retention.policy; empty: the account's"
    )
    erase_at = models.DateTimeField(
        null=True, blank=True, help_text="of a deleted source: when its snapshots are erased"
    )
    status = models.CharField(max_length=16, choices=SourceStatus.choices, default=SourceStatus.ACTIVE)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.UNKNOWN)
    health_reason = models.TextField(blank=True)
    health_remedy = models.TextField(blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    last_snapshot = models.ForeignKey(
        "backups.Snapshot", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_verified_at = models.DateTimeField(null=True, blank=True)
    proved_at = models.DateTimeField(null=True, blank=True, help_text="when it was last proved restorable")
    proof = models.JSONField(default=dict, blank=True, editable=False, help_text="see backups.pipeline.drill")
    records = models.BigIntegerField(default=0, help_text="live records in the last snapshot")
    bytes_stored = models.BigIntegerField(default=0, help_text="of all snapshots, as stored")
    created_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "status", "-id"], name="source_status"),
            models.Index(fields=["account", "health", "-id"], name="source_health"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.status in (SourceStatus.PAUSED, SourceStatus.NEEDS_RECONNECT)


class SourceGroup(TenantModel):
    name = models.CharField(max_length=150)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=GroupStatus.choices, default=GroupStatus.ACTIVE)
    sources = models.ManyToManyField(Source, blank=True, related_name="groups")
    created_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="source_group_name_once")]

    def __str__(self) -> str:
        return self.name
