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


class WebhookAddress(BaseModel):
    """Where a platform sends a connection's webhooks: known before any organization is.

    `external_id` is the account at the platform, for messages to the application's one address.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    connection_id = models.UUIDField(unique=True)
    platform = models.CharField(max_length=64)
    external_id = models.CharField(max_length=200, blank=True)
    token = models.TextField(editable=False, help_text="encrypted: the secret part of the address")
    token_hash = models.CharField(max_length=64, unique=True)
    signing_secret = models.TextField(blank=True, editable=False, help_text="encrypted; what the platform signs with")
    last_received_at = models.DateTimeField(null=True, blank=True)
    received = models.PositiveBigIntegerField(default=0, help_text="events, each counted once")
    repeated = models.PositiveBigIntegerField(default=0, help_text="events that had come before")
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_code = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name_plural = "webhook addresses"
        indexes = [models.Index(fields=["platform", "external_id"], name="webhook_account")]

    def __str__(self) -> str:
        return f"webhooks of {self.connection_id}"


class WebhookEvent(BaseModel):
    """An event that was received, kept for three days so that it counts once however often it is sent."""

    address = models.ForeignKey(WebhookAddress, on_delete=models.CASCADE, related_name="events")
    identity = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "identity"], name="webhook_event_once")]
        indexes = [models.Index(fields=["created_at"], name="webhook_event_age")]

    def __str__(self) -> str:
        return self.identity


class WebhookHint(BaseModel):
    """Something to read again: a record by its key, or what changed in a stream when `key` is empty."""

    address = models.ForeignKey(WebhookAddress, on_delete=models.CASCADE, related_name="hints")
    stream = models.CharField(max_length=100)
    key = models.CharField(max_length=200, blank=True)
    deleted = models.BooleanField(default=False)
    taken = models.JSONField(default=list, help_text="who has begun to read it, of those that must")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "stream", "key"], name="webhook_hint_once")]
        indexes = [models.Index(fields=["due_at"], name="webhook_hint_due")]

    def __str__(self) -> str:
        return f"{self.stream} {self.key}"
