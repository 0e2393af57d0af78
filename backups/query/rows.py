"""What queries answer with, and the raw text search."""

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from listbackup.core.text import encodable

VERSION = "(number::BIGINT * 1099511627776 + seq)"  # orders versions: by snapshot, then by order in the run


@dataclass(frozen=True, slots=True)
class RecordRow:
    key: str
    cursor: str | None
    raw: bytes  # the record's JSON as received
    hash: bytes  # 16 bytes, content hash

    def parsed(self) -> Any:
        return parse(self.raw)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record: `op` is "u" or "d"; `raw` is None for a deletion; `taken_at` None if its manifest is gone."""

    number: int
    seq: int
    snapshot: str | None
    taken_at: str | None
    op: str
    raw: bytes | None
    hash: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    stream: str
    row: RecordRow


@dataclass(frozen=True, slots=True)
class Past:
    """A version that contains what was searched for: it held from snapshot `number` on, until snapshot `until` (None: it
    still does), in which the record was `end`: changed or deleted."""

    stream: str
    key: str
    version: int
    number: int
    raw: bytes
    until: int | None
    end: str  # changed, deleted, or empty


def parse(raw: bytes) -> Any:
    """The record as Python values; lone surrogates survive. What is no JSON comes back as text."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            return json.loads(raw.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return raw.decode("utf-8", "replace")


def parse_printable(raw: bytes) -> Any:
    """As `parse`, for answers in UTF-8 JSON: lone surrogates and numbers that JSON does not know become text."""
    text = encodable(json.dumps(parse(raw), ensure_ascii=False))
    return json.loads(text, parse_constant=str)


def flatten(record: Any) -> dict[str, Any]:
    """Fields of a record as a table shows them: members of objects one level down get dotted names."""
    if not isinstance(record, dict):
        return {"value": record}
    fields: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value:
            fields.update({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            fields[name] = value
    return fields


def pattern(text: str) -> str:
    """An RE2 pattern (for flag i) of how `text` may look inside JSON: as it is, or with characters escaped."""
    forms = []
    for form in (text, text.lower(), text.upper()):
        plain = json.dumps(form, ensure_ascii=False)[1:-1]
        forms += [form, plain, plain.replace("/", "\\/"), json.dumps(form)[1:-1]]
    writable = (form for form in dict.fromkeys(forms) if not any(0xD800 <= ord(c) <= 0xDFFF for c in form))
    return "|".join(re.sub(r"([^\w\s]|_)", r"\\\1", form) for form in writable)
