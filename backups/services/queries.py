"""Customers' SQL over a source: asked, written down, saved."""

from collections.abc import Iterator
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from accounts.activity.services import record
from backups.errors import QueryNameTaken, QueryNotFound
from backups.models import SavedQuery, Snapshot, Source
from backups.query import sql as engine
from backups.query.sql import Answer
from backups.services.looking import open_records
from backups.services.snapshots import newest, view_of
from listbackup.core.errors import Conflict, InvalidInput
from listbackup.core.spreadsheets import csv_pieces
from listbackup.core.text import one_line

PAGE = 200
DOWNLOAD = 100_000
MOST = 100  # saved for one source


def ask(
    context: AccountContext, source: Source, text: str, *, snapshot: Snapshot | None = None, rows: int = PAGE
) -> Answer:
    """Runs one reading statement over the source as of a snapshot (the newest one), and writes down that it was run.

    Raises SnapshotMissing, QueryRefused, QueryTooLarge, Unavailable, DamagedObject.
    """
    chosen = snapshot or newest(source)
    if chosen.source_id != source.pk:
        raise InvalidInput("The snapshot is of another source.", fields={"snapshot": ["Choose one of this source."]})
    open_records(context, source)
    with view_of(chosen) as view:
        answer = engine.run(view, text, rows=rows)
    record(context, "source.queried", source, sql=text[:500], rows=len(answer.rows), snapshot=str(chosen.pk))
    return answer


def tables_of(source: Source) -> list[tuple[str, int]]:
    """(name, records) of the tables that can be asked, largest first; none before the first snapshot."""
    if source.last_snapshot is None:
        return []
    found = [(str(one["name"]), int(one["records"])) for one in source.last_snapshot.streams]
    return sorted((one for one in found if one[1]), key=lambda one: -one[1])


def saved_queries(context: AccountContext, source: Source) -> TenantQuerySet[SavedQuery]:
    """Newest first."""
    found: TenantQuerySet[SavedQuery] = (
        SavedQuery.objects.visible_to(context).filter(source=source).select_related("created_by").order_by("-id")
    )
    return found


def get_saved(context: AccountContext, source: Source, query_id: UUID) -> SavedQuery:
    """Raises QueryNotFound."""
    found = saved_queries(context, source).filter(pk=query_id).first()
    if found is None:
        raise QueryNotFound("There is no such saved query.")
    return found


def save_query(context: AccountContext, source: Source, *, name: str, sql: str) -> SavedQuery:
    """Raises InvalidInput, QueryNameTaken, Conflict."""
    name = one_line(name, 100)
    if not name or not sql.strip() or "\0" in sql or len(sql) > engine.MOST_SQL:
        raise InvalidInput("A saved query has a name and a SELECT.", fields={"name": ["Give it a name."]})
    if saved_queries(context, source).count() >= MOST:
        raise Conflict(f"{source.name} has {MOST} saved queries.", remedy="Delete one that is not used.")
    try:
        with transaction.atomic():
            made: SavedQuery = SavedQuery.objects.create(
                account=source.account, source=source, name=name, sql=sql, created_by=context.user
            )
            record(context, "query.saved", made)
    except IntegrityError:
        raise QueryNameTaken(
            f"There is a query called {name} already.", fields={"name": ["Choose another name."]}
        ) from None
    return made


@transaction.atomic
def delete_query(context: AccountContext, query: SavedQuery) -> None:
    record(context, "query.deleted", query)
    query.delete()


def as_csv(answer: Answer) -> Iterator[bytes]:
    """The answer as a file that no spreadsheet takes for formulas; pieces of bytes."""
    return csv_pieces([name for name, _ in answer.columns], answer.rows)


def as_lines(answer: Answer) -> Iterator[bytes]:
    """The answer as JSON lines."""
    names = [name for name, _ in answer.columns]
    for row in answer.rows:
        yield orjson.dumps(dict(zip(names, row, strict=True))) + b"\n"
