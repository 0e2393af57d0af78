"""From one page to the next. A position is a small dict that JSON can hold; {} is the first page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from integrations.connector.errors import CursorLoop
from integrations.connector.exchange import Ask
from integrations.connector.model import PageRule
from integrations.connector.records import Record
from integrations.connector.shapes import Envelope, dig, plain_text
from listbackup.core.http.client import Fetched

Position = dict[str, Any]
_REPEATS = 3  # the same records under a new cursor: platforms do that once, not for ever


def place(ask: Ask, rule: PageRule, position: Position) -> Ask:
    """The request for a position."""
    if "url" in position:
        return replace(ask, url=position["url"], query={})
    settings: dict[str, Any] = {}
    if rule.size is not None and rule.size_param:
        settings[rule.size_param] = rule.size
    if rule.param:
        value = _value(rule, position)
        if value is not None:
            settings[rule.param] = value
    settings |= position.get("also", {})
    if not settings:
        return ask
    if rule.place == "query":
        return replace(ask, query={**ask.query, **settings})
    body = ask.body if isinstance(ask.body, dict) else {}
    for name, value in settings.items():
        body = _with(body, name.split("."), value)
    return replace(ask, body=body)


def values_at(position: Position) -> dict[str, Any]:
    """Placeholders that paging itself fills."""
    return {"last_key": position["last_key"]} if "last_key" in position else {}


def following(
    rule: PageRule, position: Position, envelope: Envelope, records: Sequence[Record], response: Fetched
) -> Position | None:
    """The next position, or None after the last page."""
    count = len(envelope.records)
    if rule.more and envelope.more is not None and not _true(envelope.more):
        return None
    step = _STEPS[rule.kind](rule, position, envelope, response, count)
    if step is None:
        return None
    if rule.kind == "keyset":
        return {"last_key": records[-1].key} if records else None
    seen = position.get("seen", 0) + count
    if "last_key" in position:
        step = {**step, "last_key": position["last_key"]}
    if rule.cap is not None:
        step = {**step, "seen": seen}
        if seen >= rule.cap and records:
            # Past its cap the platform answers an error or starts anew: go on behind the last key.
            return {"last_key": records[-1].key}
    return step


class LoopGuard:
    """Notices cursors that come back (A-A, A-B-A) and pages that repeat for ever."""

    def __init__(self, rule: PageRule, stream: str) -> None:
        self._stream = stream
        self._counts = rule.kind in ("number", "offset")
        self._seen: set[int] = set()
        self._last: int | None = None
        self._repeats = 0

    def check(self, position: Position, records: Sequence[Record], step: Position | None) -> None:
        """Raises CursorLoop."""
        for one in (position, step):
            if one is None:
                continue
            mark = hash(
                msgspec.json.encode({name: value for name, value in one.items() if name != "seen"}, order="sorted")
            )
            if one is step and mark in self._seen:
                raise CursorLoop("The platform led back to a page that was read before.", stream=self._stream)
            self._seen.add(mark)
        print_ = hash(tuple([(record.key, record.cursor) for record in records])) if records else None
        self._repeats = self._repeats + 1 if print_ is not None and print_ == self._last else 0
        self._last = print_
        if self._repeats >= (1 if self._counts else _REPEATS):
            raise CursorLoop("The platform sends the same page again and again.", stream=self._stream)


def _value(rule: PageRule, position: Position) -> Any:
    if rule.kind == "number":
        return position.get("number", rule.start)
    if rule.kind == "offset":
        return position.get("offset", rule.start)
    if rule.kind == "keyset":
        return position.get("last_key")
    return position.get("token")


def _cursor(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    if rule.source == "header":
        found: Any = response.headers.get(rule.header)
    elif rule.source == "last_record":
        if not count or (not rule.more and rule.size is not None and count < rule.size):
            return None
        found = dig(msgspec.json.decode(envelope.records[-1]), rule.next)
    else:
        found = envelope.next
    if found in (None, "", False) or found == []:
        return None
    if rule.from_url and isinstance(found, str) and "://" in found:
        # Only the cursor is taken out of it: the rest of the address stays our own.
        found = dict(parse_qsl(urlsplit(found).query)).get(rule.param)
        if not found:
            return None
    whole = isinstance(found, str | int) or (rule.place == "body" and isinstance(found, list))
    step: Position = {"token": found if whole else plain_text(found)}
    return step | {"also": _also(rule, envelope, response)} if rule.also else step


def _also(rule: PageRule, envelope: Envelope, response: Fetched) -> dict[str, Any]:
    """Further parameters that travel with a cursor, from where the cursor is."""
    raw = envelope.records[-1] if rule.source == "last_record" else response.content
    whole = msgspec.json.decode(raw)
    found = {name: dig(whole, path) for name, path in rule.also.items()}
    return {name: value for name, value in found.items() if value is not None}


def _next_url(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    found = response.headers.get(rule.header) if rule.header else envelope.next
    return {"url": str(found)} if found else None


def _link(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    found = response.links.get("next", {}).get("url")
    return {"url": found} if found else None


def _number(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    current = position.get("number", rule.start)
    pages = whole_number(envelope.pages)
    if pages is not None and current - rule.start + 1 >= pages:
        return None
    return {"number": current + 1} if _goes_on(rule, envelope, count, position) else None


def _offset(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    reached = position.get("offset", rule.start) + count
    total = whole_number(envelope.total)
    if rule.total_ends and total is not None and reached - rule.start >= total:
        return None
    return {"offset": reached} if _goes_on(rule, envelope, count, position) else None


def _keyset(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    if rule.next:
        # A page may be short because records in it were deleted meanwhile: only the platform knows the last one.
        return None if envelope.next in (None, "", False) else {}
    if not _goes_on(rule, envelope, count, position):
        return None
    return {}


def _none(rule: PageRule, position: Position, envelope: Envelope, response: Fetched, count: int) -> Position | None:
    return None


_STEPS = {
    "cursor": _cursor,
    "next_url": _next_url,
    "link_header": _link,
    "number": _number,
    "offset": _offset,
    "keyset": _keyset,
    "none": _none,
}


def _goes_on(rule: PageRule, envelope: Envelope, count: int, position: Position) -> bool:
    if not count:
        return False
    if rule.more:
        return True
    return not (rule.stop == "short" and rule.size is not None and count < rule.size)


def _true(value: Any) -> bool:
    return value not in (False, None, 0, "", "false", "False", "0")


def whole_number(value: Any) -> int | None:
    """A count as platforms write it, also as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else None


def _with(body: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """`body` with `value` at `path`; the original is left alone."""
    if len(path) == 1:
        return {**body, path[0]: value}
    below = body.get(path[0])
    return {**body, path[0]: _with(below if isinstance(below, dict) else {}, path[1:], value)}
