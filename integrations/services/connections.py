"""Connections: made, renewed, tested, renamed, deleted. The only writer of the table beside the token refresh.

Connecting the same account of a platform again in the same account of ours renews the connection that is there
(its sources go on); it never makes a second one, which would back up everything twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from integrations.connector.auth import Credentials
from integrations.connector.model import Manifest
from integrations.connector.oauth import TokenSet
from integrations.connector.reader import Check, Reader
from integrations.connector.templates import names_in
from integrations.enums import AuthKind, ConnectionStatus
from integrations.errors import (
    ConnectionNotUsable,
    ConnectionTestFailed,
    CustomPlatformChanged,
    OtherExternalAccount,
    SecretsInvalid,
)
from integrations.models import Connection, CustomPlatform
from integrations.models.connection import CUSTOM
from integrations.oauth.refresh import store_tokens
from integrations.selectors.manifests import manifest_of
from integrations.services import manifests, revocation
from integrations.services.credentials import seal, unseal
from integrations.services.custom_platforms import keep_manifest
from integrations.services.fan_out import find_members, is_agency
from integrations.services.outgoing import http_settings, shared_limiter
from integrations.services.readers import credentials_of, open_reader, unsaved
from integrations.services.status import REFUSED, forget_expiry, mark_needs_reconnect, mark_working, track_expiry
from integrations.services.texts import clean_list, clean_map, clean_text
from integrations.services.webhooks import close_address, open_address
from integrations.signals import connection_created, connection_deleted, connection_restored
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput, PlatformError
from listbackup.core.ids import uuid7

__all__ = [
    "connect_with_tokens",
    "create_connection",
    "delete_connection",
    "mark_needs_reconnect",
    "test_connection",
    "update_connection",
]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Proved:
    """Credentials that the platform has just accepted."""

    manifest: Manifest
    kind: str
    check: Check
    secrets: dict[str, str] | None = field(default=None, repr=False)  # None: those that are stored stay
    config: dict[str, Any] = field(default_factory=dict)
    tokens: TokenSet | None = field(default=None, repr=False)


def create_connection(
    context: AccountContext,
    *,
    platform: str,
    name: str = "",
    secrets: Mapping[str, str],
    config: Mapping[str, Any] | None = None,
    manifest: str | None = None,
    custom: CustomPlatform | None = None,
) -> Connection:
    """Tests the credentials at the platform, then stores them.

    With `manifest` (YAML) the platform is a custom one of this account; `custom` is one that the account may use.
    Raises PlatformNotFound, ManifestInvalid, SecretsInvalid, SecretsWouldMove, ConnectionTestFailed or the platform's
    own error.
    """
    if custom is not None:
        described = manifests.parse(custom.manifest)
    else:
        described = manifests.parse(manifest) if manifest is not None else manifests.of_platform(platform)
    kind = manifests.choose_kind(described, secrets)
    given = manifests.check_secrets(described, kind, secrets)
    wanted = manifests.check_config(described, config, given)
    check = probe(described, unsaved(described, kind, given), wanted)
    proved = _Proved(described, kind, check, given, wanted)
    return _store(context, proved, name=name, yaml=manifest, custom=custom)


def connect_with_tokens(
    context: AccountContext,
    *,
    manifest: Manifest,
    tokens: TokenSet,
    check: Check,
    config: Mapping[str, Any] | None = None,
    name: str = "",
    renew: Any = None,
) -> Connection:
    """Stores a tested OAuth grant. `renew` names the connection (id) that must be the one it belongs to."""
    proved = _Proved(manifest, AuthKind.OAUTH2, check, config=dict(config or {}), tokens=tokens)
    if renew is None:
        return _store(context, proved, name=name)
    with transaction.atomic():
        found = Connection.objects.visible_to(context).select_for_update(of=("self",)).get(pk=renew)
        _same_account(found, check)
        found.config = proved.config or found.config
        return _renew(context, found, proved)


def probe(manifest: Manifest, credentials: Credentials, config: Mapping[str, Any], *, agency: bool = False) -> Check:
    """Calls the platform before anything is stored. Raises ConnectionTestFailed when it refuses."""
    reader = Reader(
        manifest,
        credentials=credentials,
        config=dict(config),
        http=http_settings(),
        limiter=shared_limiter(),
        limit_scope=f"{manifest.key}:probe:{uuid7()}",
    )
    try:
        check = reader.check(agency=agency)
    except PlatformError as error:
        if getattr(error, "kind", "") == "customer":
            raise ConnectionTestFailed(error.message, remedy=error.remedy) from None
        raise
    finally:
        reader.close()
    if not check.ok:
        raise ConnectionTestFailed(check.message or f"{manifest.name} refused the credentials.")
    return check


def update_connection(
    context: AccountContext,
    connection: Connection,
    *,
    name: str | None = None,
    secrets: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    quota_share: int | None = None,
) -> Connection:
    """Renames, replaces credentials or configuration (tested first; a failed test changes nothing), or sets the
    percentage (1 to 100) of the platform's daily quota that may be used."""
    proved = None
    if secrets is not None or config is not None:
        if connection.auth_kind == AuthKind.OAUTH2 and secrets is not None:
            raise InvalidInput(
                "This connection signs in by OAuth; it has no key to replace.",
                fields={"secrets": ["Reconnect it instead."]},
            )
        manifest = manifest_of(connection)
        given = None if secrets is None else manifests.check_secrets(manifest, connection.auth_kind, secrets)
        kind = connection.auth_kind
        credentials = credentials_of(connection) if given is None else unsaved(manifest, kind, given)
        wanted = manifests.check_config(manifest, connection.config if config is None else config, given)
        if given is None:
            _same_address(manifest, connection.config, wanted)
        check = probe(manifest, credentials, wanted)
        proved = _Proved(manifest, AuthKind(connection.auth_kind), check, given, wanted)
        _same_account(connection, proved.check)
    with transaction.atomic():
        locked = _locked(context, connection)
        if name is not None and name.strip() and name != locked.name:
            before, locked.name = locked.name, clean_text(name, 150)
            locked.save(update_fields=["name", "updated_at"])
            record(context, "connection.renamed", locked, before=before)
        if quota_share is not None and quota_share != locked.quota_share:
            before_share, locked.quota_share = locked.quota_share, max(1, min(100, quota_share))
            locked.save(update_fields=["quota_share", "updated_at"])
            record(context, "connection.quota_share", locked, before=before_share, after=locked.quota_share)
        if proved is not None:
            locked.config = proved.config
            locked = _renew(context, locked, proved)
    return locked


