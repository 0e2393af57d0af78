"""Renews access tokens: one refresher of a connection at a time, the new token committed before anybody uses it.

The row's lock is held while the platform is asked, so that of many that want the token one asks and the others read
what it stored. A platform that rotates refresh tokens and whose answer is lost (killed between answer and commit)
refuses the old one at the next try: that is `auth.revoked`, which says so to a person instead of failing silently.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from django.db import transaction

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.models import Account
from integrations.connector import oauth
from integrations.connector.errors import CredentialsRevoked
from integrations.directory.models import TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth.clients import client_of
from integrations.selectors.manifests import manifest_of
from integrations.services.credentials import seal, unseal
from integrations.services.outgoing import http_settings
from integrations.services.status import (
    AHEAD,
    REMOVED,
    REVOKED,
    mark_needs_reconnect,
    mark_working,
    track_expiry,
    try_again_at,
)
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError, PlatformError

log = structlog.get_logger(__name__)
TRIES = 3
PAUSE = dt.timedelta(minutes=5)  # three tries fit into the 15 minutes before the token ends
PAUSE_AFTER = dt.timedelta(minutes=30)  # a platform that was down may come back by itself
CLAIM = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class FreshSecrets:
    secrets: dict[str, str] = field(repr=False)
    expires_at: dt.datetime | None


def refresh_if_needed(
    account: Account, connection_id: UUID, *, stale: str | None = None, ahead: dt.timedelta = AHEAD
) -> FreshSecrets:
    """The connection's secrets, renewed first when the token is `stale` (a 401) or ends within `ahead`.

    Raises CredentialsRevoked when a person must reconnect, or the platform's error after a failed try.
    Must not run in a transaction of the caller: the new token would not be committed before its use.
    """
    with entered(account.organization):
        member = Connection.objects.filter(pk=connection_id, grant__isnull=False).select_related("account").first()
        if member is not None:
            return _of_member(member, stale, ahead)
        with transaction.atomic(durable=True):
            connection = Connection.objects.select_for_update(of=("self",)).get(pk=connection_id)
            secrets = unseal(connection)
            if not _must_renew(connection, secrets, stale, ahead):
                return FreshSecrets(secrets, connection.token_expires_at)
            error = _renew(connection, secrets)
            found = FreshSecrets(unseal(connection), connection.token_expires_at)
        if error is not None:
            raise error
        return found


def _of_member(member: Connection, stale: str | None, ahead: dt.timedelta) -> FreshSecrets:
    """A member of an agency draws its token with the agency's, which is renewed first where it must be."""
    from integrations.services.fan_out import draw_token  # late: it reads with refreshed credentials

    secrets = unseal(member)
    if not _must_renew(member, secrets, stale, ahead):
        return FreshSecrets(secrets, member.token_expires_at)
    if member.status == ConnectionStatus.DELETED or member.last_error_code == REMOVED:
        raise CredentialsRevoked(member.last_error or "The connection must be reconnected by a person.")
    tokens = draw_token(member)
    with transaction.atomic(durable=True):
        locked = Connection.objects.select_for_update(of=("self",)).get(pk=member.pk)
        # Its own refresh token is not kept: the agency's is the one that lasts.
        store_tokens(locked, replace(tokens, refresh_token=None))
        mark_working(locked)
        track_expiry(locked, refreshable=True)
        return FreshSecrets(unseal(locked), locked.token_expires_at)


def _must_renew(connection: Connection, secrets: dict[str, str], stale: str | None, ahead: dt.timedelta) -> bool:
    if stale is not None:
        # Another worker may have renewed it while this one waited for the lock.
        return secrets.get("access_token") == stale or not secrets
    return connection.token_expires_at is not None and connection.token_expires_at - now() <= ahead


