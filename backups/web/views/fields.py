"""The fields of a source's streams, and when they changed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.selectors.sources import get_source
from backups.services import fields


class FieldsPage(AccountPage):
    """Without `stream`: what changed, newest first, and the streams. With it: its fields and its versions."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        stream = request.GET.get("stream", "")[:400]
        rows = fields.versions_of(self.context, source, stream)
        context = {
            "source": source,
            "tab": "data",
            "stream": stream,
            "page": page_of(request, rows if stream else rows.exclude(changes=[])),
            "latest": rows.first() if stream else None,
            "streams": [] if stream else list(fields.latest_fields(source).values_list("stream", flat=True)),
        }
        return render(request, "backups/fields.html", context)
