"""CRM records in SQLite: read, write, archive. Documents are ready JSON, every defined property present and sorted."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.clock import SandboxClock, iso, to_ms
from integrations.sandbox.object_types import ObjectType


class DuplicateKey(Exception):
    """A live record with the same unique property exists; `record_id` names it."""

    def __init__(self, record_id: int) -> None:
        super().__init__(f"record {record_id} has this key")
        self.record_id = record_id


def number(text: str) -> int:
    """An id from a path or a body; -1, which matches nothing, when it is no number."""
    return int(text) if text.isdigit() and len(text) < 19 else -1


class Records:
    """All CRM records. One writer thread; documents are bytes."""

    def __init__(self, connection: sqlite3.Connection, clock: SandboxClock) -> None:
        self._db = connection
        self._clock = clock

    def page(self, kind: ObjectType, after: int, limit: int, archived: bool) -> list[tuple[int, bytes]]:
        """Up to `limit` (id, document) with id > after, by id."""
        # By id range: the clustered table needs no index, and archived rows are few.
        if archived:
            sql = "SELECT id, doc FROM records WHERE type = ? AND archived = 1 AND id > ? ORDER BY id LIMIT ?"
            return self._db.execute(sql, (kind.index, after, limit)).fetchall()
        sql = "SELECT id, doc FROM records WHERE id > ? AND id < ? AND archived = 0 ORDER BY id LIMIT ?"
        return self._db.execute(sql, (max(after, kind.first_id - 1), kind.end_id, limit)).fetchall()

    def get(self, kind: ObjectType, record_id: int, archived: bool = False) -> bytes | None:
        sql = "SELECT doc FROM records WHERE id = ? AND type = ? AND archived = ?"
        row = self._db.execute(sql, (record_id, kind.index, int(archived))).fetchone()
        return row[0] if row else None

    def find(self, kind: ObjectType, value: str) -> int | None:
        """Id of the live record with this value of the type's unique property."""
        sql = "SELECT id FROM records WHERE type = ? AND ukey = ? AND archived = 0"
        row = self._db.execute(sql, (kind.index, value.lower())).fetchone()
        return row[0] if row else None

    def find_by(self, kind: ObjectType, name: str, value: str) -> int | None:
        """Id of the first live record with this value of any property."""
        if name in ("", "id", "hs_object_id"):
            return number(value)
        if name == kind.unique:
            return self.find(kind, value)
        sql = "SELECT id FROM records WHERE type = ? AND archived = 0 AND json_extract(doc, ?) = ? LIMIT 1"
        row = self._db.execute(sql, (kind.index, f'$.properties."{name}"', value)).fetchone()
        return row[0] if row else None

    def create(
        self, kind: ObjectType, names: Iterable[str], values: dict[str, str | None], record_id: int | None = None
    ) -> bytes:
        """Store a new record with every property of `names`; returns its document. Raises DuplicateKey."""
        now = self._clock.now_ms()
        if record_id is None:
            record_id = self._next_id(kind)
        properties: dict[str, str | None] = dict.fromkeys(names)
        properties.update(values)
        properties.setdefault(kind.created, None)
        created = now
        if values.get(kind.created):
            created = to_ms(str(values[kind.created]))
        properties[kind.created] = iso(created)
        properties[kind.modified] = iso(now)
        properties["hs_object_id"] = str(record_id)
        document: dict[str, Any] = {
            "id": str(record_id),
            "properties": dict(sorted(properties.items())),
            "createdAt": iso(created),
            "updatedAt": iso(now),
            "archived": False,
            "url": kind.url(record_id),
        }
        body = jsonio.dumps(document)
        self._guard_key(kind, properties, record_id)
        sql = "INSERT INTO records (id, type, archived, created, modified, ukey, doc) VALUES (?, ?, 0, ?, ?, ?, ?)"
        self._db.execute(sql, (record_id, kind.index, created, now, _key(kind, properties), body))
        return body

    def update(self, kind: ObjectType, record_id: int, values: dict[str, str | None]) -> bytes | None:
        """Change properties of a live record; None when there is none. Raises DuplicateKey."""
        body = self.get(kind, record_id)
        if body is None:
            return None
        now = self._clock.now_ms()
        document = jsonio.loads(body)
        properties = document["properties"]
        properties.update(values)
        properties[kind.modified] = document["updatedAt"] = iso(now)
        document["properties"] = dict(sorted(properties.items()))
        self._guard_key(kind, properties, record_id)
        body = jsonio.dumps(document)
        sql = "UPDATE records SET modified = ?, ukey = ?, doc = ? WHERE id = ?"
        self._db.execute(sql, (now, _key(kind, properties), body, record_id))
        return body

    def archive(self, kind: ObjectType, record_id: int) -> bool:
        """Move a live record to the recycle bin; its associations go. False when there was none."""
        body = self.get(kind, record_id)
        if body is None:
            return False
        now = self._clock.now_ms()
        document = jsonio.loads(body)
        document["archived"] = True
        document["archivedAt"] = iso(now)
        self._db.execute(
            "UPDATE records SET archived = 1, modified = ?, doc = ? WHERE id = ?",
            (now, jsonio.dumps(document), record_id),
        )
        self._drop_links(record_id)
        return True

    def purge(self, kind: ObjectType, record_id: int) -> bool:
        """Remove a record for good, as a GDPR delete or the end of the recycle bin does."""
        self._drop_links(record_id)
        sql = "DELETE FROM records WHERE id = ? AND type = ?"
        return self._db.execute(sql, (record_id, kind.index)).rowcount > 0

    def count(self, kind: ObjectType, archived: bool = False) -> int:
        sql = "SELECT count(*) FROM records WHERE type = ? AND archived = ?"
        return int(self._db.execute(sql, (kind.index, int(archived))).fetchone()[0])

    def sample(self, kind: ObjectType, count: int, seed: int) -> list[int]:
        """Ids of up to `count` live records spread over the type, the same for the same seed and state."""
        total = self.count(kind)
        if total == 0 or count < 1:
            return []
        step = max(total // count, 1)
        sql = (
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM records "
            "WHERE type = ? AND archived = 0) WHERE (place + ?) % ? = 0 LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (kind.index, seed % step, step, count))]

    def stream(self, kind: ObjectType, archived: bool = False) -> Iterator[bytes]:
        """Every document of a type, by id, page by page so that other requests go on between."""
        after = 0
        while rows := self.page(kind, after, 500, archived):
            for _, body in rows:
                yield body
            after = rows[-1][0]

    def _next_id(self, kind: ObjectType) -> int:
        sql = "SELECT max(id) FROM records WHERE id > ? AND id < ?"
        last = self._db.execute(sql, (kind.first_id, kind.end_id)).fetchone()[0]
        return int(last or kind.first_id) + 7

    def _guard_key(self, kind: ObjectType, properties: dict[str, Any], record_id: int) -> None:
        key = _key(kind, properties)
        if key is None:
            return
        existing = self.find(kind, key)
        if existing is not None and existing != record_id:
            raise DuplicateKey(existing)

    def _drop_links(self, record_id: int) -> None:
        sql = "SELECT to_id FROM links WHERE from_id = ?"
        others = [row[0] for row in self._db.execute(sql, (record_id,))]
        kind_index = record_id // 100_000_000_000
        self._db.execute("DELETE FROM links WHERE from_id = ?", (record_id,))
        self._db.executemany(
            "DELETE FROM links WHERE from_id = ? AND to_type = ? AND to_id = ?",
            [(other, kind_index, record_id) for other in others],
        )


def _key(kind: ObjectType, properties: dict[str, Any]) -> str | None:
    value = properties.get(kind.unique) if kind.unique else None
    return str(value).lower() if value else None
