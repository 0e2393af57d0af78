"""A snapshot: what its manifest in the store says, kept here so that lists need no decryption."""

from typing import Any, ClassVar

import orjson
from django.db import models

from accounts.access.querysets import TenantManager, TenantModel, TenantQuerySet
from backups.enums import DeletedBy, SnapshotStatus


class KeptSnapshots(TenantManager):
    """Those that can be read: of removed ones only the row is left."""

    def get_queryset(self) -> TenantQuerySet[Any]:
        return super().get_queryset().filter(removed_at__isnull=True)


class Snapshot(TenantModel):
    """Made once, at the commit of a job; only the results of verifications, and what becomes of it, change later.

    Removed ones keep their row, without content: versions of records go on telling when they were written.
    `streams_json`: list of {name, label, records, new, changed, unchanged, deleted, state, message}.
    """

    source_field = "source"
    moment_field = "taken_at"

    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, related_name="snapshots")
    job = models.ForeignKey("backups.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    number = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=SnapshotStatus.choices, default=SnapshotStatus.COMPLETE)
    message = models.TextField(blank=True, help_text="what a person should look at")
    manifest_name = models.CharField(max_length=900)
    manifest_sha256 = models.CharField(max_length=64)
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    records = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0, help_text="objects written by this run")
    bytes_in = models.BigIntegerField(default=0)
    bytes_stored = models.BigIntegerField(default=0)
    streams_json = models.TextField(default="[]")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_ok = models.BooleanField(null=True, blank=True)
    objects_verified_at = models.DateTimeField(
        null=True, blank=True, help_text="when the objects that its own run wrote were last read and found good"
    )
    replicated_at = models.DateTimeField(null=True, blank=True, help_text="when its own objects lay in the replica")
    verify_detail = models.JSONField(default=dict, blank=True)
    locked_until = models.DateTimeField(
        null=True, blank=True, help_text="until when the storage refuses to delete its objects"
    )
    delete_at = models.DateTimeField(null=True, blank=True, help_text="from then on it may be removed")
    delete_by = models.CharField(max_length=10, choices=DeletedBy.choices, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TenantManager] = KeptSnapshots()  # type: ignore[misc]
    everything = TenantManager()

    class Meta(TenantModel.Meta):
        base_manager_name = "everything"
        default_manager_name = "objects"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["source", "-number"], name="snapshot_of_source"),
            models.Index(fields=["account", "-taken_at"], name="snapshot_of_account"),
        ]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="snapshot_number_once")]

    def __str__(self) -> str:
        return f"Snapshot {self.number} of {self.source}"

    def label_of(self, stream: str) -> str:
        """The stream's name for people; its own where it has none."""
        return str(next((one.get("label", stream) for one in self.streams if one["name"] == stream), stream))

    @property
    def streams(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = orjson.loads(self.streams_json or "[]")
        return found
