"""Permissions of the integrations app."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope

declare("platform.view", Role.VIEWER, Scope.DATA_READ, Scope.CONFIG_WRITE, Scope.JOBS_RUN)
declare("connection.view", Role.VIEWER, Scope.DATA_READ, Scope.CONFIG_WRITE)
declare("connection.create", Role.MEMBER, Scope.CONFIG_WRITE)
declare("connection.update", Role.MEMBER, Scope.CONFIG_WRITE)
declare("connection.test", Role.MEMBER, Scope.CONFIG_WRITE)
declare("connection.delete", Role.ADMIN, Scope.CONFIG_WRITE)
declare("custom_platform.view", Role.VIEWER, Scope.DATA_READ, Scope.CONFIG_WRITE)
declare("custom_platform.create", Role.MEMBER, Scope.CONFIG_WRITE)
declare("custom_platform.update", Role.MEMBER, Scope.CONFIG_WRITE)
declare("custom_platform.delete", Role.ADMIN, Scope.CONFIG_WRITE)
