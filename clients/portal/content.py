"""What a portal shows: used by its pages and its API alike. Everything goes through the guest's context."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.errors import RecordNotFound, StreamUnknown
from backups.models import Snapshot, Source
from backups.query.rows import RecordRow, Version
from backups.selectors.overview import Overview, overview
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import get_source
from backups.services.snapshots import history_of, view_of
from clients.enums import Permission
from clients.models import Client
from clients.rules import OPENS
from clients.services.looking import allowed_on, require_on, shown_versions
from listbackup.core.crypto import digest

QUIET = 600  # seconds in which looks of one client at one source are one entry of the log


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a stream; `streams`: (name, label, records) of the snapshot; `next` "" at the end."""

    streams: list[tuple[str, str, int]]
    stream: str
    rows: list[RecordRow]
    next: str

    @property
    def label(self) -> str:
        return next((label for name, label, _ in self.streams if name == self.stream), self.stream)


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
    with view_of(snapshot) as view:
        streams = view.streams()
        chosen = stream or next((name for name, _, count in streams if count), streams[0][0] if streams else "")
        if chosen and chosen not in {name for name, _, _ in streams}:
            raise StreamUnknown("The snapshot has no such stream.", fields={"stream": [f"Unknown: {chosen[:60]}"]})
        rows = view.page(chosen, after=after or None, limit=size + 1, search=search or None) if chosen else []
    _note(context, client, source, "portal.searched" if search else "portal.records_opened")
    more, rows = len(rows) > size, rows[:size]
    return RecordPage(streams, chosen, rows, rows[-1].key if more else "")


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
