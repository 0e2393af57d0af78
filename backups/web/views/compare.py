"""Comparing two snapshots of a source."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from backups.enums import ExportFormat
from backups.models import Snapshot
from backups.query.difference import KINDS, Change
from backups.selectors.snapshots import compared, get_snapshot, snapshots_of
from backups.services import exports
from backups.services.comparison import counts_of, difference_of
from backups.services.looking import readable_source
from backups.web import records
from listbackup.core.errors import NotFound

PAGE_SIZE = 25
MOMENTS = 100  # snapshots offered by each picker
FIELDS = 6  # changed fields of a record that the list names


def shown(change: Change) -> dict[str, Any]:
    """A row of the list: what tells people which record it is, and the fields that differ."""
    row = change.after or change.before
    differing = [
        one
        for one in records.difference(
            change.before.raw if change.before else None, change.after.raw if change.after else None
        )
        if one.kind != "same"
    ]
    return {
        "key": change.key,
        "kind": change.kind,
        "telling": " · ".join(cell for cell in records.table([row])[1][0].cells[:3] if cell) if row else "",
        "fields": differing if change.kind == "changed" else [],
        "named": [one.field.split(".")[-1] for one in differing[:FIELDS]] if change.kind == "changed" else [],
        "more": max(len(differing) - FIELDS, 0) if change.kind == "changed" else 0,
    }


class ComparePage(AccountPage):
    """What was added, changed and deleted between two snapshots; POST exports it."""

    permissions = {"get": "record.view", "post": "export.create"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = readable_source(self.context, pk)
        moments = list(snapshots_of(self.context, source)[:MOMENTS])
        values: dict[str, Any] = {
            "source": source,
            "tab": "compare",
            "moments": moments,
            "formats": [(one.value, one.label) for one in exports.CHANGES],
        }
        if len(moments) > 1:
            asked = (request.GET.get(name) or None for name in ("old", "new"))
            older, newer = compared(self.context, source, *asked)
            values |= {"older": older, "newer": newer, **self._changes(request, older, newer)}
        return render(request, "backups/compare.html", values)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = readable_source(self.context, pk)
        older = get_snapshot(self.context, request.POST.get("old"), source=source)
        newer = get_snapshot(self.context, request.POST.get("new"), source=source)
        chosen = request.POST.get("format", ExportFormat.CSV)
        job = exports.start_export(
            self.context,
            source=source,
            snapshot=newer,
            compared_with=older,
            format=chosen if chosen in exports.CHANGES else ExportFormat.CSV,
        )
        messages.success(request, "The export is being made. This page shows the link when it is ready.")
        return redirect("jobs:detail", pk=job.pk)

    def _changes(self, request: HttpRequest, older: Snapshot, newer: Snapshot) -> dict[str, Any]:
        kind, after = request.GET.get("kind", ""), request.GET.get("after") or None
        if kind and kind not in KINDS:
            raise NotFound(f"There is no kind of change called {kind[:20]}.")
        with difference_of(older, newer) as difference:
            counts = counts_of(difference, older, newer)
            stream = request.GET.get("stream") or (counts[0].stream if counts else "")
            rows = difference.page(stream, kind=kind, after=after, limit=PAGE_SIZE + 1) if stream else []
        more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
        here = {"old": str(older.pk), "new": str(newer.pk), "stream": stream}
        filtered = here | ({"kind": kind} if kind else {})
        return {
            "counts": counts,
            "stream": stream,
            "label": next((one.label for one in counts if one.stream == stream), stream),
            "kind": kind,
            "chips": [
                {
                    "label": one.capitalize() or "All",
                    "url": f"?{urlencode(here | {'kind': one})}",
                    "active": one == kind,
                }
                for one in ("", *KINDS)
            ],
            "pair_url": f"?{urlencode({'old': str(older.pk), 'new': str(newer.pk)})}",
            "rows": [shown(change) for change in rows],
            "next_url": f"?{urlencode(filtered | {'after': rows[-1].key})}" if more else "",
            "first_url": f"?{urlencode(filtered)}" if after else "",
        }
