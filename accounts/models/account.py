"""A node of the account tree. `path` holds the ids from the root down, so that one prefix means a whole subtree."""

from django.db import models

from accounts.enums import AccountStatus
from listbackup.core.db import BaseModel


class Account(BaseModel):
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="accounts")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.TextField(unique=True, editable=False)
    level = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=150)
    slug = models.SlugField(max_length=80, unique=True)
    status = models.CharField(max_length=12, choices=AccountStatus.choices, default=AccountStatus.ACTIVE)
    time_zone = models.CharField(max_length=64, default="UTC")

    class Meta:
        ordering = ["path"]
        indexes = [
            models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="account_path_prefix"),
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
    def is_root(self) -> bool:
        return self.parent_id is None
