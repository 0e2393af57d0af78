"""The addresses that platforms send webhooks to: one for each connection, or the application's one for all."""

import secrets
from dataclasses import dataclass

from django.conf import settings

from accounts.access.context import AccountContext
from accounts.activity.services import record
from integrations.connector.webhooks.rules import Webhooks
from integrations.directory.models import WebhookAddress
from integrations.enums import AuthKind
from integrations.errors import WebhooksNotOffered
from integrations.models import Connection
from integrations.oauth.clients import is_configured
from integrations.selectors.manifests import manifest_of
from integrations.services.texts import clean_text
from listbackup.core import crypto

MOST_SECRET = 500


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What the connection's page shows. `url` is "" while webhooks are off; `signed` says whether signatures are checked."""

    url: str
    shared: bool
    signed: bool
    takes_secret: bool
    help: str
    address: WebhookAddress | None


def webhook_facts(connection: Connection) -> WebhookFacts | None:
    """None for a platform without webhooks. One query."""
    manifest = manifest_of(connection)
    rules = manifest.webhooks
    if rules is None:
        return None
    address = WebhookAddress.objects.filter(connection_id=connection.pk).first()
    shared = is_shared(connection, rules)
    url = ""
    if address is not None:
        path = f"app/{connection.platform}" if shared else crypto.decrypt(address.token)
        url = f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/hooks/{path}"
    own = any(not scheme.is_public_key for scheme in rules.signatures)
    return WebhookFacts(
        url=url,
        shared=shared,
        signed=shared or bool(address and address.signing_secret) or any(one.is_public_key for one in rules.signatures),
        takes_secret=own and not shared,
        help=rules.help,
        address=address,
    )


def is_shared(connection: Connection, rules: Webhooks) -> bool:
    """Whether the connection's events come to the application's one address."""
    oauth = connection.auth_kind == AuthKind.OAUTH2 and connection.custom_platform_id is None
    return rules.address == "app" and oauth and is_configured(connection.platform)


def open_address(connection: Connection) -> WebhookAddress | None:
    """Gives the connection an address, or keeps it up to date; None where the platform has no webhooks."""
    if manifest_of(connection).webhooks is None:
        return None
    token = new_token()
    address, made = WebhookAddress.objects.get_or_create(
        connection_id=connection.pk,
        defaults={
            "organization_id": connection.account.organization_id,
            "account_id": connection.account_id,
            "platform": connection.platform,
            "external_id": connection.external_id,
            "token": crypto.encrypt(token),
            "token_hash": crypto.digest(token),
        },
    )
    if not made and address.external_id != connection.external_id:
        address.external_id = connection.external_id
        address.save(update_fields=["external_id"])
    return address


def renew_address(context: AccountContext, connection: Connection) -> None:
    """Turns webhooks on, or gives a new address: the old one is unknown at once. Raises WebhooksNotOffered."""
    address = _required(connection)
    token = new_token()
    address.token, address.token_hash = crypto.encrypt(token), crypto.digest(token)
    address.save(update_fields=["token", "token_hash"])
    record(context, "connection.webhook_address", connection)


def set_signing_secret(context: AccountContext, connection: Connection, secret: str) -> None:
    """What the platform signs with; "" takes messages for their secret address alone. Raises WebhooksNotOffered."""
    address = _required(connection)
    text = clean_text(secret.strip(), MOST_SECRET)
    address.signing_secret = crypto.encrypt(text) if text else ""
    address.refused_at, address.refused_code = None, ""
    address.save(update_fields=["signing_secret", "refused_at", "refused_code"])
    record(context, "connection.webhook_secret", connection, removed=not text)


def close_address(connection: Connection) -> None:
    WebhookAddress.objects.filter(connection_id=connection.pk).delete()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _required(connection: Connection) -> WebhookAddress:
    address = open_address(connection)
    if address is None:
        raise WebhooksNotOffered(
            "This platform sends no webhooks that ListBackup understands.", remedy="Its changes are found by schedule."
        )
    return address
