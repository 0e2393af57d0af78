"""Permissions of the backups app."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope

declare("source.view", Role.VIEWER, Scope.DATA_READ, Scope.JOBS_RUN, Scope.CONFIG_WRITE)
declare("source.create", Role.MEMBER, Scope.CONFIG_WRITE)
declare("source.update", Role.MEMBER, Scope.CONFIG_WRITE)
declare("source.sync", Role.MEMBER, Scope.JOBS_RUN)
declare("source.test", Role.MEMBER, Scope.CONFIG_WRITE)
declare("source.delete", Role.ADMIN, Scope.CONFIG_WRITE)
declare("group.view", Role.VIEWER, Scope.DATA_READ, Scope.JOBS_RUN, Scope.CONFIG_WRITE)
declare("group.create", Role.MEMBER, Scope.CONFIG_WRITE)
declare("group.update", Role.MEMBER, Scope.CONFIG_WRITE)
declare("group.delete", Role.ADMIN, Scope.CONFIG_WRITE)
declare("job.view", Role.VIEWER, Scope.DATA_READ, Scope.JOBS_RUN)
declare("job.create", Role.MEMBER, Scope.JOBS_RUN)
declare("job.update", Role.MEMBER, Scope.JOBS_RUN)
declare("job.delete", Role.ADMIN)
declare("snapshot.view", Role.VIEWER, Scope.DATA_READ)
declare("snapshot.verify", Role.MEMBER, Scope.JOBS_RUN)
declare("snapshot.delete", Role.ADMIN, Scope.CONFIG_WRITE)
declare("hold.manage", Role.ADMIN, Scope.CONFIG_WRITE)
declare("query.save", Role.MEMBER, Scope.CONFIG_WRITE)
declare("source.prove", Role.MEMBER, Scope.JOBS_RUN)
declare("recovery_key.view", Role.OWNER)
declare("record.view", Role.VIEWER, Scope.DATA_READ)
declare("export.create", Role.MEMBER, Scope.DATA_READ)
declare("export.view", Role.VIEWER, Scope.DATA_READ)
