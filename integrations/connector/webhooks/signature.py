"""Whose word a webhook is: the platform's own scheme over the raw body, compared in constant time."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from integrations.connector.shapes import dig
from integrations.connector.webhooks.rules import Signature
from listbackup.core.errors import ListBackupError

_HMACS = {"hmac_sha256": hashlib.sha256, "hmac_sha512": hashlib.sha512, "hmac_sha1": hashlib.sha1}
MOST_HEADER = 4_096
_PART = re.compile(r"\{(method|uri|timestamp|key|body)\}")


class SignatureRefused(ListBackupError):
    """The message does not come from the platform, or is too old; `code` says which."""

    code = "webhook.signature"
    status = 401
    remedy = "Check the signing secret at the platform and here."


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came in. `uri` is the public address that the platform called; header names are lower case."""

    method: str
    uri: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def verify(
    schemes: Sequence[Signature],
    delivery: Delivery,
    *,
    secrets: Mapping[str, str],
    public_keys: Sequence[str] = (),
    now: dt.datetime,
) -> None:
    """The first scheme whose header came decides. `secrets`: client_secret, signing_secret, as far as they are known.

    Raises SignatureRefused; also when no scheme's header came, or its key is not known here.
    """
    for scheme in schemes:
        if scheme.header.lower() in delivery.headers and _applies(scheme, delivery):
            _verify(scheme, delivery, secrets, public_keys, now)
            return
    raise SignatureRefused("The message is not signed.", code="webhook.unsigned")


def _applies(scheme: Signature, delivery: Delivery) -> bool:
    return all(delivery.headers.get(name.lower()) == value for name, value in (scheme.when or {}).items())


def _verify(
    scheme: Signature, delivery: Delivery, secrets: Mapping[str, str], public_keys: Sequence[str], now: dt.datetime
) -> None:
    given = delivery.headers[scheme.header.lower()][:MOST_HEADER]
    stamp = delivery.headers.get(scheme.timestamp_header.lower(), "") if scheme.timestamp_header else ""
    if scheme.pairs is not None:
        parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
        given, stamp = parts.get(scheme.pairs["signature"], ""), parts.get(scheme.pairs["timestamp"], "")
    timed = scheme.timestamp_header or scheme.pairs is not None
    if timed:
        _check_age(scheme, stamp, now)
    key = "" if scheme.is_public_key else secrets.get(scheme.key, "")
    message = _message(scheme, delivery, key, stamp)
    if scheme.is_public_key:
        good = any(
            _signed_by(scheme, pem, _decoded(scheme, given), message) for pem in (*scheme.public_keys, *public_keys)
        )
    else:
        good = bool(key) and hmac.compare_digest(_decoded(scheme, given), _digest(scheme, key, message))
    if not good:
        raise SignatureRefused("The signature does not fit the message.")
    if scheme.timestamp_path:
        _check_age(scheme, str(dig(_body(delivery), scheme.timestamp_path) or ""), now)


def _message(scheme: Signature, delivery: Delivery, key: str, stamp: str) -> bytes:
    """The signed bytes; the body goes in as it came, whatever is in it."""
    known = {"method": delivery.method, "uri": _uri(scheme, delivery.uri), "timestamp": stamp, "key": key}
    parts = {name: text.encode("utf-8", "surrogateescape") for name, text in known.items()} | {"body": delivery.body}
    return b"".join(
        parts[text] if index % 2 else text.encode() for index, text in enumerate(_PART.split(scheme.message))
    )


def _uri(scheme: Signature, uri: str) -> str:
    for character in scheme.uri_decoded:
        escape = quote(character, safe="") if quote(character, safe="") != character else f"%{ord(character):02X}"
        uri = uri.replace(escape, character).replace(escape.lower(), character)
    return uri


def _digest(scheme: Signature, key: str, message: bytes) -> bytes:
    if scheme.algorithm == "sha256":
        return hashlib.sha256(message).digest()
    return hmac.new(key.encode(), message, _HMACS[scheme.algorithm]).digest()


def _decoded(scheme: Signature, given: str) -> bytes:
    """The signature's bytes; b"" for what is none, which fits nothing."""
    try:
        if scheme.encoding == "hex":
            return bytes.fromhex(given.strip())
        return base64.b64decode(given.strip(), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _signed_by(scheme: Signature, pem: str, given: bytes, message: bytes) -> bool:
    try:
        key = serialization.load_pem_public_key(pem.encode())
        if scheme.algorithm == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(given, message)
            return True
        if scheme.algorithm == "rsa_sha256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(given, message, padding.PKCS1v15(), hashes.SHA256())
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False


def _check_age(scheme: Signature, stamp: str, now: dt.datetime) -> None:
    """Raises SignatureRefused for a time that is not within the window, on either side."""
    moment = _moment(scheme, stamp)
    if moment is None or abs(now.timestamp() - moment) > scheme.tolerance_s:
        raise SignatureRefused(
            "The message is too old, or its clock is wrong.",
            code="webhook.expired",
            remedy="Nothing to do: the platform sends it again, or the next backup finds the change.",
        )


def _moment(scheme: Signature, stamp: str) -> float | None:
    try:
        if scheme.timestamp_as == "rfc3339":
            moment = dt.datetime.fromisoformat(stamp)
            return moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=dt.UTC).timestamp()
        found = float(stamp) if len(stamp) < 20 and stamp.isascii() else float("nan")
    except (ValueError, OverflowError):
        return None
    found = found / 1000 if scheme.timestamp_as == "milliseconds" else found
    return found if found == found and abs(found) < 1e11 else None


def _body(delivery: Delivery) -> object:
    try:
        return msgspec.json.decode(delivery.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
