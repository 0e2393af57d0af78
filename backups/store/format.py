"""Constants, names and hashes of the snapshot format (docs/format.md, sections 1, 2 and 5)."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring  # type: ignore[attr-defined]
from typing import Any

import msgspec

from listbackup.core.errors import InvalidInput

from .errors import RecordRefused

FORMAT = 1
ROW_GROUP_ROWS = 8192
ROW_GROUP_BYTES = 16 * 1024 * 1024  # of raw: bounds the memory of streams with large records
PART_BYTES = 96 * 1024 * 1024  # of raw: what is lost at most when a process dies between two flushes
HASH_BYTES = 16
DELETED_HASH = bytes(HASH_BYTES)

MANIFEST, CHECKSUMS, KEYS = "metadata.json", "checksums.txt", "keys.json"

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_NOT_SLUG = re.compile(rb"[^a-z0-9_.]")


def check_id(value: str) -> str:
    """`value` itself. Raises InvalidInput unless it can stand in object names and associated data."""
    if not _ID.match(value):
        raise InvalidInput(f"{value!r} cannot be an identifier in the snapshot store.", code="store.bad_id")
    return value


@dataclass(frozen=True, slots=True)
class Identity:
    """What an object is: bound to its bytes as associated data. `kind`: segment, seen or manifest."""

    kind: str
    account: str
    source: str
    snapshot: str
    part: str = ""

    @property
    def associated_data(self) -> bytes:
        fields = (self.kind, self.account, self.source, self.snapshot, self.part)
        return f"listbackup:{FORMAT}:{':'.join(fields)}".encode()


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one snapshot. `date` is YYYY-MM-DD."""

    account: str
    source: str
    date: str
    snapshot: str

    @property
    def folder(self) -> str:
        return f"accounts/{self.account}/sources/{self.source}/{self.date}/{self.snapshot}/"

    @property
    def manifest(self) -> str:
        return self.folder + MANIFEST

    @property
    def checksums(self) -> str:
        return self.folder + CHECKSUMS

    def segment(self, part: str) -> str:
        return f"{self.folder}{part}.parquet"

    def seen(self, part: str) -> str:
        return f"{self.folder}{part}.seen"

    def identity(self, kind: str, part: str = "") -> Identity:
        return Identity(kind, self.account, self.source, self.snapshot, part)


def source_folder(account: str, source: str) -> str:
    return f"accounts/{account}/sources/{source}/"


def keys_name(account: str) -> str:
    return f"accounts/{account}/{KEYS}"


def slug(stream: str) -> str:
    """The stream's name as a file name that differs on every file system (docs/format.md, section 2)."""
    text = _NOT_SLUG.sub(lambda found: b"%%%02X" % found[0][0], stream.encode("utf-8", "backslashreplace")).decode()
    if len(text) <= 80:
        return text
    return f"{text[:60]}~{hashlib.blake2b(stream.encode('utf-8', 'backslashreplace'), digest_size=16).hexdigest()[:16]}"


def part_name(stream: str, number: int, token: str) -> str:
    return f"{slug(stream)}-{number:04d}-{token}"


# -- the content hash ---------------------------------------------------------------------------------------------


def _literal(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


_decode: Callable[[bytes], Any] = msgspec.json.Decoder(float_hook=_literal).decode
_encode: Callable[[Any], bytes] = msgspec.json.Encoder(order="sorted").encode
_blake2b = hashlib.blake2b


def canonical_json(raw: bytes) -> bytes:
    """The record in the one form that is hashed. What cannot be parsed is returned as it is.

    Raises RecordRefused when `raw` is not UTF-8.
    """
    try:
        return _encode(_decode(raw))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _canonical_slow(raw)


def content_hash(raw: bytes) -> bytes:
    """16 bytes: BLAKE2b of the canonical JSON. Raises RecordRefused when `raw` is not UTF-8."""
    return _blake2b(canonical_json(raw), digest_size=HASH_BYTES).digest()


def content_hashes(raws: Sequence[bytes | None]) -> list[bytes]:
    """`content_hash` of each record, DELETED_HASH for None. Raises RecordRefused."""
    try:
        # The usual case without a line of ours per record: what is faulty or deleted stops it.
        canonical = map(_encode, map(_decode, raws))  # type: ignore[arg-type]
        return [_blake2b(text, digest_size=HASH_BYTES).digest() for text in canonical]
    except (msgspec.DecodeError, UnicodeError, RecursionError, TypeError):
        return [DELETED_HASH if raw is None else content_hash(raw) for raw in raws]


class _Number(str):
    """A number's literal, to be written as it was."""


def _integer(text: str) -> _Number:
    return _Number("0" if text == "-0" else text)


def _canonical_slow(raw: bytes) -> bytes:
    """For what the fast parser refuses: lone surrogates, numbers of thousands of digits, broken JSON."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise RecordRefused(f"A record is not UTF-8 text ({error.reason} at byte {error.start}).") from error
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_Number, parse_constant=_Number)
        return _write(value).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return raw


def _write(value: Any) -> str:
    if isinstance(value, _Number):
        return value
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring(name)}:{_write(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    return {True: "true", False: "false", None: "null"}[value]
