"""Keys of accounts: made at the first backup, stored wrapped, and once more for the owner as a recovery key."""

from django.db import transaction

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.access.resolve import system_context
from accounts.activity.services import record
from accounts.models import Account
from backups import key_providers as providers
from backups.enums import KeyState
from backups.models import AccountKey, RecoveryKey
from backups.selectors.keys import holder_of
from backups.services.storage import snapshot_blobs
from backups.store import keys, recovery
from backups.store.errors import KeyUnavailable
from backups.store.kms import check_arn
from listbackup.core.clock import now


def keyring_of(account: Account) -> keys.Keyring:
    """All keys of the account, for reading. Raises KeyUnavailable when it has none or they do not open."""
    rows = AccountKey.objects.filter(account=account).exclude(state=KeyState.ERASED)
    return keys.Keyring(str(account.pk), [_unwrapped(row) for row in rows])


def keyring_for_writing(account: Account) -> keys.Keyring:
    """The same, with a first key when there is none. The recovery file holds every key of it when this returns."""
    if not AccountKey.objects.filter(account=account).exists():
        _make_first(account)
    ring = keyring_of(account)
    if not recovery.versions_in(snapshot_blobs(), str(account.pk)).issuperset(ring.versions):
        with transaction.atomic():
            rows = _locked(account)  # read again: a rotation may have ended meanwhile
            _write_recovery_file(account, _ring(account, rows))
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


def rotate(context: AccountContext) -> AccountKey:
    """A new version of the account's key, which everything written from now on is sealed with; old ones stay readable.

    Runs that are under way end under the key they began with. The recovery key stays the same and opens the new version
    before anything can be sealed with it. Raises PermissionMissing, KeyUnavailable, StorageUnavailable.
    """
    rules.require(context, "key.rotate")
    account = context.account
    keyring_for_writing(account)
    with transaction.atomic():
        rows = _locked(account)
        newest = rows[-1]
        made = keys.AccountKey.new(newest.version + 1)
        row = AccountKey(account=account, version=made.version, provider=newest.provider, state=KeyState.ACTIVE)
        row.wrapped = providers.named(row.provider).wrap(made.key, _bound(account.pk, f"key:{made.version}"))
        _write_recovery_file(account, keys.Keyring(str(account.pk), [*_ring(account, rows), made]))
        for old in rows:
            old.state = KeyState.RETIRED
        AccountKey.objects.bulk_update(rows, ["state"])
        row.save(force_insert=True)
        record(context, "key.rotated", row, version=made.version)
    return row


def choose_holder(context: AccountContext, arn: str) -> str:
    """Wraps all keys of the account by the customer's own KMS key, or by the server's again when `arn` is empty.

    Returns the provider's name. Nothing changes unless that key wraps and opens all of them.
    Raises PermissionMissing, InvalidInput (no ARN of a key), KeyUnavailable (it does not let us).
    """
    rules.require(context, "key.choose_holder")
    name = f"{providers.KMS}{check_arn(arn)}" if arn.strip() else providers.default_name()
    keyring_for_writing(context.account)
    with transaction.atomic():
        before = holder_of(context.account)
        _rewrap(context.account, name)
        record(context, "key.holder_changed", label=name, before=before, after=name)
    return name


def rewrap(context: AccountContext) -> int:
    """Wraps anew what an older master key wrapped; returns how many secrets. What a customer holds is left alone."""
    with transaction.atomic():
        changed = _rewrap(context.account, providers.default_name(), only_old=True)
        if changed:
            record(context, "key.rewrapped", label=providers.default_name(), secrets=changed)
    return changed


def _rewrap(account: Account, name: str, *, only_old: bool = False) -> int:
    changed, provider = 0, providers.named(name)
    rows = _locked(account, required=False)
    for row in [*rows, *RecoveryKey.objects.select_for_update().filter(account=account)]:
        if only_old and providers.is_current(row.provider, bytes(row.wrapped)):
            continue
        bound = _bound(account.pk, f"key:{row.version}" if isinstance(row, AccountKey) else "recovery")
        plain = providers.named(row.provider).unwrap(bytes(row.wrapped), bound)
        row.wrapped, row.provider = provider.wrap(plain, bound), name
        if provider.unwrap(row.wrapped, bound) != plain:
            raise KeyUnavailable("The new key does not give back what it wrapped.")
        row.save(update_fields=["wrapped", "provider"])
        changed += 1
    return changed


def _locked(account: Account, *, required: bool = True) -> list[AccountKey]:
    """The account's keys, oldest first, which nobody else changes until the transaction ends."""
    # The account's row is the lock: locked keys alone would not show the version that somebody added meanwhile.
    Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    rows = AccountKey.objects.select_for_update().filter(account=account).exclude(state=KeyState.ERASED)
    found = list(rows.order_by("version"))
    if required and not found:
        raise KeyUnavailable(f"The account {account.pk} has no key.")
    return found


def _ring(account: Account, rows: list[AccountKey]) -> keys.Keyring:
    return keys.Keyring(str(account.pk), [_unwrapped(row) for row in rows])


def _unwrapped(row: AccountKey) -> keys.AccountKey:
    bound = _bound(row.account_id, f"key:{row.version}")
    return keys.AccountKey(row.version, providers.named(row.provider).unwrap(bytes(row.wrapped), bound))


def _make_first(account: Account) -> None:
    made, name = keys.AccountKey.new(1), providers.default_name()
    wrapped = providers.named(name).wrap(made.key, _bound(account.pk, "key:1"))
    with transaction.atomic():
        # Two first backups at once: the key that is stored first is the account's.
        row, created = AccountKey.objects.get_or_create(
            account=account, version=1, defaults={"provider": name, "wrapped": wrapped, "state": KeyState.ACTIVE}
        )
        if created:
            record(system_context(account), "key.created", row, version=1)


def _write_recovery_file(account: Account, ring: keys.Keyring) -> None:
    text, name = recovery.new_recovery_key(), holder_of(account)
    wrapped = providers.named(name).wrap(text.encode(), _bound(account.pk, "recovery"))
    row, _ = RecoveryKey.objects.get_or_create(
        account=account,
        defaults={"provider": name, "wrapped": wrapped, "recovery_id": recovery.recovery_id(text)},
    )
    recovery.write_recovery_file(snapshot_blobs(), ring, _recovery_text(row))


def _recovery_text(row: RecoveryKey) -> str:
    return providers.named(row.provider).unwrap(bytes(row.wrapped), _bound(row.account_id, "recovery")).decode()


def _bound(account_id: object, purpose: str) -> dict[str, str]:
    """What a wrapped secret belongs to: it opens nowhere else."""
    return {"account": str(account_id), "purpose": purpose}
