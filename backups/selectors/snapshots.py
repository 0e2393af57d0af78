"""Reading snapshots. Their content is read through `backups.services.snapshots.view_of`."""

import datetime as dt
from uuid import UUID

from django.db.models import QuerySet

from accounts.access.context import AccountContext
from backups.errors import SnapshotMissing, SnapshotNotFound
from backups.models import Snapshot, Source


def snapshots_of(context: AccountContext, source: Source | None = None) -> QuerySet[Snapshot]:
    """Newest first; of one source, or of all."""
    found = (
        Snapshot.objects.visible_to(context)
        .select_related("source__connection", "account")
        .defer("source__proof")  # long, and no list shows it
        .order_by("-id")
    )
    return found if source is None else found.filter(source=source)  # type: ignore[no-any-return]


def get_snapshot(context: AccountContext, pk: object, *, source: Source | None = None) -> Snapshot:
    """Raises SnapshotNotFound."""
    try:
        found = snapshots_of(context, source).filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise SnapshotNotFound("There is no such snapshot.")
    return found


def compared(
    context: AccountContext, source: Source, old: object | None = None, new: object | None = None
) -> tuple[Snapshot, Snapshot]:
    """(older, newer): the two that are named, whichever way round; those that are not are the last ones.

    Raises SnapshotNotFound, SnapshotMissing for a source with less than two.
    """
    last = list(snapshots_of(context, source)[:2])
    if len(last) < 2:
        raise SnapshotMissing(f"{source.name} has no two snapshots to compare yet.", remedy="Wait for the next backup.")
    chosen = [
        last[at] if wanted is None else get_snapshot(context, wanted, source=source)
        for at, wanted in ((1, old), (0, new))
    ]
    older, newer = sorted(chosen, key=lambda snapshot: snapshot.number)
    return older, newer


def find_snapshot(context: AccountContext, source: Source, at: str = "") -> Snapshot:
    """For people: by id, by number, as of a time (RFC 3339), or the newest. Raises SnapshotNotFound, SnapshotMissing."""
    rows = snapshots_of(context, source)
    if not at:
        found = rows.first()
        if found is None:
            raise SnapshotMissing(f"{source.name} has no snapshot yet.")
        return found
    if at.isdigit():
        found = rows.filter(number=int(at)).first() if len(at) < 10 else None
    else:
        found = _by_id_or_time(rows, at)
    if found is None:
        raise SnapshotNotFound(f"{source.name} has no snapshot {at[:60]}.", remedy="List them first.")
    return found


def _by_id_or_time(rows: QuerySet[Snapshot], at: str) -> Snapshot | None:
    try:
        return rows.filter(pk=UUID(at)).first()
    except ValueError:
        pass
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return rows.filter(taken_at__lte=moment).order_by("-number").first()
