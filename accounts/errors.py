"""Errors of the accounts app."""

from listbackup.core.errors import Forbidden, ListBackupError, NotFound


class NoTenant(ListBackupError):
    """A tenant model was queried with no organization active. Always a fault of ours, never of a person."""

    code = "access.no_tenant"


class AccountNotFound(NotFound):
    code = "account.not_found"


class PermissionMissing(Forbidden):
    code = "access.forbidden"

    def __init__(self, permission: str, needed: str) -> None:
        super().__init__(
            f"This needs the role {needed} or a stronger one.",
            remedy="Ask an owner or admin of this account to do it, or to change your role.",
        )
        self.permission = permission
