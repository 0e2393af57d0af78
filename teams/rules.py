"""Permissions of the teams app. What a team's own roles allow is asked on top (`teams.selectors.teams`)."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("team.view", Role.VIEWER)
declare("team.create", Role.ADMIN)
declare("team.change", Role.VIEWER)  # and admin of the team, or of the account
declare("team.delete", Role.VIEWER)  # and owner of the team, or admin of the account
declare("team.grant", Role.ADMIN)
