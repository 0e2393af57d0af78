"""Permissions of the backups app."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("source.view", Role.VIEWER)
declare("source.create", Role.MEMBER)
declare("source.update", Role.MEMBER)
declare("source.sync", Role.MEMBER)
declare("source.test", Role.MEMBER)
declare("source.delete", Role.ADMIN)
declare("group.view", Role.VIEWER)
declare("group.create", Role.MEMBER)
declare("group.update", Role.MEMBER)
declare("group.delete", Role.ADMIN)
declare("job.view", Role.VIEWER)
declare("job.create", Role.MEMBER)
declare("job.update", Role.MEMBER)
declare("job.delete", Role.ADMIN)
declare("snapshot.view", Role.VIEWER)
declare("snapshot.verify", Role.MEMBER)
declare("recovery_key.view", Role.OWNER)
declare("record.view", Role.VIEWER)
declare("export.create", Role.MEMBER)
declare("export.view", Role.VIEWER)
