"""Webhooks in: the address, the signature, what counts, and what is told to whoever reads again."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import time

import pytest

from integrations.directory.models import WebhookAddress, WebhookEvent, WebhookHint
from integrations.models import Connection
from integrations.services import webhook_hints, webhook_intake, webhooks
from integrations.services.connections import create_connection, delete_connection
from integrations.services.webhook_hints import Taken
from integrations.signals import objects_hinted
from integrations.tasks import ring_hints
from listbackup.core.clock import now
from listbackup.core.db import connection as database

URL = "http://testserver"
KEAP = """
manifest: 1
key: keapish
name: Keapish
base_url: https://api.hubapi.com
auth: [{kind: bearer, secret: token}]
check: {request: {path: /account-info/v3/details}, account_id: portalId}
webhooks:
  echo_header: X-Hook-Secret
  answers_get: true
  type: event_key
  items: object_keys
  id: [event_key, id, timestamp]
  signatures: [{header: X-Sig, algorithm: hmac_sha256, key: signing_secret}]
  events: [{type: contact.*, stream: contacts, key: id}, {type: contact.delete, stream: contacts, key: id, deleted: true}]
streams:
  contacts:
    request: {path: /crm/v3/objects/contacts}
    records: results
    key: id
    by_id: {request: {path: "/crm/v3/objects/contacts/{key}"}}
