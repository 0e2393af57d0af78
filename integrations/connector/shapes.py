"""Decoders built from the manifest: records are sliced as raw bytes, only key, cursor and deleted flag are decoded."""

import re
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from integrations.connector.errors import BadResponse
from integrations.connector.model import Deletions, FieldPath, PageRule
from integrations.connector.records import Record
from integrations.connector.templates import ABSENT, fill

Getter = Callable[[Any], Any]
_SURROGATE = re.compile(rb"\\u[dD]([89a-fA-F])")
_PRIVATE = {digit: b"\\u" + b"e%d" % index for index, digit in enumerate(b"89abcdef")}
_PRIVATE |= {ord(chr(digit).upper()): value for digit, value in _PRIVATE.items()}


class Envelope(NamedTuple):
    """What a list answer holds: raw records and the values that paging needs."""

    records: list[bytes]
    next: Any = None
    more: Any = None
    total: Any = None
    pages: Any = None


def struct_of(leaves: Mapping[FieldPath, Any], name: str = "Part") -> type[msgspec.Struct]:
    """A struct that decodes the given paths and skips everything else. Absent leaves are UNSET."""
    tree: dict[str, dict[FieldPath, Any]] = {}
    for path, kind in leaves.items():
        tree.setdefault(path[0], {})[path[1:]] = kind
    fields: list[Any] = []
    for index, (key, below) in enumerate(tree.items()):
        kind = below[()] if () in below else struct_of(below, f"{name}{index}") | None
        fields.append(
            (f"f{index}", kind | msgspec.UnsetType, msgspec.field(default=msgspec.UNSET, name=key))
            if kind is not Any
            else (f"f{index}", Any, msgspec.field(default=msgspec.UNSET, name=key))
        )
    return msgspec.defstruct(name, fields, gc=False)


def getter_of(leaves: Mapping[FieldPath, Any], path: FieldPath) -> Getter:
    """Reads `path` of what `struct_of(leaves)` decoded; None where something above it is missing."""
    read = attrgetter(_steps(leaves, path))

    def get(value: Any) -> Any:
        try:
            found = read(value)
        except AttributeError:
            return None
        return None if found is msgspec.UNSET else found

    return get


def _steps(leaves: Mapping[FieldPath, Any], path: FieldPath) -> str:
    """The attributes that lead to `path` in what `struct_of(leaves)` makes."""
    steps: list[str] = []
    part = list(leaves)
    for depth, name in enumerate(path):
        order = list(dict.fromkeys(one[depth] for one in part if len(one) > depth))
        steps.append(f"f{order.index(name)}")
        part = [one for one in part if len(one) > depth and one[depth] == name]
    return ".".join(steps)


