"""Exports of what differs between two snapshots: one file per stream, as exports of records are."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from listbackup.core.errors import InvalidInput
from listbackup.core.spreadsheets import cell, neutral

from .difference import Difference
from .export import csv_rows, one_line, write_files
from .rows import RecordRow

HEAD = ("key", "kind", "field", "before", "after")


def export_difference(
    difference: Difference,
    target: Path | str | IO[bytes],
    format: str = "jsonl",
    streams: Sequence[str] | None = None,
    progress: Callable[[str, int], None] = lambda stream, changes: None,
) -> dict[str, str]:
    """Writes the changes of all (or some) streams in which something differs; `target` and the answer as of
    `export_snapshot`.

    JSON Lines: `key`, `kind`, and the whole record `before` and `after` as received, null where there was none.
    CSV: one row for each field that differs. Raises InvalidInput, NotFound, DamagedObject.
    """
    names = [one.stream for one in difference.counts()] if streams is None else list(streams)
    lines = {"jsonl": _jsonl, "csv": _csv}
    if format not in lines:
        raise InvalidInput(f"Changes are not exported as {format!r}.", remedy=f"One of: {', '.join(lines)}.")

    def write(name: str, out: io.RawIOBase) -> None:
        lines[format](difference, name, out, progress)

    return write_files(target, format, names, write)


def _jsonl(difference: Difference, stream: str, out: io.RawIOBase, progress: Callable[[str, int], None]) -> None:
    count = 0
    for changes in difference.iterate(stream):
        for change in changes:
            head = json.dumps({"key": change.key, "kind": change.kind})[:-1].encode()
            out.write(b'%s, "before": %s, "after": %s}\n' % (head, _raw(change.before), _raw(change.after)))
        count += len(changes)
        progress(stream, count)


def _csv(difference: Difference, stream: str, out: io.RawIOBase, progress: Callable[[str, int], None]) -> None:
    count = 0
    with csv_rows(out) as writerow:
        writerow(HEAD)
        for changes in difference.iterate(stream):
            for change in changes:
                for name, before, after in change.fields():
                    writerow([neutral(change.key), change.kind, neutral(name), cell(before), cell(after)])
            count += len(changes)
            progress(stream, count)


def _raw(row: RecordRow | None) -> bytes:
    return one_line(row.raw) if row else b"null"
