"""What a portal shows: used by its pages and its API alike. Everything goes through the guest's context."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.errors import RecordNotFound
from backups.models import Snapshot, Source
from backups.query.rows import Version
from backups.selectors.overview import Overview, overview
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import get_source, sources_of
from backups.services.reading import FoundRecord, RecordPage, read_page, search_now
from backups.services.snapshots import history_of, view_of
from clients.enums import Permission
from clients.models import Client
from clients.rules import OPENS
from clients.services.looking import allowed_on, require_on, shown_versions
from listbackup.core.crypto import digest

QUIET = 600  # seconds in which looks of one client at one source are one entry of the log


@dataclass(frozen=True, slots=True)
class FoundIn:
    source: Source
    records: list[FoundRecord]


def portal_overview(context: AccountContext) -> Overview:
    """Health of what is shared. Six queries."""
    return overview(context, rows=50, runs=False)


def shared_source(context: AccountContext, pk: object) -> Source:
    """Raises SourceNotFound for what is not shared, NotGranted for what may not be looked at."""
    source = get_source(context, pk)
    require_on(context, source, "source.view")
    return source


def shared_snapshot(context: AccountContext, source: Source, pk: object | None) -> Snapshot | None:
    """The one asked for, else the newest that is shown; None when there is none. Raises SnapshotNotFound."""
    if pk:
        return get_snapshot(context, pk, source=source)
    return snapshots_of(context, source).first()


def permission_names(context: AccountContext, source: Source) -> list[str]:
    """Names of `Permission` that the guest has with a source."""
    allowed = allowed_on(context, source)
    return [name for name in Permission.values if OPENS[Permission(name)] <= allowed]


def page_of_records(
    context: AccountContext,
    client: Client,
    snapshot: Snapshot,
    *,
    stream: str = "",
    search: str = "",
    after: str = "",
    size: int = 50,
) -> RecordPage:
    """Raises NotGranted, StreamUnknown, DamagedObject."""
    source = snapshot.source
    require_on(context, source, "record.view")
    if search:
        require_on(context, source, "portal.search")
    page = read_page(snapshot, stream=stream, search=search, after=after, size=size)
    _note(context, client, source, "portal.searched" if search else "portal.records_opened")
    return page


def search_shared(context: AccountContext, client: Client, text: str, *, most: int, limit: int) -> list[FoundIn]:
    """In the newest snapshot that is shown of each source which may be searched, at most `most` of them. Two queries."""
    sources = [one for one in sources_of(context)[:most] if "portal.search" in allowed_on(context, one)]
    newest = snapshots_of(context).filter(source__in=sources).order_by("source_id", "-number").distinct("source_id")
    found = [FoundIn(one.source, search_now(one, text, limit=limit)) for one in newest]
    record(context, "portal.searched", client, text=text)
    return [one for one in found if one.records]


def versions_of_record(
    context: AccountContext, client: Client, snapshot: Snapshot, stream: str, key: str
) -> list[Version]:
    """Newest first, no older than what is shared. Raises NotGranted, RecordNotFound."""
    source = snapshot.source
    require_on(context, source, "record.view")
    with view_of(snapshot) as view:
        versions = shown_versions(context, source, history_of(source, view, stream, key))
    if not versions:
        raise RecordNotFound("There is no such record in this snapshot.")
    _note(context, client, source, "portal.record_opened", stream=stream, key=key[:200])
    return versions


def _note(context: AccountContext, client: Client, source: Source, action: str, **detail: Any) -> None:
    """The agency sees what its client looked at; turning pages is one look."""
    who: UUID | str = context.user.pk if context.user else context.actor_label
    if cache.add(f"portal-look:{digest(f'{client.pk}:{who}:{source.pk}:{action}:{detail}')}", 1, QUIET):
        record(context, action, client, source=source.name, **detail)
