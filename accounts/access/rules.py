"""Names of permissions, declared once, checked by one call in pages, API, portal, tasks and sockets."""

from accounts.access.context import AccountContext
from accounts.enums import Role
from accounts.errors import PermissionMissing

_NEEDED: dict[str, Role] = {}


def declare(permission: str, role: Role) -> None:
    """Says which role `permission` (`source.sync`) needs at least. Raises ValueError when declared twice differently."""
    known = _NEEDED.setdefault(permission, role)
    if known != role:
        raise ValueError(f"permission {permission} is declared twice: {known} and {role}")


def declared() -> dict[str, Role]:
    return dict(_NEEDED)


def can(context: AccountContext | None, permission: str) -> bool:
    """Whether the context may. An undeclared permission is a fault of ours: KeyError."""
    needed = _NEEDED[permission]
    return context is not None and context.role.rank >= needed.rank


def require(context: AccountContext, permission: str) -> None:
    """Raises PermissionMissing (403) unless the context may."""
    if not can(context, permission):
        raise PermissionMissing(permission, _NEEDED[permission].label)


def permissions_of(context: AccountContext) -> list[str]:
    """All that the context may, sorted."""
    return sorted(name for name in _NEEDED if can(context, name))
