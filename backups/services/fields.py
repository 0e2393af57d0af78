"""Schemas of streams: a new version when fields come, go, or change their type."""

from collections.abc import Mapping

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from accounts.activity.services import record
from backups.models import Snapshot, Source, StreamFields
from backups.query.fields import Drift, Fields, drift
from listbackup.core.db import plain


def note_fields(context: AccountContext, source: Source, snapshot: Snapshot, found: Mapping[str, Fields]) -> int:
    """Writes a version for each stream whose fields are otherwise than before, or new; how many streams drifted. Call it
    in a transaction."""
    latest = {one.stream: one for one in latest_fields(source)}
    drifted = 0
    for stream, fields in found.items():
        if not fields.seen:
            continue
        name = short(stream)
        known = latest.get(name)
        before = {one[0]: list(one[1]) for one in known.fields} if known else {}
        changes = drift(before, _plain_names(fields)) if known else []
        if known is not None and not changes:
            continue
        _write(source, snapshot, name, known, fields, changes)
        if known is not None:
            drifted += 1
    if drifted:
        record(context, "source.fields_changed", source, streams=drifted, snapshot=str(snapshot.pk))
    return drifted


def latest_fields(source: Source) -> TenantQuerySet[StreamFields]:
    """The newest version of each stream, by stream."""
    found: TenantQuerySet[StreamFields] = (
        StreamFields.objects.filter(source=source).order_by("stream", "-version").distinct("stream")
    )
    return found


def versions_of(context: AccountContext, source: Source, stream: str = "") -> TenantQuerySet[StreamFields]:
    """All versions, newest first; of one stream when it is named."""
    found = StreamFields.objects.visible_to(context).filter(source=source).select_related("snapshot")
    rows: TenantQuerySet[StreamFields] = found.filter(stream=short(stream)) if stream else found
    return rows.order_by("-id")


def short(name: str) -> str:
    """As it is stored."""
    return plain(name)[:400]


def _plain_names(fields: Fields) -> Fields:
    types = {short(name): kinds for name, kinds in fields.types.items()}
    return Fields(fields.seen, fields.whole, types, {short(name): count for name, count in fields.counts.items()})


def _write(
    source: Source, snapshot: Snapshot, name: str, known: StreamFields | None, fields: Fields, changes: list[Drift]
) -> None:
    now = _plain_names(fields)
    removed = {one.field for one in changes if one.kind == "removed"}
    kept = {one[0]: one for one in known.fields} if known else {}
    rows = []
    for field in [*kept, *(one for one in now.types if one not in kept)]:
        if field in removed:
            continue
        before = list(kept[field][1]) if field in kept else []
        types = sorted((now.words(field) if field in now.types else set()) | set(before))
        rows.append([field, types, round(now.counts.get(field, 0) / now.seen, 4)])
    StreamFields.objects.create(
        account=source.account,
        source=source,
        stream=name,
        version=known.version + 1 if known else 1,
        snapshot=snapshot,
        fields=rows,
        changes=[[one.field, one.kind, one.before, one.after] for one in changes],
    )
