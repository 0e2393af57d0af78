"""Permissions of the integrations app."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("platform.view", Role.VIEWER)
declare("connection.view", Role.VIEWER)
declare("connection.create", Role.MEMBER)
declare("connection.update", Role.MEMBER)
declare("connection.test", Role.MEMBER)
declare("connection.delete", Role.ADMIN)
