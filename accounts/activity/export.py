"""The log as a file: JSON lines that can be checked, or CSV for spreadsheets. Oldest first, in flat memory."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.access.schema import entered
from accounts.activity import chain
from accounts.activity.archive import lines_of
from accounts.activity.models import Archive, Entry
from accounts.activity.services import record
from accounts.activity.wording import sentence
from accounts.models import Account
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput, NotFound
from listbackup.core.spreadsheets import csv_pieces
from listbackup.core.web.downloads import Download

Line = dict[str, Any]  # as `chain.line` makes it
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


def export(
    context: AccountContext, entries: QuerySet[Entry], *, type: str, filters: Mapping[str, object], month: str = ""
) -> Download:
    """`entries` are those that the context may see and its filters leave; `type` is jsonl or csv.

    With `month` (2026-05) what was archived of it instead, as a whole. The export is itself an entry, and the last that
    can be in the file. Raises InvalidInput, NotFound for a month without an archive.
    """
    if type not in _WRITERS:
        raise InvalidInput(
            "This kind of file is not known.", fields={"type": [f"One of: {', '.join(sorted(_WRITERS))}."]}
        )
    content_type, write = _WRITERS[type]
    if month:
        if filters:
            raise InvalidInput("A month of the archive is exported as a whole.", remedy="Leave the filters out.")
        archives = list(_archives_of(month))
        record(context, "activity.exported", context.account, type=type, month=month)
        return Download(f"activity-{month}.{type}", content_type, write(_archived(context, archives)))
    own = record(context, "activity.exported", context.account, type=type, filters=dict(filters))
    asked = entries.filter(number__lte=own.number).order_by("number")
    return Download(f"activity-{now():%Y-%m-%d}.{type}", content_type, write(_batches(context, asked)))


def archived_months() -> list[dt.date]:
    """The first days of the months of which something is archived, newest first. One query."""
    return list(Archive.objects.dates("day", "month", order="DESC"))


def _archives_of(month: str) -> QuerySet[Archive]:
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        raise InvalidInput("This is no month.", fields={"month": ["As in 2026-05."]}) from None
    found = Archive.objects.filter(day__year=first.year, day__month=first.month).order_by("first_number")
    if not found:
        raise NotFound(f"Nothing of {month} is archived.")
    return found


# The answer is sent after the request has left its schema, and on any thread: each batch enters by itself.


def _batches(context: AccountContext, asked: QuerySet[Entry]) -> Iterator[list[Line]]:
    last = 0
    while True:
        with entered(context.organization):
            batch = [chain.line(entry) for entry in asked.filter(number__gt=last)[:BATCH]]
        if not batch:
            return
        yield batch
        last = batch[-1]["number"]


def _archived(context: AccountContext, archives: list[Archive]) -> Iterator[list[Line]]:
    below = Account.objects.filter(path__startswith=context.account.path)
    visible = {str(account) for account in below.values_list("pk", flat=True)}
    for archive in archives:
        with entered(context.organization):
            lines = lines_of(context.organization, archive)
        batch = [line for line in lines if line["account"] in visible]
        if batch:
            yield batch


def _jsonl(batches: Iterator[list[Line]]) -> Iterator[bytes]:
    for batch in batches:
        yield b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in batch)


def _csv(batches: Iterator[list[Line]]) -> Iterator[bytes]:
    return csv_pieces(COLUMNS, (_cells(line) for batch in batches for line in batch))


def _cells(line: Line) -> list[Any]:
    said = dict(line)
    said["object_type"], said["object_id"], said["object_label"] = said["object"]
    said["what"] = sentence(said["action"])
    said["detail"] = orjson.dumps(said["detail"]).decode() if said["detail"] else ""
    return [said[name] for name in COLUMNS]


_WRITERS: dict[str, tuple[str, Callable[[Iterator[list[Line]]], Iterator[bytes]]]] = {
    "jsonl": ("application/x-ndjson", _jsonl),
    "csv": ("text/csv; charset=utf-8", _csv),
}
TYPES = tuple(sorted(_WRITERS))
