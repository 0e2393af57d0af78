"""Search in the raw JSON text: of live records, and of every version that there ever was."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from backups.store.manifest import Manifest

from .rows import VERSION, Hit, Past, pattern

if TYPE_CHECKING:
    from .as_of import View


def keys_sql(table: str, where: str, values: list[Any], text: str, limit: int) -> tuple[str, list[Any]]:
    """SQL and values for the keys, in order, of live records whose newest version contains the text."""
    match = "regexp_matches(raw, ?, 'i')"  # RE2: twice as fast as lower() and contains(), and linear
    sql = f"""WITH found AS (SELECT key, max({VERSION}) AS v FROM {table} WHERE {where} AND ({match}) GROUP BY key),
              newest AS (SELECT key, max({VERSION}) AS v FROM {table}
                         WHERE {where} AND key IN (SELECT key FROM found) GROUP BY key)
              SELECT key FROM found JOIN newest USING (key, v) ORDER BY key LIMIT {int(limit)}"""  # noqa: S608
    return sql, [*values, pattern(text), *values]


def search(view: "View", text: str, streams: Sequence[str] | None, limit: int) -> list[Hit]:
    """Hits by stream in order of names, then by key."""
    hits: list[Hit] = []
    for name in sorted(view.manifest.streams) if streams is None else streams:
        if len(hits) >= limit:
            break
        hits += [Hit(name, row) for row in view.page(name, limit=limit - len(hits), search=text)]
    return hits


def search_past(
    view: "View",
    text: str,
    streams: Sequence[str] | None,
    manifests: Sequence[Manifest],
    after: tuple[str, str, int] | None,
    limit: int,
) -> list[Past]:
    """Versions that contain the text, replaced and deleted ones too: by stream, key, and then in order of time.

    `after` is (stream, key, version) of the last one that is known. One scan of each stream's text.
    """
    found: list[Past] = []
    for name in sorted(view.manifest.streams if streams is None else streams):
        if len(found) >= limit:
            break
        if after is None or name > after[0]:
            found += _past_of(view, name, text, manifests, None, limit - len(found))
        elif name == after[0]:
            found += _past_of(view, name, text, manifests, after[1:], limit - len(found))
    return found


def _past_of(
    view: "View",
    stream: str,
    text: str,
    manifests: Sequence[Manifest],
    after: tuple[str, int] | None,
    limit: int,
) -> list[Past]:
    view.stream(stream)
    segments = view.all_segments(stream, manifests)
    if not segments:
        return []
    table = view.table(segments)
    values: list[Any] = [pattern(text)]
    later = "true"
    if after is not None:
        later = f"(key > ? OR (key = ? AND {VERSION} > ?))"
        values += [after[0], after[0], after[1]]
    sql = f"""SELECT DISTINCT ON (key, v) key, {VERSION} AS v, number, raw FROM {table}
              WHERE regexp_matches(raw, ?, 'i') AND {later} ORDER BY key, v LIMIT {int(limit)}"""  # noqa: S608
    hits = view.execute(sql, values)
    ends = _ends(view, table, sorted({row[0] for row in hits}))
    found = []
    for key, version, number, raw in hits:
        until, operation = ends.get((key, version), (None, ""))
        end = "" if until is None else "deleted" if operation == "d" else "changed"
        found.append(Past(stream, key, version, number, raw.encode(), until, end))
    return found


def _ends(view: "View", table: str, keys: list[str]) -> dict[tuple[str, int], tuple[int, str]]:
    """(key, version) → (number, operation) of the version that replaced it."""
    if not keys:
        return {}
    marks = ", ".join("?" * len(keys))
    sql = f"""SELECT DISTINCT ON (key, v) key, {VERSION} AS v, number, op FROM {table}
              WHERE key >= ? AND key <= ? AND key IN ({marks}) ORDER BY key, v"""  # noqa: S608
    rows = view.execute(sql, [keys[0], keys[-1], *keys])
    return {(before[0], before[1]): (row[2], row[3]) for before, row in pairwise(rows) if before[0] == row[0]}
