"""Permissions of single sign-on. The pages also ask for the root account."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("sso.manage", Role.ADMIN)