"""


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = URL


@pytest.fixture
def keapish(tenant, sandbox):
    context = tenant.context(tenant.olga)
    return create_connection(context, platform="custom", secrets={"token": sandbox.static_token}, manifest=KEAP)


def event(number=1, kind="contact.creation", key=12, portal=147893286):
    moment = int(now().timestamp() * 1000)
    return {"eventId": number, "subscriptionId": 1, "portalId": portal, "occurredAt": moment, "subscriptionType": kind,
            "objectId": key}  # fmt: skip


def signed(path, body, secret="sandbox-client-secret", age=0.0):
    stamp = str(int((time.time() - age) * 1000))
    digest = hmac.new(secret.encode(), f"POST{URL}{path}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": stamp
    }  # fmt: skip


def post(client, path, events, **options):
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    headers = options.pop("headers", None) or signed(path, body, **options)
    before = database.tenant
    answer = client.post(path, body, content_type="application/json", headers=headers)
    database.set_tenant(before)  # a request leaves no schema behind
    return answer


def address_of(connection):
    return WebhookAddress.objects.get(connection_id=connection.pk)


def path_of(connection):
    return webhooks.webhook_facts(connection).url.removeprefix(URL)


APP = "/api/v1/hooks/app/hubspot"


def test_a_signed_message_of_the_app_then_its_account_gets_hints_in_less_than_200_ms(granted, client):
    assert webhooks.webhook_facts(granted).url == URL + APP
    events = [event(number, key=number) for number in range(100)]
    post(client, APP, [event(1000)])  # what is loaded once
    begun = time.perf_counter()
    answer = post(client, APP, events)
    took = time.perf_counter() - begun
    assert answer.status_code == 200 and took < 0.2
    found = address_of(granted)
    assert (found.received, found.repeated, found.hints.count()) == (101, 0, 100)  # 12 was named twice
    assert abs(found.last_received_at - now()) < dt.timedelta(seconds=5)


def test_the_same_event_twice_then_counted_once_and_one_hint(granted, client):
    one = event()
    for _ in range(3):
        assert post(client, APP, [one, {**one, "attemptNumber": 2}]).status_code == 200
    found = address_of(granted)
    assert (found.received, found.repeated, found.hints.count()) == (1, 5, 1)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"secret": "wrong"}, "webhook.signature"), ({"age": 301}, "webhook.expired"), ({"age": -301}, "webhook.expired"),
     ({"headers": {"X-Other": "1"}}, "webhook.unsigned")],
)  # fmt: skip
def test_a_message_of_somebody_else_then_401_and_nothing_noted(granted, client, options, code):
    answer = post(client, APP, [event()], **options)
    assert answer.status_code == 401 and answer.json()["type"].endswith(code)
    assert not WebhookHint.objects.exists() and not WebhookEvent.objects.exists()


def test_an_account_that_nobody_connected_then_200_and_nothing_noted(granted, client):
    assert post(client, APP, [event(portal=5)]).status_code == 200
    assert not WebhookHint.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[[[", b"\xff\xfe", b"[" * 50_000, b'"\\u0000"'])
def test_bodies_that_are_no_events_then_4xx_or_nothing_noted(granted, client, body):
    assert post(client, APP, body).status_code in (200, 400)
    assert not WebhookHint.objects.exists()


def test_too_large_then_413_and_unknown_addresses_404(granted, client):
    assert post(client, APP, b" " * 1_000_001).status_code == 413
    for path in ("/api/v1/hooks/app/nope", "/api/v1/hooks/nope", "/api/v1/hooks/%00", "/api/v1/hooks/" + "x" * 3000):
        assert post(client, path, [event()]).status_code == 404
    assert client.get(APP).status_code == 405


def test_a_private_app_then_its_own_address_and_its_own_secret(connected, tenant, client):
    path = path_of(connected)
    assert path != APP
    assert post(client, path, [event(1)], headers={"X-Any": "1"}).status_code == 200  # the address is the secret
    webhooks.set_signing_secret(tenant.context(tenant.olga), connected, "theirs")
    assert post(client, path, [event(2)], headers={"X-Any": "1"}).status_code == 401
    assert post(client, path, [event(2)], secret="sandbox-client-secret").status_code == 401
    assert address_of(connected).refused_code == "webhook.signature"
    assert post(client, path, [event(2)], secret="theirs").status_code == 200
    assert "theirs" not in address_of(connected).signing_secret


def test_a_new_address_then_the_old_one_is_unknown(keapish, tenant, client):
    old = path_of(keapish)
    webhooks.renew_address(tenant.context(tenant.olga), keapish)
    assert post(client, old, b"{}").status_code == 404
    assert post(client, path_of(keapish), b"{}", headers={"X": "1"}).status_code == 200


def test_handshakes_then_the_header_comes_back_and_a_get_is_answered(keapish, client):
    path = path_of(keapish)
    answer = client.post(path, b"", content_type="application/json", headers={"X-Hook-Secret": "abc"})
    assert (answer.status_code, answer["X-Hook-Secret"]) == (200, "abc")
    assert client.get(path).status_code == 200
    split = client.post(path, b"", content_type="application/json", headers={"X-Hook-Secret": "a" * 300})
    assert split.status_code == 400 and "X-Hook-Secret" not in split


def test_a_deletion_then_the_hint_says_so_whatever_comes_after(keapish, client):
    path = path_of(keapish)
    for number, kind in enumerate(("contact.delete", "contact.edit")):
        body = {"event_key": kind, "object_keys": [{"id": 7, "timestamp": str(number)}]}
        assert post(client, path, json.dumps(body).encode(), headers={"X": "1"}).status_code == 200
    (hint,) = address_of(keapish).hints.all()
    assert (hint.stream, hint.key, hint.deleted) == ("contacts", "7", True)


def test_a_deleted_connection_then_its_address_is_gone(keapish, tenant, client):
    path = path_of(keapish)
    delete_connection(tenant.context(tenant.olga), keapish)
    assert post(client, path, b"{}", headers={"X": "1"}).status_code == 404
    assert not WebhookAddress.objects.exists()


@pytest.fixture
def hinted():
    """What receivers are told, and the answer that the test wants of them."""
    told = []

    def receive(hints, **_):
        told.append(sorted((hint.key, hint.deleted) for hint in hints))
        return receive.answer

    receive.answer = Taken(frozenset({"a"}))
    receive.told = told
    objects_hinted.connect(receive)
    yield receive
    objects_hinted.disconnect(receive)


def due_now():
    WebhookHint.objects.update(due_at=now())


def test_hints_that_are_due_then_told_once(granted, client, hinted, tenant):
    post(client, APP, [event(1, key=1), event(2, "contact.deletion", key=2)])
    assert webhook_hints.claim_due() == []  # two seconds: one action often is several events
    due_now()
    assert [one.connection_id for one in webhook_hints.claim_due()] == [granted.pk]
    assert webhook_hints.claim_due() == []
    assert webhook_hints.hand_over(tenant.context(tenant.olga), granted.pk) == 2
    assert hinted.told == [[("1", False), ("2", True)]] and not WebhookHint.objects.exists()


def test_a_busy_reader_then_asked_again_and_those_that_began_are_not(granted, client, hinted, tenant):
    context, later = tenant.context(tenant.olga), now() + dt.timedelta(hours=3)
    hinted.answer = Taken(frozenset({"a"}), later)
    post(client, APP, [event(1, key=1)])
    assert webhook_hints.hand_over(context, granted.pk) == 0
    (hint,) = WebhookHint.objects.all()
    assert hint.taken == ["a"] and hint.due_at <= now() + webhook_hints.LATEST
    post(client, APP, [event(2, key=1)])  # it changed once more: everybody reads it again
    assert WebhookHint.objects.get().taken == []
    WebhookHint.objects.update(created_at=now() - dt.timedelta(hours=2))
    assert webhook_hints.hand_over(context, granted.pk) == 0 and not WebhookHint.objects.exists()


def test_a_connection_that_waits_for_a_person_then_the_hints_go(granted, client, hinted, tenant):
    post(client, APP, [event()])
    Connection.objects.update(status="needs_reconnect")
    webhook_hints.hand_over(tenant.context(tenant.olga), granted.pk)
    assert hinted.told == [] and not WebhookHint.objects.exists()


def test_the_tick_then_rings_for_what_is_due_and_old_events_are_forgotten(granted, client):
    post(client, APP, [event()])
    assert ring_hints.run() == 0
    due_now()
    assert ring_hints.run() == 1
    WebhookEvent.objects.update(created_at=now() - dt.timedelta(days=4))
    assert webhook_intake.forget_old_events() == 1
