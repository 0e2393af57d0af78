"""The process in which a customer's SQL runs. Started by `sql.py` with an empty environment; imports nothing of ours.

In: JSON on standard input (see `sql.py`), and for each table a descriptor of an anonymous file with its Parquet. Out: JSON
on standard output: {columns, rows, more}, or {error, limit}. What it may do is decided here, before the SQL is looked at.
"""

import json
import resource
import sys
from typing import Any

import duckdb

SETTINGS = {
    "threads": 1,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
# Last of all: nothing but the tables' own files can be opened, and no setting changes any more.
LOCKS = ("SET enable_external_access = false", "SET lock_configuration = true")
READS = {"SELECT", "EXPLAIN"}


def main() -> None:
    asked = json.load(sys.stdin)
    limit_process(asked["cpu_seconds"], asked["memory_mb"])
    try:
        told = answer(asked)
    except (duckdb.OutOfMemoryException, MemoryError):
        told = {"error": f"The query needs more than {asked['memory_mb']} MB of memory.", "limit": True}
    except duckdb.Error as error:
        told = {"error": str(error)[:2000], "limit": False}
    json.dump(told, sys.stdout)


def limit_process(cpu_seconds: int, memory_mb: int) -> None:
    """Hard limits of the kernel, behind DuckDB's own."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    space = (memory_mb + 1024) * 1024 * 1024  # with the library itself and its mappings
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    database = duckdb.connect(":memory:")
    for name, value in SETTINGS.items():
        database.execute(f"SET {name} = {literal(value)}")
    database.execute(f"SET memory_limit = '{int(asked['memory_mb'])}MB'")
    files = ", ".join(literal(path(table["fd"])) for table in asked["tables"])
    database.execute(f"SET allowed_paths = [{files}]")
    for table in asked["tables"]:
        database.execute(view(table))
    for lock in LOCKS:
        database.execute(lock)
    statements = duckdb.extract_statements(asked["sql"])
    if len(statements) != 1 or statements[0].type.name not in READS:
        return {"error": "One statement that reads is possible: SELECT, or WITH and SELECT.", "limit": False}
    result = database.execute(statements[0])
    columns = [[str(name), str(kind)] for name, kind, *_ in result.description or []]
    rows: list[list[Any]] = []
    size = 0
    while len(rows) <= asked["rows"]:
        found = result.fetchmany(min(500, asked["rows"] + 1 - len(rows)))
        if not found:
            break
        for one in found:
            row = [plain(value) for value in one]
            size += sum(len(value) if isinstance(value, str) else 8 for value in row)
            if size > asked["bytes"]:
                return {"error": f"The answer is larger than {asked['bytes'] // 1_000_000} MB.", "limit": True}
            rows.append(row)
    return {"columns": columns, "rows": rows[: asked["rows"]], "more": len(rows) > asked["rows"]}


def view(table: dict[str, Any]) -> str:
    columns = [
        f"TRY_CAST(TRY(raw->>{literal(where)}) AS {kind}) AS {quoted(name)}" for name, where, kind in table["columns"]
    ]
    chosen = ", ".join([*columns, "key AS _key", 'cursor AS "_cursor"', "raw AS _raw"])
    return f"CREATE VIEW {quoted(table['name'])} AS SELECT {chosen} FROM read_parquet({literal(path(table['fd']))})"  # noqa: S608


def path(descriptor: int) -> str:
    return f"/proc/self/fd/{int(descriptor)}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def plain(value: Any) -> Any:
    """A value as JSON has it; what it does not have becomes text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 63 else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


if __name__ == "__main__":
    main()
