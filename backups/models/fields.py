"""The fields of a stream's records, as they were from some night on."""

from django.db import models

from accounts.access.querysets import TenantModel


class StreamFields(TenantModel):
    """A version of a stream's schema. `fields`: list of [name, types, share of the records looked at]; `changes`: list of
    [name, kind, types before, types after], empty in the first version. Names are ASCII: see `backups.services.fields`."""

    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, related_name="stream_fields")
    stream = models.CharField(max_length=400)
    version = models.PositiveIntegerField()
    snapshot = models.ForeignKey("backups.Snapshot", on_delete=models.SET_NULL, null=True, related_name="+")
    fields = models.JSONField()
    changes = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        verbose_name_plural = "stream fields"
        constraints = [
            models.UniqueConstraint(fields=["source", "stream", "version"], name="stream_fields_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.stream}, version {self.version}"
