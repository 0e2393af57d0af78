"""Small helpers for tests of the store and of everything on top of it: write and read a snapshot in one call."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from listbackup.core.storage.blobs import Blobs

from .keys import Keyring
from .manifest import Manifest
from .segment import open_segment, read_batches
from .snapshot import Committed, SnapshotWriter

TAKEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
Row = tuple[str, str | None, bytes, bool]


def row(key: str, **fields: Any) -> Row:
    """A record as `StreamWriter.add` takes it."""
    return key, None, json.dumps({"id": key, **fields}).encode(), False


def write_snapshot(
    blobs: Blobs,
    keyring: Keyring,
    streams: Mapping[str, Iterable[Row]],
    *,
    previous: Manifest | None = None,
    snapshot: str = "",
    source: str = "src",
    drop: Sequence[str] = (),
) -> Committed:
    number = previous.number + 1 if previous else 1
    name = snapshot or f"snap{number}"
    with SnapshotWriter(
        blobs, keyring, account=keyring.account, source=source, snapshot=name, date="2026-01-02", previous=previous
    ) as writer:
        for stream, rows in streams.items():
            writer.stream(stream).add(rows)
        return writer.commit(taken_at=TAKEN, drop=drop)


def read_state(blobs: Blobs, keyring: Keyring, manifest: Manifest, stream: str) -> dict[str, str]:
    """{key: raw} of the live records, by the rule of docs/format.md, read the plain way."""
    newest: dict[str, tuple[int, int, str | None]] = {}
    for segment in manifest.streams[stream].segments:
        for batch in read_batches(open_segment(blobs, keyring, manifest, segment)):
            for entry in batch.to_pylist():
                version = (entry["number"], entry["seq"], entry["raw"])
                if entry["key"] not in newest or newest[entry["key"]][:2] < version[:2]:
                    newest[entry["key"]] = version
    return {key: raw for key, (_, _, raw) in newest.items() if raw is not None}


__all__ = ["TAKEN", "Row", "read_state", "row", "write_snapshot"]