def _renew(connection: Connection, secrets: dict[str, str]) -> ListBackupError | None:
    """Asks the platform and stores the answer; returns the error instead of raising, so that its traces commit."""
    refresh_token = secrets.get("refresh_token")
    revoked = connection.status == ConnectionStatus.NEEDS_RECONNECT and connection.last_error_code == REVOKED
    if not refresh_token or revoked or connection.status == ConnectionStatus.DELETED:
        return CredentialsRevoked(connection.last_error or "The connection must be reconnected by a person.")
    manifest = manifest_of(connection)
    try:
        client = client_of(manifest.key, manifest.name)
        tokens = oauth.refresh_token(
            manifest,
            client_id=client.client_id,
            client_secret=client.client_secret,
            refresh_token=refresh_token,
            http=http_settings(),
        )
    except CredentialsRevoked as error:
        if _take_spare(connection):
            return _renew(connection, unseal(connection))
        mark_needs_reconnect(connection, error.message)
        return error
    except ListBackupError as error:
        _count_failure(connection, error)
        return error
    store_tokens(connection, tokens, secrets)
    if connection.status == ConnectionStatus.ACTIVE or connection.refresh_attempts >= TRIES:
        # Restored only when it was the refresh that asked for a person; a refused test still needs one.
        mark_working(connection)
    track_expiry(connection, refreshable=True)
    log.info("token_refreshed", connection=str(connection.pk), platform=connection.platform)
    return None


def _take_spare(connection: Connection) -> bool:
    """The grant that another person gave for the same account takes the place of the one that ended."""
    if not connection.spare_secret:
        return False
    connection.secret, connection.spare_secret = connection.spare_secret, ""
    connection.authorised_by_id, connection.spare_by_id = connection.spare_by_id, None
    connection.save(update_fields=["secret", "spare_secret", "authorised_by", "spare_by", "updated_at"])
    record(system_context(connection.account), "connection.other_grant", connection)
    log.info("spare_grant_taken", connection=str(connection.pk), platform=connection.platform)
    return True


def store_tokens(connection: Connection, tokens: oauth.TokenSet, before: dict[str, str] | None = None) -> None:
    """Writes a token reply into the row; a reply without a refresh token keeps the one we have."""
    secrets = dict(before or {})
    secrets["access_token"] = tokens.access_token
    if tokens.refresh_token:
        secrets["refresh_token"] = tokens.refresh_token
    connection.secret, connection.secret_changed_at = seal(secrets), now()
    connection.token_expires_at = tokens.expires_at
    life = manifest_of(connection).auth_of("oauth2").grant_lifetime_s
    if life and "refresh_token" in secrets:
        connection.grant_expires_at = now() + dt.timedelta(seconds=life)
    if not connection._state.adding:
        fields = ["secret", "secret_changed_at", "token_expires_at", "grant_expires_at", "updated_at"]
        connection.save(update_fields=fields)


def _count_failure(connection: Connection, error: ListBackupError) -> None:
    connection.refresh_attempts += 1
    connection.last_error_code, connection.last_error = error.code, error.message[:2000]
    connection.save(update_fields=["refresh_attempts", "last_error_code", "last_error", "updated_at"])
    log.warning(
        "token_refresh_failed", connection=str(connection.pk), attempt=connection.refresh_attempts, code=error.code
    )
    if connection.refresh_attempts < TRIES:
        try_again_at(connection, now() + PAUSE)
        return
    try_again_at(connection, now() + PAUSE_AFTER)
    mark_needs_reconnect(
        connection, f"The sign-in could not be renewed in {TRIES} tries. Last answer: {error.message}", code=error.code
    )


def claim_due(limit: int = 500) -> list[TokenExpiry]:
    """Takes what is due out of the public table for two minutes, so that no two ticks ring for the same."""
    with transaction.atomic():
        rows = list(
            TokenExpiry.objects.select_for_update(skip_locked=True).filter(due_at__lte=now()).order_by("due_at")[:limit]
        )
        TokenExpiry.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now() + CLAIM)
    return rows


def refresh_claimed(account: Account, connection_id: UUID) -> bool:
    """One background refresh. A failure is already recorded at the connection and planned again; returns success."""
    try:
        refresh_if_needed(account, connection_id)
    except Connection.DoesNotExist:
        TokenExpiry.objects.filter(connection_id=connection_id).delete()
        return False
    except PlatformError:
        return False
    return True