def test_connection(context: AccountContext, connection: Connection) -> Check:
    """A live call with the stored credentials; what it finds is stored. Raises only when the platform is unreachable."""
    try:
        with open_reader(connection) as reader:
            check = reader.check(agency=is_agency(connection))
    except PlatformError as error:
        _note_failure(context, connection, error)
        raise
    with transaction.atomic():
        locked = _locked(context, connection)
        if check.ok:
            _take(locked, check)
            locked.save()
            mark_working(locked, context=context)
        else:
            locked.last_checked_at = now()
            locked.save(update_fields=["last_checked_at", "updated_at"])
            mark_needs_reconnect(locked, check.message, code=REFUSED, context=context)
        record(context, "connection.tested", locked, ok=check.ok)
        _copy(locked, connection)
    if check.ok and is_agency(connection):
        find_members(context, connection)
    return check


def delete_connection(context: AccountContext, connection: Connection) -> None:
    """Revokes the grant at the platform (best effort), wipes the secret and tells whoever uses the connection."""
    for member in connection.members.exclude(status=ConnectionStatus.DELETED).select_related("account"):
        delete_connection(context, member)
    revoked = connection.grant_id is None and revocation.revoke(connection)
    with transaction.atomic():
        locked = _locked(context, connection)
        locked.status, locked.status_changed_at = ConnectionStatus.DELETED, now()
        locked.secret, locked.secret_changed_at, locked.token_expires_at = "", now(), None
        locked.spare_secret, locked.grant_expires_at = "", None
        locked.last_error = locked.last_error_code = ""
        locked.save()
        forget_expiry(locked)
        close_address(locked)
        record(context, "connection.deleted", locked, revoked_at_platform=revoked)
        connection_deleted.send(sender=Connection, context=context, connection=locked)
    _copy(locked, connection)


def _locked(context: AccountContext, connection: Connection) -> Connection:
    """The row under its lock. Raises ConnectionNotUsable when it was deleted meanwhile."""
    found: Connection = Connection.objects.visible_to(context).select_for_update(of=("self",)).get(pk=connection.pk)
    if found.status == ConnectionStatus.DELETED:
        raise ConnectionNotUsable(f"{found.name} was deleted.", remedy="Connect the platform again.")
    return found


