"""Everything that is not a CRM record: owners, pipelines, lists, forms, files and so on, as JSON documents by kind."""

import sqlite3
from typing import Any

from integrations.sandbox import jsonio


class Items:
    """Documents by (kind, parent, id) in a stable order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def all(self, kind: str, parent: str = "", archived: bool | None = False) -> list[Any]:
        """All documents of a kind, in order; `archived` None means both."""
        sql = "SELECT doc FROM items WHERE kind = ? AND parent = ?"
        values: list[Any] = [kind, parent]
        if archived is not None:
            sql += " AND archived = ?"
            values.append(int(archived))
        return [jsonio.loads(row[0]) for row in self._db.execute(sql + " ORDER BY position, id", values)]

    def parents(self, kind: str) -> list[str]:
        sql = "SELECT DISTINCT parent FROM items WHERE kind = ? ORDER BY parent"
        return [row[0] for row in self._db.execute(sql, (kind,))]

    def get(self, kind: str, item_id: str, parent: str = "") -> Any | None:
        sql = "SELECT doc FROM items WHERE kind = ? AND parent = ? AND id = ?"
        row = self._db.execute(sql, (kind, parent, item_id)).fetchone()
        return jsonio.loads(row[0]) if row else None

    def put(
        self,
        kind: str,
        item_id: str,
        document: Any,
        *,
        parent: str = "",
        modified: int = 0,
        archived: bool = False,
        position: int | None = None,
    ) -> None:
        """Insert or replace; a new document goes to the end unless `position` is given."""
        if position is None:
            sql = "SELECT position FROM items WHERE kind = ? AND parent = ? AND id = ?"
            row = self._db.execute(sql, (kind, parent, item_id)).fetchone()
            if row is None:
                sql = "SELECT coalesce(max(position), 0) + 1 FROM items WHERE kind = ? AND parent = ?"
                row = self._db.execute(sql, (kind, parent)).fetchone()
            position = int(row[0])
        sql = (
            "INSERT OR REPLACE INTO items (kind, id, parent, position, modified, archived, doc) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._db.execute(sql, (kind, item_id, parent, position, modified, int(archived), jsonio.dumps(document)))

    def delete(self, kind: str, item_id: str, parent: str = "") -> bool:
        sql = "DELETE FROM items WHERE kind = ? AND parent = ? AND id = ?"
        return self._db.execute(sql, (kind, parent, item_id)).rowcount > 0

    def counts(self) -> dict[str, int]:
        """Live documents by kind."""
        sql = "SELECT kind, count(*) FROM items WHERE archived = 0 GROUP BY kind ORDER BY kind"
        return dict(self._db.execute(sql).fetchall())
