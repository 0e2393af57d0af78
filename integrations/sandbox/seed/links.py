"""Seeded associations. Each pair is stored in both directions."""

import random
import sqlite3
from collections.abc import Iterator

from integrations.sandbox.association_types import REVERSE
from integrations.sandbox.object_types import BY_NAME
from integrations.sandbox.seed.ids import record_id

# (from, to, share of the first that has one, type ids)
_PLAN = (
    ("contacts", "companies", 0.7, "279,1"),
    ("deals", "contacts", 0.9, "3"),
    ("deals", "companies", 0.9, "341,5"),
    ("tickets", "contacts", 0.9, "16"),
    ("tickets", "companies", 0.6, "339,26"),
    ("quotes", "deals", 1.0, "64"),
    ("calls", "contacts", 1.0, "194"),
    ("emails", "contacts", 1.0, "198"),
    ("meetings", "contacts", 1.0, "200"),
    ("notes", "contacts", 0.9, "202"),
    ("notes", "deals", 0.2, "214"),
    ("tasks", "contacts", 0.8, "204"),
    ("leads", "contacts", 1.0, "578"),
    ("pets", "contacts", 1.0, "1201"),
    ("subscriptions_x", "companies", 1.0, "1203"),
    ("communications", "contacts", 1.0, "81"),
)
_LABELLED_SHARE = 0.05


def reverse_ids(type_ids: str) -> str:
    """ "279,1" -> "280,2"."""
    return ",".join(str(REVERSE[int(one)]) for one in type_ids.split(","))


def fill_links(connection: sqlite3.Connection, counts: dict[str, int], seed: int) -> None:
    """Associate seeded live records with each other."""
    connection.execute(
        "CREATE TEMP TABLE pairs (from_id INTEGER, to_type INTEGER, to_id INTEGER, there TEXT, from_type INTEGER, back TEXT)"
    )
    for source, target, share, type_ids in _PLAN:
        if counts.get(source) and counts.get(target):
            rows = _pairs(source, target, share, type_ids, counts, random.Random(f"{seed}:{source}:{target}"))
            connection.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?, ?)", rows)
    if counts.get("line_items") and counts.get("deals"):
        rows = _pairs("line_items", "deals", 1.0, "20", counts, random.Random(f"{seed}:line_items"))
        connection.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?, ?)", rows)
    # In key order, both directions at once: inserting a million keys at random takes many times longer.
    connection.execute(
        "INSERT OR IGNORE INTO links SELECT * FROM (SELECT from_id AS a, to_type AS b, to_id AS c, there FROM pairs "
        "UNION ALL SELECT to_id, from_type, from_id, back FROM pairs) ORDER BY a, b, c"
    )
    connection.execute("DROP TABLE pairs")


def _pairs(
    source: str, target: str, share: float, type_ids: str, counts: dict[str, int], rng: random.Random
) -> Iterator[tuple[int, int, int, str, int, str]]:
    one, other = BY_NAME[source], BY_NAME[target]
    back = reverse_ids(type_ids)
    labelled, labelled_back = f"{type_ids},36", f"{back},37"
    can_label = source == "contacts"
    total = counts[target]
    for number in range(counts[source]):
        if rng.random() > share:
            continue
        partner = record_id(other, int(rng.random() * total))
        own = record_id(one, number)
        if can_label and rng.random() < _LABELLED_SHARE:
            yield own, other.index, partner, labelled, one.index, labelled_back
        else:
            yield own, other.index, partner, type_ids, one.index, back
