"""Permissions of the teams app. What a team's own roles allow is asked on top (`teams.selectors.teams`)."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope

declare("team.view", Role.VIEWER, Scope.DATA_READ, Scope.ACCOUNT_ADMIN)
declare("team.create", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("team.change", Role.VIEWER, Scope.ACCOUNT_ADMIN)  # and admin of the team, or of the account
declare("team.delete", Role.VIEWER, Scope.ACCOUNT_ADMIN)  # and owner of the team, or admin of the account
declare("team.grant", Role.ADMIN, Scope.ACCOUNT_ADMIN)
