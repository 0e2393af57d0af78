"""Words of the teams app."""

from django.db import models


class TeamRole(models.TextChoices):
    """What a person may do in a team; strongest first. It gives nothing outside of the team."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"

    @property
    def rank(self) -> int:
        """0 for member to 2 for owner."""
        return [TeamRole.MEMBER, TeamRole.ADMIN, TeamRole.OWNER].index(self)
