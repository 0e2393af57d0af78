"""Custom platforms: manifests that an account wrote itself, with every version that was saved.

Stored secrets were given for the addresses that the manifest named then. A version that would send them elsewhere is
refused while connections hold secrets for the platform.
"""

from urllib.parse import urlsplit

from django.db import IntegrityError, models, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from integrations.connector.marks import parse as parse_marks
from integrations.connector.model import Manifest
from integrations.connector.registry import platforms
from integrations.enums import ConnectionStatus
from integrations.errors import CustomPlatformChanged, CustomPlatformInUse, ManifestInvalid, SecretsWouldMove
from integrations.models import Connection, CustomPlatform, CustomPlatformVersion
from integrations.selectors.custom_platforms import get_version
from integrations.services import manifests
from listbackup.core.clock import now


def create_custom_platform(context: AccountContext, *, text: str) -> CustomPlatform:
    """Raises ManifestInvalid, also for a key that another one of the account has."""
    manifest = manifests.parse(text)
    _check_key(manifest, text)
    try:
        with transaction.atomic():
            return _insert(context, manifest, text)
    except IntegrityError:
        taken = f"{manifest.key} is the key of another connector of this account"
        raise _wrong_key(text, taken) from None


def change_custom_platform(
    context: AccountContext, platform: CustomPlatform, *, text: str, based_on: int, restored_from: int | None = None
) -> CustomPlatform:
    """Saves `text` as the newest version; `based_on` is the version that the person saw.

    Raises ManifestInvalid, CustomPlatformChanged or SecretsWouldMove. The same text as before saves nothing.
    """
    manifest = manifests.parse(text)
    with transaction.atomic():
        locked = CustomPlatform.objects.visible_to(context).select_for_update(of=("self",)).get(pk=platform.pk)
        if locked.version != based_on:
            raise CustomPlatformChanged(f"{locked.name} was changed meanwhile: version {locked.version} is the newest.")
        if manifest.key != locked.key:
            raise _wrong_key(text, f"must stay {locked.key}: connections and backups are kept under it")
        return _change(context, locked, manifest, text, restored_from)


def go_back(context: AccountContext, platform: CustomPlatform, *, number: int) -> CustomPlatform:
    """Saves an older version again as the newest. Raises CustomPlatformNotFound, ManifestInvalid, SecretsWouldMove."""
    older = get_version(context, platform, number)
    return change_custom_platform(
        context, platform, text=older.manifest, based_on=platform.version, restored_from=older.number
    )


def keep_manifest(context: AccountContext, manifest: Manifest, text: str) -> CustomPlatform:
    """The account's platform of this key with this text: made, changed, or as it is. Call it in a transaction."""
    found = (
        CustomPlatform.objects.filter(account=context.account, key=manifest.key, deleted_at=None)
        .select_for_update(of=("self",))
        .first()
    )
    if found is None:
        _check_key(manifest, text)
        return _insert(context, manifest, text)
    return _change(context, found, manifest, text, None)


@transaction.atomic
def delete_custom_platform(context: AccountContext, platform: CustomPlatform) -> None:
    """Raises CustomPlatformInUse while connections use it. The row stays, because snapshots name it."""
    locked = CustomPlatform.objects.visible_to(context).select_for_update(of=("self",)).get(pk=platform.pk)
    live = _live(locked).count()
    if live:
        raise CustomPlatformInUse(
            f"{live} connection{'' if live == 1 else 's'} use{'s' if live == 1 else ''} {locked.name}.",
            remedy="Delete the connections first; what they backed up stays.",
        )
    locked.deleted_at = now()
    locked.save(update_fields=["deleted_at", "updated_at"])
    record(context, "custom_platform.deleted", locked)


def _insert(context: AccountContext, manifest: Manifest, text: str) -> CustomPlatform:
    made: CustomPlatform = CustomPlatform.objects.create(
        account=context.account, key=manifest.key, name=manifest.name[:150], manifest=text
    )
    _keep_version(context, made, None)
    record(context, "custom_platform.created", made)
    return made


def _change(
    context: AccountContext, locked: CustomPlatform, manifest: Manifest, text: str, restored_from: int | None
) -> CustomPlatform:
    if locked.manifest == text:
        return locked
    if _live(locked).exists():
        _same_receivers(locked, manifest)
    locked.manifest, locked.name, locked.version = text, manifest.name[:150], locked.version + 1
    locked.save()
    _keep_version(context, locked, restored_from)
    if restored_from is None:
        record(context, "custom_platform.changed", locked, version=locked.version)
    else:
        record(context, "custom_platform.restored", locked, version=locked.version, restored_from=restored_from)
    return locked


def _keep_version(context: AccountContext, platform: CustomPlatform, restored_from: int | None) -> None:
    CustomPlatformVersion.objects.create(
        account_id=platform.account_id,
        custom_platform=platform,
        number=platform.version,
        manifest=platform.manifest,
        restored_from=restored_from,
        created_by=context.user,
    )


def _live(platform: CustomPlatform) -> models.QuerySet[Connection]:
    """Connections of every account, seen or not: their secrets count all the same."""
    found: models.QuerySet[Connection] = Connection.objects.filter(custom_platform=platform).exclude(
        status=ConnectionStatus.DELETED
    )
    return found


def _check_key(manifest: Manifest, text: str) -> None:
    if manifest.key in platforms():
        raise _wrong_key(text, f"{manifest.key} is a platform that comes with ListBackup; choose another key")


def _wrong_key(text: str, message: str) -> ManifestInvalid:
    return manifests.invalid([parse_marks(text).problem(("key",), message)])


def _same_receivers(locked: CustomPlatform, manifest: Manifest) -> None:
    """Raises SecretsWouldMove when the new manifest may send secrets where the one before did not."""
    added = _receivers(manifest) - _receivers(manifests.parse(locked.manifest))
    if added:
        raise SecretsWouldMove(
            f"Connections of {locked.name} hold secrets that were not given for {', '.join(sorted(added))}."
        )


def _receivers(manifest: Manifest) -> frozenset[str]:
    """Scheme and host of every address that secrets are sent to; placeholders stay as they are written."""
    urls = [manifest.base_url, *(f"//{host}" for host in manifest.hosts)]
    for auth in manifest.auth:
        urls += [auth.authorize_url, auth.token_url, auth.revoke_url, auth.introspect_url]
    parts = [urlsplit(url) for url in urls if url]
    return frozenset(f"{one.scheme}://{one.netloc}" if one.scheme else one.netloc for one in parts)
