"""A team, who is in it, and what it may enter. `account` of members and grants is the team's own."""

from django.db import models
from django.db.models.functions import Lower

from accounts.access.querysets import TenantModel
from accounts.enums import Role
from listbackup.core.db import public_key
from teams.enums import TeamRole


class Team(TenantModel):
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = public_key("accounts.User", null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint("account", Lower("name"), name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class TeamMember(TenantModel):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = public_key("accounts.User")
    role = models.CharField(max_length=10, choices=TeamRole.choices, default=TeamRole.MEMBER)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class TeamGrant(TenantModel):
    """The team's role on an account of the tree, and so on everything below it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="grants")
    target = public_key("accounts.Account")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["team", "target"], name="team_grant_once")]

    def __str__(self) -> str:
        return f"{self.team} · {self.role} · {self.target}"
