"""A platform that an account described itself: a manifest, no code. Accounts below it may connect to it as well."""

from django.db import models
from django.db.models import Q

from accounts.access.querysets import TenantModel
from listbackup.core.db import public_key


class CustomPlatform(TenantModel):
    """`manifest` and `version` are those of the newest `CustomPlatformVersion`."""

    key = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    manifest = models.TextField(help_text="YAML, as it was given")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change of the manifest")
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="kept, because old snapshots name it")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"], condition=Q(deleted_at__isnull=True), name="custom_platform_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CustomPlatformVersion(TenantModel):
    """One manifest that was saved. Never changed: going back to an older one saves it again as the newest."""

    custom_platform = models.ForeignKey(CustomPlatform, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    manifest = models.TextField()
    restored_from = models.PositiveIntegerField(null=True, blank=True, help_text="the older version gone back to")
    created_by = public_key("accounts.User", null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["custom_platform", "number"], name="custom_platform_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.custom_platform_id} version {self.number}"
