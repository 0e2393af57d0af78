"""Permissions of single sign-on."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("sso.manage", Role.ADMIN, at_root=True)
