"""Signatures and events of webhooks, as manifests describe them. Keys and signatures are made here, by other code."""

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from integrations.connector.registry import platforms
from integrations.connector.webhooks.events import EventsUnreadable, Hint, read_events
from integrations.connector.webhooks.rules import EventRule, Signature, Webhooks
from integrations.connector.webhooks.signature import Delivery, SignatureRefused, verify

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
SECRET = "s3cret"
HUBSPOT = platforms()["hubspot"].webhooks
URI = "https://backup.example/api/v1/hooks/app/hubspot?a=b%3Ac%2Fd"
BODY = json.dumps([{"eventId": 1, "subscriptionType": "contact.creation", "portalId": 7, "objectId": 12}]).encode()


def v3(body=BODY, *, uri=URI, moment=NOW, secret=SECRET):
    """HubSpot's documented recipe: its list of escapes is decoded, then method + URI + body + time are signed."""
    stamp = str(int(moment.timestamp() * 1000))
    plain = uri.replace("%3A", ":").replace("%2F", "/")
    digest = hmac.new(secret.encode(), b"POST" + plain.encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"x-hubspot-signature-v3": base64.b64encode(digest).decode(), "x-hubspot-request-timestamp": stamp}


def check(schemes, headers, *, body=BODY, uri=URI, secrets=None, public_keys=()):
    secrets = {"client_secret": SECRET} if secrets is None else secrets
    verify(schemes, Delivery("POST", uri, body, headers), secrets=secrets, public_keys=public_keys, now=NOW)


def refused(*args, **options):
    with pytest.raises(SignatureRefused) as caught:
        check(*args, **options)
    return caught.value.code


def test_hubspot_v3_then_only_the_exact_message_of_now_is_taken():
    check(HUBSPOT.signatures, v3())
    assert refused(HUBSPOT.signatures, v3(), body=BODY + b" ") == "webhook.signature"
    assert refused(HUBSPOT.signatures, v3(), uri=URI + "&x=1") == "webhook.signature"
    assert refused(HUBSPOT.signatures, v3(secret="other")) == "webhook.signature"
    assert refused(HUBSPOT.signatures, v3(), secrets={}) == "webhook.signature"
    assert refused(HUBSPOT.signatures, {}) == "webhook.unsigned"


@pytest.mark.parametrize(("seconds", "good"), [(-299, True), (-301, False), (299, True), (301, False)])
def test_hubspot_v3_then_old_and_future_messages_are_refused(seconds, good):
    headers = v3(moment=NOW + dt.timedelta(seconds=seconds))
    if good:
        check(HUBSPOT.signatures, headers)
    else:
        assert refused(HUBSPOT.signatures, headers) == "webhook.expired"


@pytest.mark.parametrize("stamp", ["", "junk", "nan", "inf", "9" * 400, "-1", "1e400", "１２３"])
def test_hubspot_v3_with_a_time_that_is_none_then_refused(stamp):
    assert refused(HUBSPOT.signatures, {**v3(), "x-hubspot-request-timestamp": stamp}) == "webhook.expired"


def test_hubspot_v1_then_the_secret_and_the_body_are_hashed():
    digest = hashlib.sha256(SECRET.encode() + BODY).hexdigest()
    headers = {"x-hubspot-signature": digest, "x-hubspot-signature-version": "v1"}
    check(HUBSPOT.signatures, headers)
    assert refused(HUBSPOT.signatures, headers, body=b"[]") == "webhook.signature"
    assert refused(HUBSPOT.signatures, {**headers, "x-hubspot-signature-version": "v9"}) == "webhook.unsigned"
    # A bad v3 signature is not healed by a good v1 beside it.
    assert refused(HUBSPOT.signatures, {**v3(secret="other"), **headers}) == "webhook.signature"


