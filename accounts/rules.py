"""Permissions of the accounts app."""

from accounts.access.rules import declare
from accounts.enums import Role

declare("account.view", Role.VIEWER)
declare("account.update", Role.ADMIN)
declare("activity.view", Role.VIEWER)
declare("account.create_sub_account", Role.ADMIN)
declare("account.suspend", Role.ADMIN)
declare("account.delete", Role.OWNER)
declare("member.view", Role.VIEWER)
declare("member.invite", Role.ADMIN)
declare("member.update", Role.ADMIN)
