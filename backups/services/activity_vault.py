"""The archive of the activity log lies beside the snapshots, sealed by the same keys (docs/format.md, section 3)."""

from accounts.models import Account
from backups.services.keys import keyring_for_writing, keyring_of
from backups.services.storage import snapshot_blobs
from backups.store.errors import DamagedObject
from backups.store.format import Identity
from backups.store.sealed import open_bytes, seal_bytes


class ActivityVault:
    """See `accounts.activity.vault.Vault`."""

    def put(self, account: Account, name: str, data: bytes) -> None:
        ring = keyring_for_writing(account)
        snapshot_blobs().put(_place(account, name), seal_bytes(data, ring.current, _identity(account, name)))
        if self.get(account, name) != data:
            raise DamagedObject(f"{name} reads back differently.")

    def get(self, account: Account, name: str) -> bytes:
        return open_bytes(snapshot_blobs(), keyring_of(account), _place(account, name), _identity(account, name))


def _place(account: Account, name: str) -> str:
    return f"accounts/{account.pk}/{name}"


def _identity(account: Account, name: str) -> Identity:
    return Identity("activity", str(account.pk), "", "", name)