def pem(key):
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def test_ed25519_and_the_older_rsa_then_keys_may_rotate_and_the_time_is_in_the_body():
    """GoHighLevel: X-GHL-Signature is Ed25519, X-WH-Signature RSA with SHA-256, both over the raw body."""
    new, old, strange = ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048), "not a key"
    timed = {"timestamp_path": ("timestamp",), "timestamp_as": "rfc3339"}
    schemes = (
        Signature("X-GHL-Signature", "ed25519", encoding="base64", public_keys=(strange,), **timed),
        Signature("X-WH-Signature", "rsa_sha256", encoding="base64", public_keys=(pem(old),), **timed),
    )
    body = json.dumps({"type": "ContactCreate", "timestamp": NOW.isoformat(), "webhookId": "1"}).encode()
    by_new = {"x-ghl-signature": base64.b64encode(new.sign(body)).decode()}
    by_old = {"x-wh-signature": base64.b64encode(old.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()}
    assert refused(schemes, by_new, body=body) == "webhook.signature"
    check(schemes, by_new, body=body, public_keys=[pem(new)])
    check(schemes, by_old, body=body)
    assert refused(schemes, by_old, body=body + b" ") == "webhook.signature"
    aged = json.dumps({"timestamp": (NOW - dt.timedelta(minutes=6)).isoformat()}).encode()
    stale = {"x-ghl-signature": base64.b64encode(new.sign(aged)).decode()}
    assert refused(schemes, stale, body=aged, public_keys=[pem(new)]) == "webhook.expired"


def test_pairs_in_one_header_then_time_and_signature_are_found():
    """Mailchimp: X-Mailchimp-Signature: t=<unix>,v1=<hex> over "<t>.<body>"."""
    scheme = Signature(
        "X-Mailchimp-Signature", "hmac_sha256", message="{timestamp}.{body}", key="signing_secret",
        pairs={"timestamp": "t", "signature": "v1"},
    )  # fmt: skip
    stamp, body = str(int(NOW.timestamp())), b"type=subscribe&data%5Bid%5D=1"
    digest = hmac.new(b"hook", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    secrets = {"signing_secret": "hook", "client_secret": "another"}
    check((scheme,), {"x-mailchimp-signature": f"t={stamp},v1={digest}"}, body=body, secrets=secrets)
    assert (
        refused((scheme,), {"x-mailchimp-signature": f"v1={digest}"}, body=body, secrets=secrets) == "webhook.expired"
    )
    assert refused((scheme,), {"x-mailchimp-signature": f"t={stamp}"}, body=body, secrets=secrets)


@given(st.text(max_size=80), st.binary(max_size=80))
def test_any_header_and_body_then_refused_and_nothing_else_happens(text, body):
    for scheme in HUBSPOT.signatures:
        headers = {scheme.header.lower(): text, "x-hubspot-signature-version": "v1"}
        headers["x-hubspot-request-timestamp"] = str(int(NOW.timestamp() * 1000))
        refused(HUBSPOT.signatures, headers, body=body)


def test_hubspot_events_then_each_names_stream_key_and_account():
    body = json.dumps(
        [
            {"eventId": 1, "subscriptionType": "contact.propertyChange", "portalId": 7, "objectId": 12},
            {"eventId": 2, "subscriptionType": "deal.deletion", "portalId": 8, "objectId": 13},
            {"eventId": 3, "subscriptionType": "conversation.newMessage", "portalId": 8, "objectId": 14},
        ]
    ).encode()
    first, second, third = read_events(HUBSPOT, body)
    assert (first.account, first.hints) == ("7", (Hint("contacts", "12"),))
    assert second.hints == (Hint("deals", "13"), Hint("deals", "13", deleted=True))
    assert third.hints == ()
    assert len({first.identity, second.identity, third.identity}) == 3
    assert read_events(HUBSPOT, body)[0].identity == first.identity


def test_keys_in_a_list_then_the_type_is_taken_from_the_whole():
    """Keap: one message, up to 1,000 keys."""
    rules = Webhooks(
        (EventRule("contact.*", "contacts", ("id",)),), type=("event_key",), items=("object_keys",),
        id=(("event_key",), ("id",), ("timestamp",)),
    )  # fmt: skip
    keys = [{"id": number, "timestamp": "t"} for number in range(1000)]
    events = read_events(rules, json.dumps({"event_key": "contact.edit", "object_keys": keys}).encode())
    assert len({event.identity for event in events}) == 1000
    assert events[999].hints == (Hint("contacts", "999"),)


def test_forms_with_brackets_then_nested_and_without_an_id_the_whole_event_is_its_identity():
    """Mailchimp, ActiveCampaign: PHP-style names."""
    rules = Webhooks(
        (EventRule("subscribe", "members"), EventRule("update", "contacts", ("contact", "id"))), format="form"
    )
    body = b"type=update&date_time=1&contact%5Bid%5D=42&contact%5Bemail%5D=a%40b"
    (event,) = read_events(rules, body)
    assert event.hints == (Hint("contacts", "42"),)
    assert read_events(rules, body)[0].identity == event.identity != read_events(rules, body + b"&x=1")[0].identity
    assert read_events(rules, b"type=subscribe&data[email]=x")[0].hints == (Hint("members"),)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\u0000b", "\ud800", "é", {"a": 1}, [1], None])
def test_a_key_that_is_none_then_no_hint(key):
    rules = Webhooks((EventRule("t", "things", ("key",)),))
    try:
        body = json.dumps({"type": "t", "key": key}).encode()
    except UnicodeEncodeError:
        return
    try:
        assert read_events(rules, body)[0].hints == ()
    except EventsUnreadable:
        assert key == "\ud800"  # the decoder refuses it, and so the message


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, json.dumps([{}] * 5_001).encode()])
def test_bodies_that_are_none_then_unreadable(body):
    with pytest.raises(EventsUnreadable):
        read_events(HUBSPOT, body)


@given(st.binary(max_size=200), st.sampled_from(["json", "form"]))
def test_any_body_then_events_or_unreadable(body, kind):
    rules = Webhooks((EventRule("*", "things", ("a", "b")),), format=kind, items=("items",))
    try:
        for event in read_events(rules, body):
            assert len(event.identity) == 64
    except EventsUnreadable:
        pass
