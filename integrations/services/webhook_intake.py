"""Takes webhooks in: who sent it, what is it about, was it here before. Nothing is asked of the platform meanwhile."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction

from accounts.access.schema import entered
from integrations.connector.model import Manifest
from integrations.connector.registry import platforms
from integrations.connector.webhooks.events import Event, Hint, read_events
from integrations.connector.webhooks.rules import Webhooks
from integrations.connector.webhooks.signature import Delivery, SignatureRefused, verify
from integrations.directory.models import WebhookAddress, WebhookEvent, WebhookHint
from integrations.enums import AuthKind, ConnectionStatus
from integrations.errors import WebhookUnknown
from integrations.models import Connection
from integrations.oauth.clients import client_of, is_configured
from integrations.selectors.manifests import manifest_of
from listbackup.core import crypto
from listbackup.core.clock import now
from listbackup.core.errors import TooLarge

log = structlog.get_logger(__name__)
MOST_BYTES = 1_000_000
MOST_WAITING = 20_000  # hints of one address; what does not fit is found by the next backup
SOON = dt.timedelta(seconds=2)  # a person's one action often is several events
EVENTS_KEPT = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Received:
    """`echo` is a header of the request that the platform wants back."""

    new: int = 0
    repeated: int = 0
    echo: tuple[str, str] | None = None


def receive(token: str, delivery: Delivery) -> Received:
    """A message to a connection's own address.

    Raises WebhookUnknown, TooLarge, SignatureRefused, EventsUnreadable.
    """
    address = WebhookAddress.objects.filter(token_hash=crypto.digest(token)).select_related("organization").first()
    if address is None:
        raise _unknown()
    manifest, kind = _manifest(address)
    rules = manifest.webhooks
    if rules is None:
        raise _unknown()
    _check_size(delivery)
    echo = _echo(rules, delivery)
    if echo is not None and not delivery.body.strip():
        return Received(echo=echo)
    secrets = _secrets(address, manifest, kind)
    if _can_verify(rules, manifest, secrets):
        try:
            _verify(rules, manifest, delivery, secrets)
        except SignatureRefused as error:
            WebhookAddress.objects.filter(pk=address.pk).update(refused_at=now(), refused_code=error.code[:60])
            raise
    new, repeated = _take(address, read_events(rules, delivery.body))
    return Received(new, repeated, echo)


def receive_for_app(platform: str, delivery: Delivery) -> Received:
    """A message to our application's one address at the platform: always signed, each event names its account.

    Raises WebhookUnknown, TooLarge, SignatureRefused, EventsUnreadable.
    """
    manifest = platforms().get(platform)
    if (
        manifest is None
        or manifest.webhooks is None
        or manifest.webhooks.address != "app"
        or not is_configured(platform)
    ):
        raise _unknown()
    _check_size(delivery)
    _verify(manifest.webhooks, manifest, delivery, {"client_secret": client_of(platform).client_secret})
    by_account: dict[str, list[Event]] = defaultdict(list)
    for event in read_events(manifest.webhooks, delivery.body):
        if event.account:
            by_account[event.account[:200]].append(event)
    new = repeated = 0
    for address in WebhookAddress.objects.filter(platform=platform, external_id__in=list(by_account)):
        counted = _take(address, by_account[address.external_id])
        new, repeated = new + counted[0], repeated + counted[1]
    return Received(new, repeated, _echo(manifest.webhooks, delivery))


def answers_get(token: str) -> bool:
    """Whether the platform checks the address with a GET before it sends anything. Raises WebhookUnknown."""
    address = WebhookAddress.objects.filter(token_hash=crypto.digest(token)).select_related("organization").first()
    rules = _manifest(address)[0].webhooks if address else None
    if rules is None:
        raise _unknown()
    return rules.answers_get


def forget_old_events() -> int:
    return WebhookEvent.objects.filter(created_at__lt=now() - EVENTS_KEPT).delete()[0]


def _unknown() -> WebhookUnknown:
    return WebhookUnknown("Nobody listens at this address.", remedy="Copy the address from the connection's page.")


def _manifest(address: WebhookAddress) -> tuple[Manifest, str]:
    """The connection's manifest and way to sign in. Raises WebhookUnknown when it was deleted."""
    with entered(address.organization):
        connection = (
            Connection.objects.select_related("custom_platform")
            .filter(pk=address.connection_id)
            .exclude(status=ConnectionStatus.DELETED)
            .first()
        )
        if connection is None:
            raise _unknown()
        return manifest_of(connection), connection.auth_kind


