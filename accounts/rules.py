"""Permissions of the accounts app."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope

declare("account.view", Role.VIEWER, Scope.DATA_READ, Scope.JOBS_RUN, Scope.CONFIG_WRITE, Scope.ACCOUNT_ADMIN)
declare("account.update", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("activity.view", Role.VIEWER, Scope.ACTIVITY_READ)
declare("account.create_sub_account", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("account.suspend", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("account.delete", Role.OWNER)
declare("member.view", Role.VIEWER, Scope.ACCOUNT_ADMIN)
declare("member.invite", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("member.update", Role.ADMIN, Scope.ACCOUNT_ADMIN)
