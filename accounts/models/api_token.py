"""A person's key for scripts: bound to one account, limited by scopes, stored as a hash."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from listbackup.core.db import BaseModel


class ApiToken(BaseModel):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    hint = models.CharField(max_length=16, help_text="its first characters, to tell tokens apart")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole token")
    scopes = ArrayField(models.CharField(max_length=30))
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_ip = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
