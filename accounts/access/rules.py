"""Names of permissions, declared once, checked by one call in pages, API, portal, tasks and sockets."""

from accounts.access.context import AccountContext
from accounts.enums import Role, Scope
from accounts.errors import NotGranted, PermissionMissing, RootAccountNeeded, ScopeMissing
from accounts.models import Account

_NEEDED: dict[str, Role] = {}
_SCOPES: dict[str, frozenset[str]] = {}
_AT_ROOT: dict[str, bool] = {}


def declare(permission: str, role: Role, *scopes: Scope, at_root: bool = False) -> None:
    """Says which role `permission` (`source.sync`) needs at least, and which scopes of API tokens, one of them, open it.

    Without a scope no token may. `at_root`: what holds for the whole organization is decided at its root account.
    Raises ValueError when declared twice differently.
    """
    known = _NEEDED.setdefault(permission, role)
    opened = _SCOPES.setdefault(permission, frozenset(scopes))
    rooted = _AT_ROOT.setdefault(permission, at_root)
    if (known, opened, rooted) != (role, frozenset(scopes), at_root):
        raise ValueError(f"permission {permission} is declared twice: {known} and {role}")


def declared() -> dict[str, Role]:
    return dict(_NEEDED)


def is_at_root(permission: str) -> bool:
    """Whether it is decided at the root account alone."""
    return _AT_ROOT[permission]


def scopes_of(permission: str) -> frozenset[str]:
    """The scopes of API tokens of which each opens it."""
    return _SCOPES[permission]


def can(context: AccountContext | None, permission: str) -> bool:
    """Whether the context may. A permission that is undeclared, and is no guest's, is a fault of ours: KeyError."""
    if context is not None and context.guest is not None:
        return permission in context.guest.permissions
    needed = _NEEDED[permission]
    if context is None or context.role.rank < needed.rank:
        return False
    return _in_scope(context, permission) and not _is_elsewhere(context, permission)


def require(context: AccountContext, permission: str) -> None:
    """Raises ScopeMissing, PermissionMissing, RootAccountNeeded or NotGranted (403) unless the context may."""
    if context.guest is not None:
        if not can(context, permission):
            raise NotGranted(permission)
        return
    if not _in_scope(context, permission):
        raise ScopeMissing(sorted(_SCOPES[permission]), permission)
    needed = _NEEDED[permission]
    if context.role.rank < needed.rank:
        raise PermissionMissing(permission, needed.label)
    if _is_elsewhere(context, permission):
        root = Account.objects.get(organization=context.organization, parent__isnull=True)
        raise RootAccountNeeded(root.name, needed.label)


def _in_scope(context: AccountContext, permission: str) -> bool:
    return context.scopes is None or bool(context.scopes & _SCOPES[permission])


def _is_elsewhere(context: AccountContext, permission: str) -> bool:
    return _AT_ROOT[permission] and not context.account.is_root


def permissions_of(context: AccountContext) -> list[str]:
    """All that the context may, sorted."""
    return sorted(name for name in _NEEDED if can(context, name))