class ListShape:
    """Slices list answers."""

    def __init__(self, records: FieldPath, page: PageRule, *, single: bool = False) -> None:
        self._where = ".".join(records) or "its top"
        self._single = single
        self._root = not records
        wanted: dict[FieldPath, Any] = {}
        in_body = page.kind in ("next_url", "keyset") or (page.kind == "cursor" and page.source == "body")
        paths = {
            "next": page.next if in_body else (),
            "more": page.more,
            "total": page.total,
            "pages": page.pages,
        }
        if records:
            wanted[records] = msgspec.Raw if single else list[msgspec.Raw] | None
        wanted |= {path: Any for path in paths.values() if path}
        kind: Any = msgspec.Raw if single and self._root else list[msgspec.Raw]
        if not self._root:
            kind = struct_of(wanted, "Answer")
        self._decode = msgspec.json.Decoder(kind).decode
        self._read = None if self._root else getter_of(wanted, records)
        self._values = [(name, getter_of(wanted, path)) for name, path in paths.items() if path and not self._root]

    def envelope(self, body: bytes) -> Envelope:
        """Raises BadResponse: not JSON, truncated, or without a list where one is expected."""
        if body.startswith(b"\xef\xbb\xbf"):
            body = body[3:]
        try:
            found = self._decode(body)
        except msgspec.ValidationError as error:
            raise BadResponse(f"The answer does not have its records at {self._where}: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not _SURROGATE.search(body):
                raise damaged(error) from None
            return self._around_surrogates(body)
        except RecursionError:
            raise BadResponse("The answer is nested too deeply to be read.") from None
        return self._open(found)

    def _open(self, found: Any) -> Envelope:
        records = found if self._read is None else self._read(found)
        if self._single:
            raw = bytes(records) if records is not None else b""
            return Envelope([raw] if raw and raw != b"null" else [])
        if records is None:
            if not self._root and self._is_null(found):
                records = []
            else:
                raise BadResponse(f"The answer has no list of records at {self._where}.")
        values = {name: read(found) for name, read in self._values}
        return Envelope([bytes(raw) for raw in records], **values)

    def _is_null(self, found: Any) -> bool:
        """An explicit null stands for an empty list with some platforms; a missing field does not."""
        steps = found
        for name in found.__struct_fields__[:1]:
            steps = getattr(found, name)
        while isinstance(steps, msgspec.Struct):
            steps = getattr(steps, steps.__struct_fields__[0])
        return steps is None

    def _around_surrogates(self, body: bytes) -> Envelope:
        """Lone surrogates are legal bytes that msgspec refuses: slice a twin of the same length, cut the original."""
        twin = without_surrogates(body)
        try:
            envelope = self._open(self._decode(twin))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise damaged(error) from None
        records, position = [], 0
        for raw in envelope.records:
            position = twin.index(raw, position)
            records.append(body[position : position + len(raw)])
            position += len(raw)
        return envelope._replace(records=records)


class RecordShape:
    """Makes records out of raw bytes."""

    def __init__(self, key: tuple[str, ...], cursor: FieldPath, deletions: Deletions) -> None:
        self._fixed = {part for part in key if "{" in part}
        self._key = [part if part in self._fixed else tuple(part.split(".")) for part in key]
        leaves: dict[FieldPath, Any] = {part: Any for part in self._key if isinstance(part, tuple)}
        if cursor:
            leaves[cursor] = Any
        if deletions.flag:
            leaves[deletions.flag] = Any
        self._decode = msgspec.json.Decoder(struct_of(leaves, "Fields") if leaves else Any).decode
        self._parts = [part if isinstance(part, str) else getter_of(leaves, part) for part in self._key]
        self._names = ", ".join(key)
        self._cursor = getter_of(leaves, cursor) if cursor else None
        self._flag = getter_of(leaves, deletions.flag) if deletions.flag else None
        self._flag_values = deletions.flag_values
        self._at_once = self._together(leaves, cursor, deletions.flag)

    def _together(self, leaves: dict[FieldPath, Any], cursor: FieldPath, flag: FieldPath) -> Getter | None:
        """Key, cursor and flag by one call, for keys of one field; what the stream lacks is read as its key."""
        key = self._key[0]
        if len(self._key) != 1 or isinstance(key, str):
            return None
        return attrgetter(*(_steps(leaves, path or key) for path in (key, cursor, flag)))

    def records(self, raws: Iterable[bytes], values: Mapping[str, Any], deleted: bool) -> list[Record]:
        """Each record of a page. Raises as `record`."""
        together, decode, made = self._at_once, self._decode, list[Record]()
        if together is None:
            return [self.record(raw, values, deleted) for raw in raws]
        has_cursor, has_flag = self._cursor is not None, self._flag is not None
        # The usual shapes without a call of ours: this runs for every record there is.
        for raw in raws:
            try:
                key, cursor, flag = together(decode(raw))
            except (msgspec.DecodeError, UnicodeDecodeError, AttributeError):
                made.append(self.record(raw, values, deleted))
                continue
            if type(key) is int:
                key = str(key)
            if not has_cursor:
                cursor = None
            elif type(cursor) is int:
                cursor = str(cursor)
            elif type(cursor) is not str:
                cursor = key = None
            if type(key) is not str:
                made.append(self.record(raw, values, deleted))
                continue
            gone = deleted or (has_flag and flag is not False and self._is_flagged(flag))
            made.append(tuple.__new__(Record, (key, cursor, raw, gone)))
        return made

    def record(self, raw: bytes, values: Mapping[str, Any], deleted: bool) -> Record:
        """Raises BadResponse when the record has no key or is no object."""
        try:
            fields = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            fields = self._leniently(raw)
        return self._record_of(fields, raw, values, deleted)

    def _record_of(self, fields: Any, raw: bytes, values: Mapping[str, Any], deleted: bool) -> Record:
        parts = self._parts
        if len(parts) == 1 and not isinstance(parts[0], str):
            found = parts[0](fields)
            key = found if type(found) is str else self._text(found)
        else:
            key = self._joined(fields, values)
        cursor = None
        if self._cursor is not None:
            cursor = self._cursor(fields)
            if cursor is not None and type(cursor) is not str:
                cursor = plain_text(cursor)
        if self._flag is not None and not deleted:
            deleted = self._is_flagged(self._flag(fields))
        return Record(key, cursor, raw, deleted)

    def _is_flagged(self, value: Any) -> bool:
        if value is None or value is False or value is msgspec.UNSET:
            return value is not msgspec.UNSET and any(value is one for one in self._flag_values)
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in self._flag_values)

    def _joined(self, fields: Any, values: Mapping[str, Any]) -> str:
        found: list[str] = []
        for part in self._parts:
            value = fill(part, values) if isinstance(part, str) else part(fields)
            found.append(value if type(value) is str else self._text(None if value is ABSENT else value))
        return found[0] if len(found) == 1 else msgspec.json.encode(found).decode()

    def _text(self, value: Any) -> str:
        if value is None or isinstance(value, list | dict):
            raise BadResponse(f"A record has no key: {self._names} is missing or is no plain value.")
        return plain_text(value)

    def _leniently(self, raw: bytes) -> Any:
        """The same fields when one of them has an unexpected shape, or text that msgspec refuses."""
        twin = without_surrogates(raw)
        try:
            return self._decode(twin)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        try:
            whole = msgspec.json.decode(twin)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadResponse(f"A record cannot be read: {error}") from None
        if not isinstance(whole, dict):
            raise BadResponse("A record is not an object.")
        # Only well-shaped branches are kept, so that what is left decodes: `properties: [1]` counts as missing.
        kept = {name: value for name, value in whole.items() if not isinstance(value, list)}
        try:
            return self._decode(msgspec.json.encode(kept))
        except msgspec.DecodeError:
            return self._decode(msgspec.json.encode({k: v for k, v in kept.items() if not isinstance(v, dict)}))


def plain_text(value: Any) -> str:
    """A scalar as text, as JSON writes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def without_surrogates(body: bytes) -> bytes:
    """The same bytes with every surrogate escape replaced by another escape of the same length."""
    return _SURROGATE.sub(lambda match: _PRIVATE[match[1][0]], body)


def damaged(error: Exception) -> BadResponse:
    truncated = "truncated" in str(error)
    code = "response.truncated" if truncated else "response.not_json"
    told = "ends in the middle" if truncated else f"is not JSON: {error}"
    return BadResponse(f"The answer {told}.", code=code)


def dig(value: Any, path: FieldPath) -> Any:
    """The value at `path` of decoded JSON, or None."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
