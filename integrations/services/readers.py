"""Opens the connector's reader for a stored connection, and asks it what there is to read."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection as database

from integrations.connector.auth import Credentials, StaticCredentials
from integrations.connector.errors import ConnectorError, CredentialsRevoked
from integrations.connector.model import Manifest
from integrations.connector.oauth import TokenCredentials
from integrations.connector.reader import Reader
from integrations.connector.records import StreamInfo
from integrations.enums import AuthKind
from integrations.errors import ConnectionNotUsable
from integrations.models import Connection
from integrations.oauth.refresh import FreshSecrets, refresh_if_needed
from integrations.selectors.manifests import manifest_of
from integrations.services.credentials import unseal
from integrations.services.outgoing import http_settings, shared_limiter
from listbackup.core.clock import now

__all__ = ["StoredCredentials", "StreamCount", "manifest_of", "open_reader", "stream_counts", "stream_infos"]
# A run asks early enough that no request leaves with a token that ends on the way.
CLOSE = dt.timedelta(minutes=2)
KEPT_SECONDS = 600
COUNTED_MOST = 60


class StoredCredentials:
    """The connector's view of a connection's secrets (protocol `integrations.connector.auth.Credentials`).

    Safe for the reader's threads: each renewal enters the organization's schema on the thread that needs it.
    """

    def __init__(self, connection: Connection) -> None:
        self._account = connection.account
        self._connection_id = connection.pk
        self._is_member = connection.grant_id is not None
        self._fresh = FreshSecrets(unseal(connection), connection.token_expires_at)
        self.scopes = tuple(connection.scopes_granted)
        self._lock = threading.Lock()
        self._owner = threading.get_ident()

    def __repr__(self) -> str:
        return f"<StoredCredentials of {self._connection_id}>"

    @property
    def secrets(self) -> dict[str, str]:
        return self._fresh.secrets

    def access_token(self) -> str:
        """The current token, renewed when it ends within two minutes. Raises CredentialsRevoked."""
        with self._lock:
            if self._fresh.expires_at is not None and self._fresh.expires_at - now() <= CLOSE:
                self._renew(None)
            return self._fresh.secrets.get("access_token", "")

    def refresh(self, stale: str) -> str:
        """Another token than `stale`, which the platform refused. Raises CredentialsRevoked."""
        if "refresh_token" not in self._fresh.secrets and not self._is_member:
            raise CredentialsRevoked("The platform no longer accepts the key, and a key cannot be renewed by itself.")
        with self._lock:
            if self._fresh.secrets.get("access_token") == stale:
                self._renew(stale)
            return self._fresh.secrets.get("access_token", "")

    def _renew(self, stale: str | None) -> None:
        try:
            self._fresh = refresh_if_needed(self._account, self._connection_id, stale=stale, ahead=CLOSE)
        finally:
            if threading.get_ident() != self._owner:
                database.close()  # this thread's own; the reader's threads would each keep one open


def open_reader(
    connection: Connection,
    *,
    cancelled: Callable[[], bool] | None = None,
    on_wait: Callable[[float, str], None] | None = None,
) -> Reader:
    """A reader with the connection's credentials and limits; close it, or use it in `with`.

    Raises ConnectionNotUsable for a connection that is disabled or deleted.
    """
    if not connection.secret and connection.auth_kind != AuthKind.NONE:
        raise ConnectionNotUsable(
            f"{connection.name} holds no credentials any more.", remedy="Connect the platform again."
        )
    options: dict[str, Any] = {}
    if cancelled is not None:
        options["cancelled"] = cancelled
    if on_wait is not None:
        options["on_wait"] = on_wait
    return Reader(
        manifest_of(connection),
        credentials=credentials_of(connection),
        config=dict(connection.config),
        http=http_settings(),
        limiter=shared_limiter(),
        limit_scope=limit_scope(connection),
        quota_share=connection.quota_share,
        **options,
    )


def credentials_of(connection: Connection) -> Credentials:
    """The stored credentials in the form that the connector takes."""
    if connection.auth_kind == AuthKind.OAUTH2:
        return StoredCredentials(connection)
    return unsaved(manifest_of(connection), connection.auth_kind, unseal(connection))


def unsaved(manifest: Manifest, kind: str, secrets: Mapping[str, str]) -> Credentials:
    """Credentials that renew nothing at the database: keys, and clients that fetch a token for each run."""
    if kind == AuthKind.CLIENT_CREDENTIALS:
        return TokenCredentials(
            manifest,
            client_id=secrets.get("client_id", ""),
            client_secret=secrets.get("client_secret", ""),
            http=http_settings(),
        )
    return StaticCredentials(secrets)


def limit_scope(connection: Connection) -> str:
    """What a platform counts: the account there, or this connection where it has no name.

    Both names of a custom platform are somebody's own words, which must not reach into the limits of another.
    """
    if connection.custom_platform_id is not None:
        return f"custom:{connection.custom_platform_id}:{connection.external_id or connection.pk}"
    return f"{connection.platform_key}:{connection.external_id or connection.pk}"


@dataclass(frozen=True, slots=True)
class StreamCount:
    """The platform's own number of records; None where it does not say."""

    name: str
    label: str
    count: int | None


def stream_infos(connection: Connection) -> tuple[StreamInfo, ...]:
    """The streams that this connection may read, without those that its permissions rule out. Raises PlatformError."""
    changed = int(connection.updated_at.timestamp() * 1000)
    key = f"streams:{connection.pk}:{changed}"
    found: tuple[StreamInfo, ...] | None = cache.get(key)
    if found is None:
        with open_reader(connection) as reader:
            found = tuple(reader.discover())
        cache.set(key, found, KEPT_SECONDS)
    off = connection.off_streams
    return tuple(stream for stream in found if stream.name not in off)


def stream_counts(connection: Connection) -> list[StreamCount]:
    """Counts of the streams; one that cannot be counted does not keep the others from being shown."""
    counts = []
    streams = stream_infos(connection)[:COUNTED_MOST]
    with open_reader(connection) as reader:
        for stream in streams:
            try:
                count = reader.count(stream.name)
            except ConnectorError:
                count = None
            counts.append(StreamCount(stream.name, stream.label, count))
    return counts
