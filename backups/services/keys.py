"""Keys of accounts: made at the first backup, stored wrapped, and once more for the owner as a recovery key."""

import base64
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import Account
from backups.enums import KeyState
from backups.models import AccountKey, RecoveryKey
from backups.services.storage import snapshot_blobs
from backups.store import keys, recovery
from backups.store.errors import KeyUnavailable
from backups.store.format import keys_name
from listbackup.core.clock import now

PROVIDER = "local"


@lru_cache(maxsize=2)
def _provider(configured: str) -> keys.LocalMasterKey:
    try:
        return keys.LocalMasterKey([base64.urlsafe_b64decode(part.strip()) for part in configured.split(",")])
    except ValueError:
        raise KeyUnavailable("MASTER_KEY is wrong: expected 32 bytes in URL-safe base64, newest first.") from None


def provider() -> keys.KeyProvider:
    """What wraps the keys of accounts: this server's master key (comma separated while rotating, newest first)."""
    return _provider(settings.MASTER_KEY)


def keyring_of(account: Account) -> keys.Keyring:
    """All keys of the account, for reading. Raises KeyUnavailable when it has none or they do not open."""
    rows = AccountKey.objects.filter(account=account).exclude(state=KeyState.ERASED)
    return keys.Keyring(str(account.pk), [_unwrapped(row) for row in rows])


def keyring_for_writing(account: Account) -> keys.Keyring:
    """The same, with a first key when there is none. The recovery file lies in the storage when this returns."""
    if not AccountKey.objects.filter(account=account).exists():
        _make_first(account)
    ring = keyring_of(account)
    if not snapshot_blobs().exists(keys_name(str(account.pk))):
        _write_recovery_file(account, ring)
    return ring


def recovery_key(context: AccountContext) -> str:
    """The account's recovery key, for its owners: 8 groups of 7 letters and digits. Noted in the activity.

    With it and the files alone `bin/read-backup` opens every snapshot. Raises PermissionMissing, KeyUnavailable.
    """
    rules.require(context, "recovery_key.view")
    keyring_for_writing(context.account)
    with transaction.atomic():
        row = RecoveryKey.objects.select_for_update().get(account=context.account)
        row.shown_at = now()
        row.save(update_fields=["shown_at"])
        record(context, "recovery_key.shown", row)
    return _recovery_text(row)


def _unwrapped(row: AccountKey) -> keys.AccountKey:
    return keys.AccountKey(
        row.version, provider().unwrap(bytes(row.wrapped), _bound(row.account_id, f"key:{row.version}"))
    )


def _make_first(account: Account) -> None:
    made = keys.AccountKey.new(1)
    wrapped = provider().wrap(made.key, _bound(account.pk, "key:1"))
    # Two first backups at once: the key that is stored first is the account's.
    AccountKey.objects.get_or_create(
        account=account, version=1, defaults={"provider": PROVIDER, "wrapped": wrapped, "state": KeyState.ACTIVE}
    )


def _write_recovery_file(account: Account, ring: keys.Keyring) -> None:
    text = recovery.new_recovery_key()
    wrapped = provider().wrap(text.encode(), _bound(account.pk, "recovery"))
    row, _ = RecoveryKey.objects.get_or_create(
        account=account, defaults={"wrapped": wrapped, "recovery_id": recovery.recovery_id(text)}
    )
    recovery.write_recovery_file(snapshot_blobs(), ring, _recovery_text(row))


def _recovery_text(row: RecoveryKey) -> str:
    return provider().unwrap(bytes(row.wrapped), _bound(row.account_id, "recovery")).decode()


def _bound(account_id: object, purpose: str) -> dict[str, str]:
    """What a wrapped secret belongs to: it opens nowhere else."""
    return {"account": str(account_id), "purpose": purpose}
