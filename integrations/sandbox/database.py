"""The SQLite file behind a sandbox: tables, indexes, and a connection that is fast rather than durable."""

import sqlite3
from pathlib import Path

FORMAT = "6"  # raise it when tables or generated data change: older files are then made anew

# No secondary index is kept while a million records are inserted; `INDEXES` come afterwards.
TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    id INTEGER PRIMARY KEY, type INTEGER NOT NULL, archived INTEGER NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, ukey TEXT, doc BLOB NOT NULL
);
CREATE TABLE links (
    from_id INTEGER NOT NULL, to_type INTEGER NOT NULL, to_id INTEGER NOT NULL, type_ids TEXT NOT NULL,
    PRIMARY KEY (from_id, to_type, to_id)
) WITHOUT ROWID;
CREATE TABLE items (
    kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL DEFAULT '', position INTEGER NOT NULL,
    modified INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0, doc BLOB NOT NULL,
    PRIMARY KEY (kind, parent, id)
) WITHOUT ROWID;
CREATE TABLE memberships (
    list_id TEXT NOT NULL, record_id INTEGER NOT NULL, joined INTEGER NOT NULL,
    PRIMARY KEY (list_id, record_id)
) WITHOUT ROWID;
CREATE TABLE authorizations (
    code TEXT PRIMARY KEY, client_id TEXT, redirect_uri TEXT, scopes TEXT, challenge TEXT, method TEXT,
    expires INTEGER, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, client_id TEXT, scopes TEXT NOT NULL, user_id INTEGER,
    expires INTEGER, revoked INTEGER NOT NULL DEFAULT 0, refresh_token TEXT
) WITHOUT ROWID;
"""

INDEXES = """
CREATE INDEX IF NOT EXISTS records_modified ON records (type, archived, modified, id);
CREATE INDEX IF NOT EXISTS records_archived ON records (type, id) WHERE archived = 1;
CREATE UNIQUE INDEX IF NOT EXISTS records_ukey ON records (type, ukey) WHERE ukey IS NOT NULL AND archived = 0;
CREATE INDEX IF NOT EXISTS items_position ON items (kind, parent, position, id);
CREATE INDEX IF NOT EXISTS memberships_joined ON memberships (list_id, joined DESC, record_id);
"""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file in WAL mode, autocommit. The caller keeps writes on one thread."""
    if read_only:
        uri = f"file:{path}?mode=ro"
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    else:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -16000")
    return connection


def get_meta(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def remove(path: Path) -> None:
    """The file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_complete(path: Path) -> bool:
    """Whether the file exists, has this format and was filled to the end."""
    if not path.exists():
        return False
    try:
        connection = connect(path)
        try:
            return get_meta(connection, "complete") == FORMAT
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False
