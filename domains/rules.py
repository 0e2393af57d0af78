"""Permissions of the domains app."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope

declare("domain.view", Role.VIEWER, Scope.ACCOUNT_ADMIN)
declare("domain.manage", Role.ADMIN, Scope.ACCOUNT_ADMIN)
