"""Fill a new SQLite file: records, associations, then everything else. Deterministic from seed, scale and types."""

import contextlib
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from integrations.sandbox import database
from integrations.sandbox.clock import iso
from integrations.sandbox.config import SandboxConfig
from integrations.sandbox.object_types import OBJECT_TYPES, ObjectType
from integrations.sandbox.seed import activities, people, trade
from integrations.sandbox.seed.ids import record_id
from integrations.sandbox.seed.items import fill_items
from integrations.sandbox.seed.links import fill_links
from integrations.sandbox.seed.properties import definitions

Row = tuple[int, int, int, int, int, str | None, bytes]
ARCHIVED_SHARE = 100  # one archived record for so many live ones

BUILDERS: dict[str, Callable[[int, int, random.Random, int], dict[str, Any]]] = {
    "contacts": people.contact,
    "companies": people.company,
    "deals": trade.deal,
    "tickets": trade.ticket,
    "products": trade.product,
    "line_items": trade.line_item,
    "quotes": trade.quote,
    "leads": trade.lead,
    "pets": trade.pet,
    "subscriptions_x": trade.subscription_x,
    "users": trade.user,
    "calls": activities.call,
    "emails": activities.email,
    "meetings": activities.meeting,
    "notes": activities.note,
    "tasks": activities.task,
}


def plan_counts(scale: int, types: tuple[str, ...] = ()) -> dict[str, int]:
    """Live records of each type; they add up to `scale`."""
    kinds = [kind for kind in OBJECT_TYPES if not types or kind.name in types]
    shares = sum(kind.share for kind in kinds)
    fixed = {kind.name: kind.fixed for kind in kinds if kind.fixed}
    left = max(scale - sum(fixed.values()), 0)
    counts = {kind.name: left * kind.share // shares if shares else 0 for kind in kinds}
    for name, number in fixed.items():
        counts[name] = min(number, scale)
    largest = max(kinds, key=lambda kind: kind.share).name
    counts[largest] += scale - sum(counts.values())
    return counts


def prepare(config: SandboxConfig) -> Path:
    """The path of a complete file for this configuration: an existing one, or a new one made in a few seconds."""
    path = config.database_path
    if database.is_complete(path):
        return path
    config.data_dir.mkdir(parents=True, exist_ok=True)
    # Filled beside and renamed at the end: a killed start leaves no half-filled file under the final name.
    temporary = path.with_suffix(".new")
    for stale in (path, temporary):
        for suffix in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{stale}{suffix}").unlink()
    connection = sqlite3.connect(temporary, isolation_level=None)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        fill(connection, config)
    finally:
        connection.close()
    temporary.rename(path)
    return path


def fill(connection: sqlite3.Connection, config: SandboxConfig) -> None:
    """Create the tables and put all seeded data in."""
    connection.executescript(database.TABLES)
    connection.execute("BEGIN")
    counts = plan_counts(config.scale, config.types)
    for kind in OBJECT_TYPES:
        if counts.get(kind.name):
            rows = _rows(kind, counts[kind.name], counts.get("companies", 0), config.seed)
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        _fill_properties(connection, kind)
    fill_links(connection, counts, config.seed)
    fill_items(connection, counts, config.seed)
    connection.execute("COMMIT")
    connection.executescript(database.INDEXES)
    database.set_meta(connection, "complete", database.FORMAT)


def _rows(kind: ObjectType, count: int, companies: int, seed: int) -> Iterator[Row]:
    """Live records, with the archived ones after them."""
    rng = random.Random(f"{seed}:{kind.name}")
    build = BUILDERS.get(kind.name, trade.other)
    empty = dict.fromkeys(str(definition["name"]) for definition in definitions(kind))
    archived_from = count
    total = count + count // ARCHIVED_SHARE
    index, unique = kind.index, kind.unique
    for number in range(total):
        identifier = record_id(kind, number)
        values = build(number, identifier, rng, companies)
        created, modified = values.pop("")
        properties = empty | values
        properties[kind.created] = created_text = iso(created)
        properties[kind.modified] = modified_text = iso(modified)
        properties["hs_object_id"] = str(identifier)
        archived = number >= archived_from
        document = {
            "id": str(identifier),
            "properties": properties,
            "createdAt": created_text,
            "updatedAt": modified_text,
            "archived": archived,
        }
        if archived:
            document["archivedAt"] = modified_text
        document["url"] = kind.url(identifier)
        key = properties[unique] if unique else None
        yield identifier, index, int(archived), created, modified, key, orjson.dumps(document)


def _fill_properties(connection: sqlite3.Connection, kind: ObjectType) -> None:
    found = definitions(kind)
    connection.executemany(
        "INSERT INTO items VALUES ('properties', ?, ?, ?, 0, 0, ?)",
        [(item["name"], kind.name, place, orjson.dumps(item)) for place, item in enumerate(found)],
    )
    database.set_meta(connection, f"seeded-properties:{kind.name}", ",".join(str(item["name"]) for item in found))
