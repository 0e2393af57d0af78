"""How records are shown: columns for a table, fields for one record, and the difference of two versions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backups.query.rows import RecordRow, flatten
from listbackup.core.text import encodable

MAX_COLUMNS = 6
CELL_LENGTH = 120
# Names that tell people which record it is, best first; the part after the last dot counts.
TELLING = (
    "name",
    "firstname",
    "lastname",
    "email",
    "title",
    "subject",
    "dealname",
    "label",
    "amount",
    "phone",
    "status",
)
# What every record has and nobody looks for in a table.
HIDDEN = {"archived", "url", "id", "object", "createdAt", "updatedAt", "hs_object_id", "createdate"}


@dataclass(frozen=True)
class TableRow:
    key: str
    cells: list[str]


@dataclass(frozen=True)
class FieldChange:
    """`kind`: added, removed, changed or same; values as shown, None where the field did not exist."""

    field: str
    kind: str
    old: str | None
    new: str | None


def printable(value: Any) -> str:
    """A value as people read it; lone surrogates and control characters become visible marks, never errors."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int | float):
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return "".join(char if char >= " " or char in "\n\t" else "�" for char in encodable(text))


def short(value: Any) -> str:
    text = printable(value).replace("\n", " ")
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"


def table(rows: Sequence[RecordRow]) -> tuple[list[tuple[str, str]], list[TableRow]]:
    """(columns, rows): telling fields first, then those that most records of the page have.

    A column is (its short name, its whole name): `firstname` of `properties.firstname` unless two would read alike.
    """
    flat = [flatten(row.parsed()) for row in rows]
    filled: dict[str, int] = {}
    for fields in flat:
        for name, value in fields.items():
            if value not in (None, "", [], {}) and name.split(".")[-1] not in HIDDEN:
                filled[name] = filled.get(name, 0) + 1

    def order(name: str) -> tuple[int, int, str]:
        last = name.split(".")[-1]
        return (TELLING.index(last) if last in TELLING else len(TELLING), -filled[name], name)

    names = sorted(filled, key=order)[:MAX_COLUMNS]
    cells = [[short(fields.get(name)) for name in names] for fields in flat]
    return headings(names), [TableRow(row.key, values) for row, values in zip(rows, cells, strict=True)]


def headings(names: Sequence[str]) -> list[tuple[str, str]]:
    """Short names, whole where the short one is not enough to tell two columns apart."""
    last = [name.split(".")[-1] for name in names]
    return [(short if last.count(short) == 1 else name, name) for short, name in zip(last, names, strict=True)]


def fields_of(raw: bytes | None) -> dict[str, str]:
    """All fields of one version as text, empty for a deletion."""
    if raw is None:
        return {}
    record = RecordRow("", None, raw, b"").parsed()
    return {name: printable(value) for name, value in flatten(record).items()}


def pretty(raw: bytes | None) -> str:
    """The JSON, indented; what cannot be parsed is shown as it is."""
    if raw is None:
        return ""
    record = RecordRow("", None, raw, b"").parsed()
    return json.dumps(record, ensure_ascii=True, indent=2) if not isinstance(record, str) else printable(record)


def difference(old: bytes | None, new: bytes | None) -> list[FieldChange]:
    """Field by field, changes first, each group in order of names."""
    before, after = fields_of(old), fields_of(new)
    changes = []
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was == now:
            kind = "same"
        elif was is None:
            kind = "added"
        else:
            kind = "removed" if now is None else "changed"
        changes.append(FieldChange(name, kind, was, now))
    return sorted(changes, key=lambda change: change.kind == "same")
