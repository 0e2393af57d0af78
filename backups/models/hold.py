"""Legal holds: what they cover is neither let go nor deleted nor erased while they stand."""

from django.db import models

from accounts.access.querysets import TenantModel
from listbackup.core.db import public_key


class Hold(TenantModel):
    """On one snapshot, on a source, or, with neither, on the account and everything below it."""

    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, null=True, blank=True, related_name="holds")
    snapshot = models.ForeignKey(
        "backups.Snapshot", on_delete=models.CASCADE, null=True, blank=True, related_name="holds"
    )
    reason = models.CharField(max_length=500)
    created_by = public_key("accounts.User", null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = public_key("accounts.User", null=True, blank=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "released_at"], name="hold_of_account")]

    def __str__(self) -> str:
        return f"Hold on {self.snapshot or self.source or self.account}"
