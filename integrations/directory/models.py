"""What is looked up before an organization is known."""

from django.conf import settings
from django.db import models

from integrations.enums import PlatformStatus
from listbackup.core.db import BaseModel


class Platform(models.Model):
    """A platform of the registry, so that staff can see it and pages can filter. The manifest is the truth."""

    key = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=150)
    category = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=12, choices=PlatformStatus.choices, default=PlatformStatus.AVAILABLE)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OAuthState(BaseModel):
    """One person's way to a platform's consent page and back: single use, ten minutes."""

    state_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64, blank=True, help_text="empty when an API client without one began")
    platform = models.CharField(max_length=64)
    verifier = models.TextField(blank=True, editable=False, help_text="encrypted; emptied at first use")
    return_to = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=150, blank=True)
    connection_id = models.UUIDField(null=True, blank=True, help_text="set when an existing connection is renewed")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "OAuth state"
        indexes = [models.Index(fields=["expires_at"], name="oauth_state_expiry")]

    def __str__(self) -> str:
        return f"{self.platform} for {self.user_id}"


class TokenExpiry(BaseModel):
    """When a connection's access token must be renewed: one indexed table instead of a walk through every schema."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    connection_id = models.UUIDField(unique=True)
    expires_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="when to refresh, or to try again")

    class Meta:
        verbose_name_plural = "token expiries"
        indexes = [models.Index(fields=["due_at"], name="token_expiry_due")]

    def __str__(self) -> str:
        return f"{self.connection_id} at {self.expires_at:%Y-%m-%d %H:%M}"
