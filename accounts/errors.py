"""Errors of the accounts app."""

from listbackup.core.errors import Conflict, Forbidden, ListBackupError, NotFound


class NoTenant(ListBackupError):
    """A tenant model was queried with no organization active. Always a fault of ours, never of a person."""

    code = "access.no_tenant"


class AccountNotFound(NotFound):
    code = "account.not_found"


class PictureMissing(NotFound):
    code = "picture.not_found"


class PermissionMissing(Forbidden):
    code = "access.forbidden"

    def __init__(self, permission: str, needed: str) -> None:
        super().__init__(
            f"This needs the role {needed} or a stronger one.",
            remedy="Ask an owner or admin of this account to do it, or to change your role.",
        )
        self.permission = permission


class NotGranted(Forbidden):
    """For guests: what they may do is granted, not a matter of roles."""

    code = "access.not_granted"

    def __init__(self, permission: str) -> None:
        super().__init__("This is not among what was granted to you.", remedy="Ask who shares this with you for it.")
        self.permission = permission


class RootAccountNeeded(Forbidden):
    code = "access.root_account_needed"

    def __init__(self, root: str, role: str) -> None:
        super().__init__(
            "This is decided for the whole organization.",
            remedy=f"Switch to {root}: it needs the role {role} or a stronger one there.",
        )


class PlanLimitReached(Conflict):
    code = "plan.limit_reached"

    def __init__(self, what: str, account: str, *, used: int, most: int) -> None:
        super().__init__(
            f"{account} has {used:,} of {most:,} {what}: there is no room for more.",
            remedy="Remove what is no longer needed, or choose a larger plan. What is backed up stays.",
        )


class ScopeMissing(Forbidden):
    code = "access.scope_missing"

    def __init__(self, scopes: list[str], permission: str = "") -> None:
        needed = " or ".join(scopes)
        told = f"This token lacks the scope {needed}." if scopes else "No token may do this."
        super().__init__(told, remedy="Use a token that has it, or sign in." if scopes else "Sign in to do it.")
        self.permission = permission


class TokenNotFound(NotFound):
    code = "token.not_found"


class LastOwner(Conflict):
    code = "member.last_owner"
    remedy = "Make somebody else an owner first."


class AccountStateConflict(Conflict):
    code = "account.state"


class InvitationGone(NotFound):
    code = "invitation.gone"
    remedy = "It may have expired, been used or been taken back. Ask for a new one."


class InvitationNotYours(Conflict):
    code = "invitation.other_address"

    def __init__(self, address: str) -> None:
        name, _, domain = address.partition("@")
        super().__init__(
            f"This invitation was sent to {name[:1]}…@{domain}, which is not an address of yours.",
            remedy="Sign in with that address, or let us ask it whether you may take the invitation.",
        )


class MemberNotFound(NotFound):
    code = "member.not_found"
