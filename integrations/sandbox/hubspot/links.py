"""Associations between records, as the v3 and v4 endpoints need them."""

from typing import Any

from integrations.sandbox import association_types
from integrations.sandbox.hubspot.shapes import next_page
from integrations.sandbox.object_types import ObjectType, find_type
from integrations.sandbox.platform import Platform
from integrations.sandbox.seed.links import reverse_ids

INLINE_MOST = 100


class Links:
    """Reads and writes the associations table."""

    def __init__(self, platform: Platform) -> None:
        self._db = platform.db

    def inline(self, kind: ObjectType, ids: list[int], targets: list[str]) -> dict[int, dict[str, Any]]:
        """The `associations` object of each record that has any: ids and names, no labels."""
        answer: dict[int, dict[str, Any]] = {}
        for name in targets:
            target = find_type(name)
            if target is None:
                continue
            for record_id in ids:
                rows = self.of(record_id, target, 0, INLINE_MOST + 1)
                if not rows:
                    continue
                entry: dict[str, Any] = {
                    "results": [
                        {"id": str(to_id), "type": association_types.BY_ID[int(one)].name}
                        for to_id, type_ids in rows[:INLINE_MOST]
                        for one in type_ids.split(",")
                        if int(one) in association_types.BY_ID
                    ]
                }
                if len(rows) > INLINE_MOST:
                    entry["paging"] = next_page(str(rows[INLINE_MOST - 1][0]))
                answer.setdefault(record_id, {})[target.name] = entry
        return answer

    def of(self, record_id: int, target: ObjectType, after: int, limit: int) -> list[tuple[int, str]]:
        """(other id, type ids) of one record's associations to a type, by the other's id."""
        sql = "SELECT to_id, type_ids FROM links WHERE from_id = ? AND to_type = ? AND to_id > ? ORDER BY to_id LIMIT ?"
        return self._db.execute(sql, (record_id, target.index, after, limit)).fetchall()

    def add(self, source: ObjectType, from_id: int, target: ObjectType, to_id: int, type_ids: list[int]) -> list[int]:
        """Associate two records in both directions; returns all type ids from the first to the second."""
        sql = "SELECT type_ids FROM links WHERE from_id = ? AND to_type = ? AND to_id = ?"
        row = self._db.execute(sql, (from_id, target.index, to_id)).fetchone()
        present = [int(one) for one in row[0].split(",")] if row else []
        merged = present + [one for one in type_ids if one not in present]
        self._store(source, from_id, target, to_id, merged)
        return merged

    def remove(
        self, source: ObjectType, from_id: int, target: ObjectType, to_id: int, type_ids: list[int] | None = None
    ) -> None:
        """Remove some labels, or the whole association."""
        kept: list[int] = []
        if type_ids is not None:
            sql = "SELECT type_ids FROM links WHERE from_id = ? AND to_type = ? AND to_id = ?"
            row = self._db.execute(sql, (from_id, target.index, to_id)).fetchone()
            kept = [int(one) for one in row[0].split(",") if int(one) not in type_ids] if row else []
        if kept:
            self._store(source, from_id, target, to_id, kept)
            return
        sql = "DELETE FROM links WHERE from_id = ? AND to_type = ? AND to_id = ?"
        self._db.execute(sql, (from_id, target.index, to_id))
        self._db.execute(sql, (to_id, source.index, from_id))

    def _store(self, source: ObjectType, from_id: int, target: ObjectType, to_id: int, type_ids: list[int]) -> None:
        there = ",".join(str(one) for one in type_ids)
        sql = "INSERT OR REPLACE INTO links (from_id, to_type, to_id, type_ids) VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (from_id, target.index, to_id, there))
        self._db.execute(sql, (to_id, source.index, from_id, reverse_ids(there)))
