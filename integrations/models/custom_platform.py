"""A platform that an account described itself: a manifest, no code."""

from django.db import models

from accounts.access.querysets import TenantModel


class CustomPlatform(TenantModel):
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    manifest = models.TextField(help_text="YAML, as it was given")
    version = models.PositiveIntegerField(default=1, help_text="grows with every change of the manifest")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="custom_platform_once")]

    def __str__(self) -> str:
        return self.name
