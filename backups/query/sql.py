"""SQL of customers over the state of a source, in a process that has nothing but the tables it asks for.

The process gets no environment, no key, no credential and no path: records are handed over as Parquet in anonymous
memory, so that no plain text touches a disk. What it may do is locked in `sql_child.py`; docs/threat-model.md says why.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from listbackup.core.errors import InvalidInput, ListBackupError, Unavailable

from .as_of import View
from .fields import one_type
from .rows import flatten

CHILD = Path(__file__).with_name("sql_child.py")
MOST_SQL = 20_000
MOST_RECORDS = 2_000_000  # of all tables of a query
MOST_BYTES = 400_000_000  # of their Parquet
MOST_COLUMNS = 300
MEMORY_MB, CPU_SECONDS, SECONDS = 512, 20, 30
ANSWER_BYTES = 20_000_000
_SAMPLE = 300
_SCHEMA = pa.schema([("key", pa.string()), ("cursor", pa.string()), ("raw", pa.string())])
_PLAIN = re.compile(r'[^"\\\x00-\x1f]{1,100}')
_AT_ONCE = threading.BoundedSemaphore(2)  # in one web worker


class QueryRefused(InvalidInput):
    """The SQL is wrong, or wants what is not possible; DuckDB's own words."""

    code = "query.refused"


class QueryTooLarge(ListBackupError):
    """More memory, time or data than a query may have."""

    code = "query.too_large"
    status = 422
    remedy = "Ask for fewer columns or records, or export the streams and query the files."


@dataclass(frozen=True, slots=True)
class Answer:
    """`columns` are (name, DuckDB's type); values are those of JSON. `more`: there are further rows."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    more: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a stream's records as a column of its table."""

    name: str
    path: str  # of DuckDB's JSON functions
    type: str


def run(view: View, sql: str, *, rows: int = 1_000) -> Answer:
    """The first `rows` rows of one reading statement over the streams of `view`, each a table of its own name.

    Raises QueryRefused, QueryTooLarge, Unavailable, DamagedObject.
    """
    if not sql.strip() or len(sql) > MOST_SQL or "\0" in sql:
        raise QueryRefused("Write one SELECT.", fields={"sql": [f"At most {MOST_SQL:,} characters."]})
    if not _AT_ONCE.acquire(timeout=5):
        raise Unavailable("Other queries are running.", remedy="Try again in a moment.")
    try:
        with ExitStack() as stack:
            tables = [stack.enter_context(_table(view, name)) for name in named_in(view, sql)]
            return _ask(tables, sql, rows)
    finally:
        _AT_ONCE.release()


def named_in(view: View, sql: str) -> list[str]:
    """The streams whose names stand in the text. Raises QueryTooLarge when they hold too many records."""
    names = [name for name in view.manifest.streams if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql)]
    records = sum(view.manifest.streams[name].records for name in names)
    if records > MOST_RECORDS:
        raise QueryTooLarge(f"The streams of this query hold {records:,} records; {MOST_RECORDS:,} are possible.")
    return names


_DUCKDB = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}


def columns_of(view: View, stream: str) -> list[Column]:
    """The columns of a stream's table, from a sample of its records; `_key`, `_cursor` and `_raw` are there besides."""
    kinds: dict[tuple[str, ...], set[type]] = {}
    for row in view.page(stream, limit=_SAMPLE):
        parsed = row.parsed()
        for name in flatten(parsed) if isinstance(parsed, dict) else ():
            where = (name,) if name in parsed else tuple(name.split(".", 1))
            value = parsed[where[0]] if len(where) == 1 else parsed[where[0]][where[1]]
            kinds.setdefault(where, set()).add(type(value))
    found: dict[str, Column] = {}
    for where, types in kinds.items():
        name = ".".join(where)
        if all(_PLAIN.fullmatch(part) for part in where) and len(found) < MOST_COLUMNS:
            path = "$" + "".join(f'."{part}"' for part in where)
            found.setdefault(name.casefold(), Column(name, path, _DUCKDB[one_type(types)]))
    return list(found.values())


@contextmanager
def _table(view: View, stream: str) -> Iterator[dict[str, Any]]:
    """The live records of a stream in anonymous memory. Raises QueryTooLarge."""
    descriptor = os.memfd_create(stream[:100].encode("ascii", "replace").decode())
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            _write(view, stream, file)
        columns = [[one.name, one.path, one.type] for one in columns_of(view, stream)]
        yield {"name": stream, "fd": descriptor, "columns": columns}
    finally:
        os.close(descriptor)


def _write(view: View, stream: str, file: Any) -> None:
    with pq.ParquetWriter(file, _SCHEMA, compression="zstd", compression_level=1) as writer:
        for rows in view.iterate(stream):
            columns = [[row.key for row in rows], [row.cursor for row in rows], [row.raw.decode() for row in rows]]
            writer.write_table(pa.table(dict(zip(_SCHEMA.names, columns, strict=True)), schema=_SCHEMA))
            if file.tell() > MOST_BYTES:
                raise QueryTooLarge(f"{stream} is too large for a query.")


def _ask(tables: Sequence[dict[str, Any]], sql: str, rows: int) -> Answer:
    asked = {
        "sql": sql, "tables": tables, "rows": rows, "bytes": ANSWER_BYTES, "memory_mb": MEMORY_MB,
        "cpu_seconds": CPU_SECONDS,
    }  # fmt: skip
    child = subprocess.Popen(  # noqa: S603 - our own file, no shell
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        pass_fds=[table["fd"] for table in tables],
    )
    try:
        out, _ = child.communicate(json.dumps(asked).encode(), timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise QueryTooLarge(f"The query took longer than {SECONDS} seconds.") from None
    try:
        told = json.loads(out)
    except ValueError:
        # The kernel ended it: processor time, or memory that DuckDB did not count.
        raise QueryTooLarge(f"The query needs more than {CPU_SECONDS} seconds or {MEMORY_MB} MB.") from None
    if "error" in told:
        if told["limit"]:
            raise QueryTooLarge(told["error"])
        raise QueryRefused(told["error"].splitlines()[0], fields={"sql": [told["error"]]})
    return Answer([(name, kind) for name, kind in told["columns"]], told["rows"], told["more"])
