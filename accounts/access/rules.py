"""Names of permissions, declared once, checked by one call in pages, API, portal, tasks and sockets."""

from accounts.access.context import AccountContext
from accounts.enums import Role, Scope
from accounts.errors import PermissionMissing, RootAccountNeeded, ScopeMissing
from accounts.models import Account

_NEEDED: dict[str, Role] = {}
_SCOPES: dict[str, frozenset[str]] = {}
_AT_ROOT: set[str] = set()


def declare(permission: str, role: Role, *scopes: Scope, at_root: bool = False) -> None:
    """Says which role `permission` (`source.sync`) needs at least, and which scopes of API tokens, one of them, open it.

    Without a scope no token may. `at_root`: what holds for the whole organization is decided at its root account.
    Raises ValueError when declared twice differently.
    """
    known = _NEEDED.setdefault(permission, role)
    opened = _SCOPES.setdefault(permission, frozenset(scopes))
    if known != role or opened != frozenset(scopes):
        raise ValueError(f"permission {permission} is declared twice: {known} and {role}")
    if at_root:
        _AT_ROOT.add(permission)


def declared() -> dict[str, Role]:
    return dict(_NEEDED)


def is_at_root(permission: str) -> bool:
    """Whether it is decided at the root account alone."""
    return permission in _AT_ROOT


def scopes_of(permission: str) -> frozenset[str]:
    """The scopes of API tokens of which each opens it."""
    return _SCOPES[permission]


def can(context: AccountContext | None, permission: str) -> bool:
    """Whether the context may. An undeclared permission is a fault of ours: KeyError."""
    needed = _NEEDED[permission]
    if context is None or context.role.rank < needed.rank:
        return False
    return _in_scope(context, permission) and (context.account.is_root or permission not in _AT_ROOT)


def require(context: AccountContext, permission: str) -> None:
    """Raises ScopeMissing, PermissionMissing or RootAccountNeeded (403) unless the context may."""
    if not _in_scope(context, permission):
        raise ScopeMissing(sorted(_SCOPES[permission]), permission)
    if context.role.rank >= _NEEDED[permission].rank and permission in _AT_ROOT and not context.account.is_root:
        root = Account.objects.get(organization=context.organization, parent__isnull=True)
        raise RootAccountNeeded(root.name, _NEEDED[permission].label)
    if not can(context, permission):
        raise PermissionMissing(permission, _NEEDED[permission].label)


def _in_scope(context: AccountContext, permission: str) -> bool:
    return context.scopes is None or bool(context.scopes & _SCOPES[permission])


def permissions_of(context: AccountContext) -> list[str]:
    """All that the context may, sorted."""
    return sorted(name for name in _NEEDED if can(context, name))