def _check_size(delivery: Delivery) -> None:
    if len(delivery.body) > MOST_BYTES:
        raise TooLarge("The message is larger than 1 MB.")


def _secrets(address: WebhookAddress, manifest: Manifest, kind: str) -> dict[str, str]:
    """Without an application of ours, the secret that the person entered is that of theirs."""
    own = crypto.decrypt(address.signing_secret) if address.signing_secret else ""
    ours = kind == AuthKind.OAUTH2 and is_configured(manifest.key)
    return {"signing_secret": own, "client_secret": client_of(manifest.key).client_secret if ours else own}


def _can_verify(rules: Webhooks, manifest: Manifest, secrets: Mapping[str, str]) -> bool:
    """Whether there is a key for any of the schemes; without one the secret in the address stands for it."""
    return any(
        bool(scheme.public_keys or _public_keys(manifest)) if scheme.is_public_key else bool(secrets[scheme.key])
        for scheme in rules.signatures
    )


def _verify(rules: Webhooks, manifest: Manifest, delivery: Delivery, secrets: Mapping[str, str]) -> None:
    verify(rules.signatures, delivery, secrets=secrets, public_keys=_public_keys(manifest), now=now())


def _public_keys(manifest: Manifest) -> Sequence[str]:
    found: Sequence[str] = settings.PLATFORM_WEBHOOK_KEYS.get(manifest.key, ())
    return found


def _echo(rules: Webhooks, delivery: Delivery) -> tuple[str, str] | None:
    value = delivery.headers.get(rules.echo_header.lower(), "") if rules.echo_header else ""
    good = value and len(value) <= 200 and value.isascii() and value.isprintable()
    return (rules.echo_header, value) if good else None


@transaction.atomic
def _take(address: WebhookAddress, events: Sequence[Event]) -> tuple[int, int]:
    """Notes what must be read again; how many events were new, and how many had come before."""
    locked = WebhookAddress.objects.select_for_update().filter(pk=address.pk).first()
    if locked is None:
        raise _unknown()  # deleted meanwhile
    wanted = {event.identity: event for event in events}
    known = set(locked.events.filter(identity__in=list(wanted)).values_list("identity", flat=True))
    fresh = [event for identity, event in wanted.items() if identity not in known]
    WebhookEvent.objects.bulk_create([WebhookEvent(address=locked, identity=event.identity) for event in fresh])
    _note(locked, [hint for event in fresh for hint in event.hints])
    locked.last_received_at = now()
    locked.received += len(fresh)
    locked.repeated += len(events) - len(fresh)
    locked.save(update_fields=["last_received_at", "received", "repeated"])
    return len(fresh), len(events) - len(fresh)


def _note(address: WebhookAddress, hints: Sequence[Hint]) -> None:
    """One row a record, however often it is named; what is already being read is read once more."""
    gone: dict[tuple[str, str], bool] = {}
    for hint in hints:
        place = (hint.stream, hint.key)
        gone[place] = gone.get(place, False) or hint.deleted
    if not gone:
        return
    if address.hints.count() + len(gone) > MOST_WAITING:
        log.warning("webhook_hints_dropped", address=str(address.pk), hints=len(gone))
        return
    due = now() + SOON
    for deleted, fields in ((False, ["taken"]), (True, ["taken", "deleted"])):
        WebhookHint.objects.bulk_create(
            [
                WebhookHint(address=address, stream=stream[:100], key=key, deleted=deleted, due_at=due)
                for (stream, key), said in gone.items()
                if said is deleted
            ],
            update_conflicts=True,
            unique_fields=["address", "stream", "key"],
            update_fields=fields,
        )
