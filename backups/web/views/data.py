"""Looking into a snapshot: streams, records, one record's versions."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access.pages import AccountPage
from backups.errors import RecordNotFound
from backups.models import Snapshot, Source
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.services.looking import readable_source
from backups.services.snapshots import history_of, view_of
from backups.web import records
from listbackup.core.errors import NotFound

PAGE_SIZE = 50
MOMENTS = 60  # snapshots offered by the time slider


def chosen_snapshot(context: Any, source: Source, wanted: str | None) -> Snapshot | None:
    """The snapshot asked for, else the last one; NotFound when it is not one of this source."""
    if not wanted:
        return source.last_snapshot
    try:
        snapshot = get_snapshot(context, UUID(wanted))
    except ValueError:
        raise NotFound("There is no such snapshot.") from None
    if snapshot.source_id != source.pk:
        raise NotFound("There is no such snapshot of this source.")
    return snapshot


class DataPage(AccountPage):
    """The records of one stream as of one snapshot, with search; without a snapshot it says so."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = readable_source(self.context, pk)
        snapshot = chosen_snapshot(self.context, source, request.GET.get("snapshot"))
        context: dict[str, Any] = {"source": source, "tab": "data", "snapshot": snapshot}
        if snapshot is None:
            return render(request, "backups/data.html", context)
        context["moments"] = snapshots_of(self.context).filter(source=source)[:MOMENTS]
        text, after = request.GET.get("q", "").strip()[:200], request.GET.get("after") or None
        with view_of(snapshot) as view:
            streams = view.streams()
            known = {name for name, _, _ in streams}
            fallback = next((name for name, _, count in streams if count), streams[0][0] if streams else "")
            stream = request.GET.get("stream", fallback)
            if stream and stream not in known:
                raise NotFound(f"This snapshot has no stream {stream}.")
            rows = view.page(stream, after=after, limit=PAGE_SIZE + 1, search=text or None) if stream else []
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        columns, table = records.table(rows)
        here = {"snapshot": str(snapshot.pk), "stream": stream, **({"q": text} if text else {})}
        context |= {
            "streams": streams,
            "stream": stream,
            "label": next((label for name, label, _ in streams if name == stream), stream),
            "count": next((count for name, _, count in streams if name == stream), 0),
            "q": text,
            "after": after,
            "columns": columns,
            "filled_streams": [one for one in streams if one[2]],
            "empty_streams": [one for one in streams if not one[2]],
            "rows": table,
            "next_url": f"?{urlencode({**here, 'after': rows[-1].key})}" if more else "",
            "first_url": f"?{urlencode(here)}" if after else "",
        }
        return render(request, "backups/data.html", context)


class RecordPage(AccountPage):
    """One record: its fields, its versions since the first snapshot, and the difference of any two."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = readable_source(self.context, pk)
        snapshot = chosen_snapshot(self.context, source, request.GET.get("snapshot"))
        stream, key = request.GET.get("stream", ""), request.GET.get("key", "")
        if snapshot is None:
            raise NotFound("This source has no snapshot yet.")
        with view_of(snapshot) as view:
            label = next((label for name, label, _ in view.streams() if name == stream), stream)
            versions = history_of(source, view, stream, key)
        if not versions:
            raise RecordNotFound("There is no such record in this snapshot.")
        newest = self._index(request.GET.get("new"), 0, len(versions))
        oldest = self._index(request.GET.get("old"), min(newest + 1, len(versions) - 1), len(versions))
        current = versions[newest]
        changes = records.difference(versions[oldest].raw, current.raw) if oldest != newest else []
        base = urlencode({"snapshot": str(snapshot.pk), "stream": stream, "key": key})
        context = {
            "source": source,
            "tab": "data",
            "snapshot": snapshot,
            "stream": stream,
            "label": label,
            "key": key,
            "versions": list(enumerate(versions)),
            "shown": newest,
            "compared": oldest,
            "current": current,
            "fields": records.fields_of(current.raw),
            "json": records.pretty(current.raw),
            "changed_fields": [change for change in changes if change.kind != "same"],
            "changes": changes,
            "base_url": f"?{base}",
            "back_url": f"{reverse('sources:data', args=[pk])}?{urlencode({'snapshot': str(snapshot.pk), 'stream': stream})}",
        }
        return render(request, "backups/record.html", context)

    @staticmethod
    def _index(value: str | None, default: int, size: int) -> int:
        return int(value) if value and value.isdigit() and int(value) < size else default
