"""Looking into a snapshot: streams, records, one record's versions."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.access.pages import AccountPage
from backups.errors import RecordNotFound, StreamUnknown
from backups.models import Snapshot, Source
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.services.looking import readable_source
from backups.services.reading import read_page
from backups.services.snapshots import history_of, view_of
from backups.web.shown import page_values, record_values
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
        text, after = request.GET.get("q", "").strip()[:200], request.GET.get("after") or ""
        try:
            page = read_page(snapshot, stream=request.GET.get("stream", ""), search=text, after=after, size=PAGE_SIZE)
        except StreamUnknown as error:
            raise NotFound(error.message) from None
        context |= page_values(snapshot, page, search=text, after=after)
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
            versions = history_of(source, view, stream, key)
        if not versions:
            raise RecordNotFound("There is no such record in this snapshot.")
        back = urlencode({"snapshot": str(snapshot.pk), "stream": stream})
        context = {
            **record_values(snapshot, stream, key, versions, request.GET),
            "source": source,
            "tab": "data",
            "back_url": f"{reverse('sources:data', args=[pk])}?{back}",
        }
        return render(request, "backups/record.html", context)
