"""A node of the account tree. `path` holds the ids from the root down, so that one prefix means a whole subtree."""

from uuid import UUID

from django.contrib.postgres.indexes import SpGistIndex
from django.db import models

from accounts.enums import AccountStatus
from listbackup.core.db import BaseModel


class Account(BaseModel):
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="accounts")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.TextField(editable=False)
    level = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=150)
    slug = models.SlugField(max_length=80, unique=True)
    status = models.CharField(max_length=12, choices=AccountStatus.choices, default=AccountStatus.ACTIVE)
    time_zone = models.CharField(max_length=64, default="UTC")
    company = models.JSONField(default=dict, blank=True, help_text="legal name, address, website, phone")
    settings = models.JSONField(default=dict, blank=True, help_text="only what differs from the parent's")
    limits = models.JSONField(default=dict, blank=True, help_text="lower limits than the plan's, for what is below")
    status_reason = models.CharField(max_length=300, blank=True)
    erasure_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    erase_after = models.DateTimeField(null=True, blank=True, help_text="set while its erasure is scheduled")

    class Meta:
        ordering = ["path"]
        indexes = [
            # A tree of any depth: a B-tree refuses values over 2,700 bytes (73 levels), SP-GiST does not.
            SpGistIndex(fields=["path"], name="account_path_prefix"),
            models.Index(fields=["organization", "parent"], name="account_children"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(parent__isnull=True), name="account_one_root"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ancestor_ids(self) -> list[UUID]:
        """From the root down to the account itself."""
        return [UUID(part) for part in self.path.strip("/").split("/")]

    @property
    def is_root(self) -> bool:
        return self.parent_id is None
