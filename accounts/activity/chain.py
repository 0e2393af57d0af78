"""The hash chain: each entry's hash covers all that it says and the hash of the one before it.

An entry as the chain sees it is a plain dictionary of facts; with its hash it is one line of the archive, of exports
and of the feed. Version 1 left some facts out; its entries keep verifying as they were written.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from listbackup.core.clock import UTC, rfc3339
from listbackup.core.spreadsheets import writable

if TYPE_CHECKING:
    from accounts.activity.models import Entry

VERSION = 2
_COVERED_BY_1 = ("number", "at", "account", "user", "actor", "action", "object", "detail", "previous")
_MOST_TEXT = 2000  # characters of one value of a detail
_MOST_DEPTH = 8
_EXACT_INTEGER = 2**53  # larger ones are read differently by other programs


def facts(entry: "Entry") -> dict[str, Any]:
    """Everything that the entry says, as plain values."""
    return {
        "number": entry.number,
        "id": str(entry.pk),
        "at": rfc3339(entry.at) if entry.hash_version == 1 else _exact(entry.at),
        "account": str(entry.account_id),
        "user": str(entry.user_id) if entry.user_id else None,
        "actor": entry.actor,
        "via": str(entry.via),
        "ip": str(entry.ip) if entry.ip else None,
        "device": entry.device,
        "action": entry.action,
        "object": [entry.object_type, entry.object_id, entry.object_label],
        "detail": entry.detail,
        "correlation_id": entry.correlation_id,
        "previous": entry.previous_hash,
        "version": entry.hash_version,
    }


def line(entry: "Entry") -> dict[str, Any]:
    """The facts with their hash."""
    return facts(entry) | {"hash": entry.hash}


def digest(said: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, over the canonical JSON (sorted keys, no spaces) of a line without its hash."""
    if said["version"] == 1:
        covered = {name: said[name] for name in _COVERED_BY_1}
    else:
        covered = {name: value for name, value in said.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as PostgreSQL keeps it and gives it back unchanged; what it cannot keep becomes text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < _EXACT_INTEGER:
        return value
    if isinstance(value, float) and math.isfinite(value) and 1e-6 < abs(value) < 1e15:
        return value
    if isinstance(value, Mapping) and depth < _MOST_DEPTH:
        return {text(str(name), 200): plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple) and depth < _MOST_DEPTH:
        return [plain(item, depth + 1) for item in value]
    return text(str(value), _MOST_TEXT)


def text(value: str, most: int) -> str:
    """At most `most` characters, without what PostgreSQL refuses: NUL and half surrogate pairs."""
    return writable(value)[:most]


def _exact(moment: dt.datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
