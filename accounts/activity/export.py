"""The log as a file: JSON lines that can be checked, or CSV for spreadsheets. Oldest first, in flat memory."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from accounts.activity import chain
from accounts.activity.models import Entry
from accounts.activity.services import record
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.core.spreadsheets import neutral

BATCH = 500  # entries a query
COLUMNS = (
    "number",
    "at",
    "actor",
    "what",
    "object_type",
    "object_id",
    "object_label",
    "account",
    "user",
    "action",
    "via",
    "ip",
    "device",
    "correlation_id",
    "detail",
    "previous",
    "hash",
)


@dataclass(frozen=True, slots=True)
class Export:
    """A file to send: `content` yields its bytes in order; `stream` does the same for an asynchronous server."""

    filename: str
    content_type: str
    content: Iterator[bytes]

    async def stream(self) -> AsyncIterator[bytes]:
        """A piece at a time: given the plain iterator, Django would first gather the whole file in memory."""
        while piece := await sync_to_async(self._next)():
            yield piece

    def _next(self) -> bytes:
        return next(self.content, b"")


def export(context: AccountContext, entries: QuerySet[Entry], *, type: str, filters: Mapping[str, object]) -> Export:
    """`entries` are those that the context may see and its filters leave; `type` is jsonl or csv.

    The export is itself an entry, and the last that can be in the file. Raises InvalidInput.
    """
    if type not in _WRITERS:
        raise InvalidInput(
            "This kind of file is not known.", fields={"type": [f"One of: {', '.join(sorted(_WRITERS))}."]}
        )
    content_type, write = _WRITERS[type]
    own = record(context, "activity.exported", context.account, type=type, filters=dict(filters))
    asked = entries.filter(number__lte=own.number).order_by("number")
    return Export(f"activity-{now():%Y-%m-%d}.{type}", content_type, write(_batches(context, asked)))


def _batches(context: AccountContext, asked: QuerySet[Entry]) -> Iterator[list[Entry]]:
    # The answer is sent after the request has left its schema, and on any thread: each batch enters by itself.
    last = 0
    while True:
        with entered(context.organization):
            batch = list(asked.filter(number__gt=last)[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].number


def _jsonl(batches: Iterator[list[Entry]]) -> Iterator[bytes]:
    for batch in batches:
        yield b"".join(orjson.dumps(chain.line(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in batch)


def _csv(batches: Iterator[list[Entry]]) -> Iterator[bytes]:
    yield ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()  # the mark tells spreadsheets that it is UTF-8
    for batch in batches:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_cells(entry) for entry in batch])
        yield text.getvalue().encode()


def _cells(entry: Entry) -> list[str]:
    said: dict[str, Any] = chain.line(entry)
    said["object_type"], said["object_id"], said["object_label"] = said["object"]
    said["what"] = entry.sentence
    said["detail"] = orjson.dumps(said["detail"]).decode() if said["detail"] else ""
    return [neutral("" if said[name] is None else str(said[name])) for name in COLUMNS]


_WRITERS: dict[str, tuple[str, Callable[[Iterator[list[Entry]]], Iterator[bytes]]]] = {
    "jsonl": ("application/x-ndjson", _jsonl),
    "csv": ("text/csv; charset=utf-8", _csv),
}
TYPES = tuple(sorted(_WRITERS))