def _same_address(manifest: Manifest, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raises SecretsInvalid when stored secrets would be sent to a host that they were not given for."""
    used = names_in([manifest.base_url, *(auth.token_url for auth in manifest.auth)])
    names = {name.removeprefix("config.") for name in used}
    if manifest.auth and any(str(after.get(name) or "") != str(before.get(name) or "") for name in names):
        raise SecretsInvalid(
            f"The address of {manifest.name} changes with this.",
            remedy="Enter the secrets once more, for the new address.",
            fields={"secrets": ["Enter the secrets once more, for the new address."]},
        )


def _same_account(connection: Connection, check: Check) -> None:
    if connection.external_id and check.account_id and connection.external_id != clean_text(check.account_id, 200):
        raise OtherExternalAccount(
            f"{connection.name} belongs to {connection.external_label or connection.external_id}, but these credentials"
            f" are for {check.account_label or check.account_id}."
        )


def _store(
    context: AccountContext,
    proved: _Proved,
    *,
    name: str,
    yaml: str | None = None,
    custom: CustomPlatform | None = None,
) -> Connection:
    """Renews the connection of the same external account, or inserts one; safe against a twin at the same moment."""
    for last in (False, True):
        try:
            with transaction.atomic():
                if yaml is not None:
                    custom = keep_manifest(context, proved.manifest, yaml)
                elif custom is not None:
                    custom = _unchanged(context, custom)
                found = _twin(context, proved, custom)
                if found is not None:
                    found.config = proved.config or found.config
                    return _renew(context, found, proved)
                return _insert(context, proved, custom, name)
        except IntegrityError:
            if last:
                raise
    raise AssertionError("unreachable")


def _twin(context: AccountContext, proved: _Proved, custom: CustomPlatform | None) -> Connection | None:
    external = clean_text(proved.check.account_id or "", 200)
    if not external:
        return None
    same = {"custom_platform": custom} if custom else {"platform": proved.manifest.key}
    found: Connection | None = (
        Connection.objects.visible_to(context)
        .filter(account=context.account, external_id=external, **same)
        .exclude(status=ConnectionStatus.DELETED)
        .select_for_update(of=("self",))
        .first()
    )
    return found


def _unchanged(context: AccountContext, custom: CustomPlatform) -> CustomPlatform:
    """The custom platform under its lock: between the test and now nobody may have sent the secrets elsewhere."""
    found: CustomPlatform | None = (
        CustomPlatform.objects.shared_with(context).filter(pk=custom.pk).select_for_update(of=("self",)).first()
    )
    if found is None or found.deleted_at is not None or found.version != custom.version:
        raise CustomPlatformChanged(f"{custom.name} was changed while it was tested.", remedy="Connect it once more.")
    return found


def _insert(context: AccountContext, proved: _Proved, custom: CustomPlatform | None, name: str) -> Connection:
    label = clean_text(proved.check.account_label or "", 200)
    fallback = f"{proved.manifest.name} · {label}" if label else proved.manifest.name
    connection = Connection(
        account=context.account,
        platform=CUSTOM if custom else proved.manifest.key,
        custom_platform=custom,
        name=clean_text(name, 150) or fallback[:150],
        auth_kind=proved.kind,
        config=proved.config,
        created_by=context.user,
        authorised_by=context.user,
        status_changed_at=now(),
    )
    _take(connection, proved.check)
    _take_secrets(connection, proved)
    connection.save(force_insert=True)
    track_expiry(connection, refreshable=bool(proved.tokens and proved.tokens.refresh_token))
    open_address(connection)
    record(context, "connection.created", connection, platform=connection.platform_key, auth_kind=proved.kind)
    connection_created.send(sender=Connection, context=context, connection=connection)
    return connection


def _renew(context: AccountContext, connection: Connection, proved: _Proved) -> Connection:
    """New credentials for a connection that is there; the row is locked."""
    waited = connection.status == ConnectionStatus.NEEDS_RECONNECT
    _keep_spare(context, connection, proved)
    connection.auth_kind = proved.kind
    _take(connection, proved.check)
    _take_secrets(connection, proved)
    connection.save()
    secrets = unseal(connection)
    track_expiry(connection, refreshable="refresh_token" in secrets)
    open_address(connection)
    record(context, "connection.renewed", connection)
    mark_working(connection, context=context)
    if not waited:
        connection_restored.send(sender=Connection, context=context, connection=connection)
    return connection


def _keep_spare(context: AccountContext, connection: Connection, proved: _Proved) -> None:
    """A second person's grant for the same account: the first one's that still works is kept for when it is needed."""
    if proved.tokens is None or context.user is None:
        return
    other = connection.authorised_by_id not in (None, context.user.pk)
    works = connection.is_usable and connection.auth_kind == AuthKind.OAUTH2
    if other and works and "refresh_token" in unseal(connection):
        connection.spare_secret, connection.spare_by_id = connection.secret, connection.authorised_by_id
    elif connection.spare_by_id == context.user.pk:
        connection.spare_secret, connection.spare_by_id = "", None  # they have just given a newer one
    connection.authorised_by = context.user


def _take_secrets(connection: Connection, proved: _Proved) -> None:
    if proved.tokens is not None:
        store_tokens(connection, proved.tokens)
        return
    if proved.secrets is not None:
        connection.secret, connection.secret_changed_at = seal(proved.secrets), now()
        connection.token_expires_at = None


def _take(connection: Connection, check: Check) -> None:
    """What the platform said about the account and the scopes."""
    connection.external_id = clean_text(check.account_id or "", 200) or connection.external_id
    connection.external_label = clean_text(check.account_label or "", 200) or connection.external_label
    connection.scopes_granted = clean_list(check.scopes_granted)
    connection.scopes_missing = clean_list(check.scopes_missing)
    connection.streams_off = orjson.dumps(clean_map(check.streams_off)).decode()
    connection.last_checked_at = now()


def _note_failure(context: AccountContext, connection: Connection, error: PlatformError) -> None:
    """The platform could not be asked: that says nothing about the credentials."""
    Connection.objects.visible_to(context).filter(pk=connection.pk).update(
        last_checked_at=now(), last_error_code=error.code[:60], last_error=clean_text(error.message, 2000)
    )


def _copy(source: Connection, target: Connection) -> None:
    """The caller's object shows what is stored."""
    for model_field in Connection._meta.concrete_fields:
        setattr(target, model_field.attname, getattr(source, model_field.attname))
