"""Which records a webhook is about."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from integrations.connector.shapes import dig, plain_text
from integrations.connector.webhooks.rules import EventRule, FieldPath, Webhooks
from listbackup.core.errors import InvalidInput

MOST_EVENTS = 5_000
MOST_KEY = 200


class EventsUnreadable(InvalidInput):
    code = "webhook.unreadable"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something about this record may have changed; without a key about the stream. `deleted`: it is said to be gone."""

    stream: str
    key: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """`identity` is the same for the same event sent twice; `account` is the platform's own id, where it is told."""

    identity: str
    account: str
    hints: tuple[Hint, ...]


def read_events(webhooks: Webhooks, body: bytes) -> list[Event]:
    """The events of a body. Raises EventsUnreadable for what has another shape than the manifest says."""
    whole = _decoded(webhooks, body)
    found = whole
    if webhooks.items:
        found = dig(whole, webhooks.items)
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST_EVENTS:
        raise EventsUnreadable(f"The message holds more than {MOST_EVENTS} events.")
    outer = whole if isinstance(whole, dict) else {}
    return [_event(webhooks, item, outer) for item in items if isinstance(item, dict)]


def _event(webhooks: Webhooks, item: Mapping[str, Any], outer: Mapping[str, Any]) -> Event:
    def text(path: FieldPath) -> str:
        value = dig(item, path)
        value = dig(outer, path) if value is None else value
        return "" if value is None or isinstance(value, dict | list) else plain_text(value)

    kind = text(webhooks.type)
    hints = tuple(dict.fromkeys(_hints(webhooks.rules, kind, text)))
    marks = (
        [text(path) for path in webhooks.id] if webhooks.id else [msgspec.json.encode(item, order="sorted").decode()]
    )
    identity = hashlib.sha256("\x00".join([kind, *marks]).encode("utf-8", "surrogatepass")).hexdigest()
    return Event(identity, text(webhooks.account) if webhooks.account else "", hints)


def _hints(rules: tuple[EventRule, ...], kind: str, text: Any) -> Iterator[Hint]:
    for rule in rules:
        fits = kind.startswith(rule.type[:-1]) if rule.type.endswith("*") else kind == rule.type
        if not fits:
            continue
        key = text(rule.key) if rule.key else ""
        if not rule.key:
            yield Hint(rule.stream)
        elif key and len(key) <= MOST_KEY and key.isascii() and key.isprintable():
            # Anything else is nobody's key: the next backup reads what it was about.
            yield Hint(rule.stream, key, rule.deleted)


def _decoded(webhooks: Webhooks, body: bytes) -> Any:
    if webhooks.format == "form":
        return _form(body)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EventsUnreadable("The message is not JSON.") from None


def _form(body: bytes) -> dict[str, Any]:
    """A form with names such as `data[email]` as nested objects; of a name that comes twice the last one counts."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=2_000)
    except ValueError:
        raise EventsUnreadable("The message is not a form.") from None
    whole: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = name.split("[")
        inner = whole
        path = [head, *(part.removesuffix("]") for part in rest[:8])]
        for part in path[:-1]:
            below = inner.get(part)
            if not isinstance(below, dict):
                below = inner[part] = {}
            inner = below
        inner[path[-1]] = value
    return whole
