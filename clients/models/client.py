"""A client of an agency: a company, what it may do, and what is shared with it."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower

from accounts.access.querysets import TenantModel
from clients.enums import ClientStatus, GrantKind, StaffAccess
from listbackup.core.clock import now
from listbackup.core.db import public_key


def default_permissions() -> list[str]:
    return ["view", "search", "request_restore"]


class Client(TenantModel):
    """`account` is the agency's. `permissions`: names of `Permission`; a grant may allow less, never more."""

    name = models.CharField(max_length=150)
    contact_email = models.EmailField(blank=True)
    note = models.TextField(blank=True, max_length=2000, help_text="for the agency alone")
    status = models.CharField(max_length=10, choices=ClientStatus.choices, default=ClientStatus.ACTIVE)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    permissions = models.JSONField(default=default_permissions)
    staff_access = models.CharField(max_length=10, choices=StaffAccess.choices, default=StaffAccess.BROWSE)
    settings = models.JSONField(default=dict, blank=True)
    created_by = public_key("accounts.User", null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "status", "-id"], name="client_status")]
        constraints = [
            models.UniqueConstraint(
                "account", Lower("name"), condition=~models.Q(status="archived"), name="client_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == ClientStatus.ACTIVE


class ClientGrant(TenantModel):
    """One thing that is shared: an account with all below it (`target`), a source, or a group. `permissions` None: the
    client's."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="grants")
    target = public_key("accounts.Account", null=True, blank=True)
    source = models.ForeignKey("backups.Source", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey("backups.SourceGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    permissions = models.JSONField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True, help_text="no snapshot taken before is shown")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_by = public_key("accounts.User", null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "target"], name="client_grant_account_once"),
            models.UniqueConstraint(fields=["client", "source"], name="client_grant_source_once"),
            models.UniqueConstraint(fields=["client", "group"], name="client_grant_group_once"),
            models.CheckConstraint(
                condition=models.Q(target__isnull=False, source__isnull=True, group__isnull=True)
                | models.Q(target__isnull=True, source__isnull=False, group__isnull=True)
                | models.Q(target__isnull=True, source__isnull=True, group__isnull=False),
                name="client_grant_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} · {self.client}"

    @property
    def kind(self) -> GrantKind:
        if self.target_id is not None:
            return GrantKind.ACCOUNT
        return GrantKind.SOURCE if self.source_id is not None else GrantKind.GROUP

    @property
    def thing(self) -> Any:
        """The account, source or group."""
        return self.target or self.source or self.group

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()
