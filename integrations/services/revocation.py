"""Gives a grant back to the platform. Best effort: what the platform answers is logged, never raised."""

import structlog

from integrations.connector import oauth
from integrations.connector.model import Manifest
from integrations.enums import AuthKind
from integrations.models import Connection
from integrations.oauth.clients import client_of, is_configured
from integrations.selectors.manifests import manifest_of
from integrations.services.credentials import secrets_in, unseal
from integrations.services.outgoing import http_settings
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)


def revoke(connection: Connection) -> bool:
    """Whether the platform confirmed. A static key cannot be revoked by us: False."""
    if connection.auth_kind != AuthKind.OAUTH2 or not connection.secret:
        return False
    try:
        manifest, secrets = manifest_of(connection), unseal(connection)
    except ListBackupError as error:
        log.warning("revocation_skipped", connection=str(connection.pk), code=error.code)
        return False
    spare = secrets_in(connection.spare_secret)
    if spare:
        revoke_tokens(manifest, spare.get("access_token", ""), spare.get("refresh_token"))
    return revoke_tokens(manifest, secrets.get("access_token", ""), secrets.get("refresh_token"))


def revoke_tokens(manifest: Manifest, access_token: str, refresh_token: str | None) -> bool:
    if not is_configured(manifest.key):
        return False
    client = client_of(manifest.key, manifest.name)
    try:
        done = oauth.revoke(
            manifest,
            client_id=client.client_id,
            client_secret=client.client_secret,
            token=refresh_token or access_token,
            hint="refresh_token" if refresh_token else "access_token",
            http=http_settings(),
        )
    except ListBackupError as error:
        log.warning("revocation_failed", platform=manifest.key, code=error.code)
        return False
    log.info("grant_revoked", platform=manifest.key)
    return done is not False
