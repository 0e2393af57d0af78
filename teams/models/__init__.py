from teams.models.team import Team, TeamGrant, TeamMember

__all__ = ["Team", "TeamGrant", "TeamMember"]
