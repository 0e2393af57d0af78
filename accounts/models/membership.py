"""A person's role on an account; it holds for everything below. A team's grants are rows too, with its id."""

from django.conf import settings
from django.db import models

from accounts.enums import MembershipStatus, Role
from listbackup.core.db import BaseModel


class Membership(BaseModel):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    status = models.CharField(max_length=12, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE)
    team_id = models.UUIDField(null=True, blank=True, help_text="the team that the role comes from")
    last_access_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "account", "team_id"], name="membership_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.account}"
