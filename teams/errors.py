"""Errors of the teams app."""

from listbackup.core.errors import Conflict, Forbidden, NotFound


class TeamNotFound(NotFound):
    code = "team.not_found"


class TeamMemberNotFound(NotFound):
    code = "team.member_not_found"


class TeamNameTaken(Conflict):
    code = "team.name_taken"


class TeamRoleMissing(Forbidden):
    code = "team.role_missing"

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"This needs to be {needed} of the team.", remedy="Ask an owner of the team or an admin of the account."
        )


class LastTeamOwner(Conflict):
    code = "team.last_owner"
    remedy = "Make somebody else an owner of the team first, or delete the team."


class AlreadyMember(Conflict):
    code = "team.already_member"
