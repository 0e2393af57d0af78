"""Where archived entries lie: sealed, in the object storage. An app above registers it, because it holds the keys."""

from typing import Protocol

from accounts.models import Account
from listbackup.core.errors import Unavailable


class Vault(Protocol):
    """Both run in the organization's schema. `account` is its root, `name` is relative to what is the account's."""

    def put(self, account: Account, name: str, data: bytes) -> None:
        """Stores `data`, and returns when it was read back unchanged. Replaces what has the name. Raises Unavailable."""
        ...

    def get(self, account: Account, name: str) -> bytes:
        """Raises a ListBackupError when it is gone or was altered."""
        ...


_REGISTERED: list[Vault] = []


def register_vault(vault: Vault) -> None:
    _REGISTERED[:] = [vault]


def vault() -> Vault:
    if not _REGISTERED:
        raise Unavailable("There is no storage for archives.")
    return _REGISTERED[0]
