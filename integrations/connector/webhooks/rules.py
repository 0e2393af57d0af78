"""A manifest's `webhooks` as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FieldPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """One scheme. `message` says what is signed: text with {key}, {method}, {uri}, {body} and {timestamp} in it.

    `key` names the shared secret: client_secret (our application's) or signing_secret (the connection's). The public
    key schemes have `public_keys` (PEM) in the manifest, and more from the operator. `pairs` are the names of time and
    signature in a header such as `t=1,v1=ab`. `uri_decoded`: characters that the platform signs unescaped.
    """

    header: str
    algorithm: str
    message: str = "{body}"
    encoding: str = "hex"
    key: str = "client_secret"
    public_keys: tuple[str, ...] = ()
    pairs: Mapping[str, str] | None = None
    timestamp_header: str = ""
    timestamp_path: FieldPath = ()
    timestamp_as: str = "seconds"
    tolerance_s: float = 300.0
    uri_decoded: str = ""
    when: Mapping[str, str] | None = None

    @property
    def is_public_key(self) -> bool:
        return self.algorithm in ("ed25519", "rsa_sha256")


@dataclass(frozen=True, slots=True)
class EventRule:
    """Events of `type` (a last `*` stands for any rest) are about `stream`, and the record at `key` when it is told."""

    type: str
    stream: str
    key: FieldPath = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`address`: app (one for all accounts, events name theirs at `account`) or connection (each its own)."""

    rules: tuple[EventRule, ...]
    address: str = "connection"
    account: FieldPath = ()
    signatures: tuple[Signature, ...] = ()
    format: str = "json"
    items: FieldPath = ()
    type: FieldPath = ("type",)
    id: tuple[FieldPath, ...] = ()
    answers_get: bool = False
    echo_header: str = ""
    help: str = ""


def webhooks_of(plain: Mapping[str, Any]) -> Webhooks:
    """Out of validated plain data."""
    known = {name: plain[name] for name in ("address", "format", "answers_get", "echo_header", "help") if name in plain}
    for name in ("account", "items", "type"):
        if name in plain:
            known[name] = _path(plain[name])
    return Webhooks(
        rules=tuple(_rule(rule) for rule in plain["events"]),
        signatures=tuple(_signature(one) for one in plain.get("signatures", ())),
        id=tuple(_path(path) for path in plain.get("id", ())),
        **known,
    )


def _rule(plain: Mapping[str, Any]) -> EventRule:
    return EventRule(plain["type"], plain["stream"], _path(plain.get("key", "")), plain.get("deleted", False))


def _signature(plain: Mapping[str, Any]) -> Signature:
    known = dict(plain)
    known["public_keys"] = tuple(known.get("public_keys", ()))
    known["timestamp_path"] = _path(known.get("timestamp_path", ""))
    return Signature(**known)


def _path(text: str) -> FieldPath:
    return tuple(part for part in text.split(".") if part)
