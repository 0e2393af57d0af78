"""A connected account at a platform. The secret is stored encrypted and never leaves `integrations.services`."""

from typing import Any

import orjson
from django.db import models
from django.db.models import Q

from accounts.access.querysets import TenantModel
from integrations.enums import AuthKind, ConnectionStatus
from listbackup.core.db import public_key

CUSTOM = "custom"
_LIVE = ~Q(status="deleted") & ~Q(external_id="")


class Connection(TenantModel):
    """`platform` is a key of the registry, or "custom" with `custom_platform`."""

    platform = models.CharField(max_length=64)
    custom_platform = models.ForeignKey(
        "integrations.CustomPlatform", on_delete=models.PROTECT, null=True, blank=True, related_name="connections"
    )
    name = models.CharField(max_length=150)
    auth_kind = models.CharField(max_length=20, choices=AuthKind.choices)
    status = models.CharField(max_length=16, choices=ConnectionStatus.choices, default=ConnectionStatus.ACTIVE)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    secret = models.TextField(blank=True, editable=False, help_text="encrypted JSON object of strings")
    secret_changed_at = models.DateTimeField(null=True, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_attempts = models.PositiveIntegerField(default=0, help_text="failed refreshes since the last good one")
    grant_expires_at = models.DateTimeField(
        null=True, blank=True, help_text="when the platform forgets the grant if it is not renewed"
    )
    authorised_by = public_key("accounts.User", null=True, blank=True)
    spare_secret = models.TextField(
        blank=True,
        editable=False,
        help_text="encrypted: another person's grant for the same account, used when this one ends",
    )
    spare_by = public_key("accounts.User", null=True, blank=True)
    grant = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="members",
        help_text="the agency's connection that this one's tokens are drawn from",
    )  # fmt: skip
    quota_share = models.PositiveSmallIntegerField(
        default=100, help_text="percent of the platform's daily quota that may be used"
    )
    external_id = models.CharField(max_length=200, blank=True, help_text="the account's id at the platform")
    external_label = models.CharField(max_length=200, blank=True)
    scopes_granted = models.JSONField(default=list, blank=True)
    scopes_missing = models.JSONField(default=list, blank=True)
    streams_off = models.TextField(default="{}", blank=True, help_text="JSON: stream -> why it cannot be read")
    config = models.JSONField(default=dict, blank=True)
    last_checked_at = models.DateTimeField(null=True, blank=True)
    last_error_code = models.CharField(max_length=60, blank=True)
    last_error = models.TextField(blank=True)
    created_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    return_to = ""  # set by `oauth.flow.finish`: the page that the person came from; never stored

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "platform", "-id"], name="connection_platform"),
            models.Index(fields=["account", "status", "-id"], name="connection_status"),
        ]
        constraints = [
            # The same account of a platform is connected once per account: connecting it again updates the row.
            models.UniqueConstraint(
                fields=["account", "platform", "external_id"],
                condition=_LIVE & Q(custom_platform__isnull=True),
                name="connection_once",
            ),
            models.UniqueConstraint(
                fields=["account", "custom_platform", "external_id"],
                condition=_LIVE & Q(custom_platform__isnull=False),
                name="connection_custom_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Connection {self.pk} {self.platform}>"

    @property
    def off_streams(self) -> dict[str, str]:
        """Stream → why this connection cannot read it."""
        found: Any = orjson.loads(self.streams_off or "{}")
        return found if isinstance(found, dict) else {}

    @property
    def is_usable(self) -> bool:
        return self.status == ConnectionStatus.ACTIVE

    @property
    def platform_key(self) -> str:
        """The manifest's key: the custom platform's own, or the registry's."""
        return self.custom_platform.key if self.custom_platform else self.platform
