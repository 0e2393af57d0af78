"""What is shared: health, snapshots, records, search."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.access.lists import page_of
from accounts.activity.services import record
from backups.models import Snapshot
from backups.selectors.snapshots import snapshots_of
from backups.selectors.sources import sources_of
from backups.selectors.strips import day_strip
from backups.services.proof_report import report_file
from backups.services.snapshots import view_of
from backups.web import records
from clients.portal.content import (
    page_of_records,
    permission_names,
    portal_overview,
    shared_snapshot,
    shared_source,
    versions_of_record,
)
from clients.portal.pages import PortalPage
from clients.services.looking import allowed_on
from clients.services.report import monthly_report, parse_month
from listbackup.core.clock import zone_of
from listbackup.core.errors import NotFound
from listbackup.core.web.downloads import streamed

PAGE_SIZE, MOMENTS, SEARCHED, HITS = 50, 60, 20, 20


class OverviewPage(PortalPage):
    permissions = {"get": ""}

    def get(self, request: HttpRequest) -> HttpResponse:
        found = portal_overview(self.context)
        growth = [(day.date, day.records) for day in found.protected_records]
        return render(request, "portal/overview.html", {"overview": found, "growth": growth})


class SourcePage(PortalPage):
    """Health and proof of one source, and its snapshots."""

    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = shared_source(self.context, pk)
        rows = snapshots_of(self.context, source)
        zone = zone_of(self.account.time_zone)
        values = {
            "source": source,
            "page": page_of(request, rows),
            "strip": day_strip([source.pk], 30, zone=zone)[source.pk],
            "may": permission_names(self.context, source),
        }
        return render(request, "portal/source.html", values)


class ProofPage(PortalPage):
    """The proof of restorability as a PDF."""

    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return streamed(request, report_file(shared_source(self.context, pk), maker=self.brand.name))


class ReportPage(PortalPage):
    """The report of one month as a PDF; without `month` (2026-11) of the present one."""

    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        month = parse_month(request.GET.get("month", ""), zone_of(self.account.time_zone))
        made = monthly_report(self.context, self.client, self.brand, month)
        record(self.context, "portal.report_downloaded", self.client, month=f"{month:%Y-%m}")
        return streamed(request, made)


class DataPage(PortalPage):
    """Records of one stream as of one snapshot."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = shared_source(self.context, pk)
        snapshot = shared_snapshot(self.context, source, request.GET.get("snapshot"))
        values: dict[str, Any] = {"source": source, "snapshot": snapshot, "may": permission_names(self.context, source)}
        if snapshot is None:
            return render(request, "portal/data.html", values)
        text, after = request.GET.get("q", "").strip()[:200], request.GET.get("after", "")[:1000]
        shown = page_of_records(
            self.context,
            self.client,
            snapshot,
            stream=request.GET.get("stream", "")[:200],
            search=text,
            after=after,
            size=PAGE_SIZE,
        )
        columns, table = records.table(shown.rows)
        here = {"snapshot": str(snapshot.pk), "stream": shown.stream, **({"q": text} if text else {})}
        values |= {
            "moments": snapshots_of(self.context, source)[:MOMENTS],
            "streams": [one for one in shown.streams if one[2]],
            "stream": shown.stream,
            "label": shown.label,
            "count": next((count for name, _, count in shown.streams if name == shown.stream), 0),
            "q": text,
            "columns": columns,
            "rows": table,
            "next_url": f"?{urlencode({**here, 'after': shown.next})}" if shown.next else "",
            "first_url": f"?{urlencode(here)}" if after else "",
        }
        return render(request, "portal/data.html", values)


class RecordPage(PortalPage):
    """One record, its versions, and the difference of two."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = shared_source(self.context, pk)
        snapshot = shared_snapshot(self.context, source, request.GET.get("snapshot"))
        if snapshot is None:
            raise NotFound("There is no snapshot yet.")
        stream, key = request.GET.get("stream", "")[:200], request.GET.get("key", "")[:1000]
        versions = versions_of_record(self.context, self.client, snapshot, stream, key)
        newest = _index(request.GET.get("new"), 0, len(versions))
        oldest = _index(request.GET.get("old"), min(newest + 1, len(versions) - 1), len(versions))
        current = versions[newest]
        changes = records.difference(versions[oldest].raw, current.raw) if oldest != newest else []
        values = {
            "source": source,
            "snapshot": snapshot,
            "stream": stream,
            "label": next((one.get("label", stream) for one in snapshot.streams if one["name"] == stream), stream),
            "key": key,
            "versions": list(enumerate(versions)),
            "shown": newest,
            "compared": oldest,
            "current": current,
            "fields": records.fields_of(current.raw),
            "json": records.pretty(current.raw),
            "changed_fields": [change for change in changes if change.kind != "same"],
            "base_url": f"?{urlencode({'snapshot': str(snapshot.pk), 'stream': stream, 'key': key})}",
            "may": permission_names(self.context, source),
        }
        return render(request, "portal/record.html", values)


class SearchPage(PortalPage):
    """A search over the newest snapshot of everything that is shared with that permission."""

    permissions = {"get": "portal.search"}

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:200]
        values: dict[str, Any] = {"q": text, "limit": HITS}
        if len(text) >= 2:
            values["results"] = self._search(text)
        return render(request, "portal/search.html", values)

    def _search(self, text: str) -> list[dict[str, Any]]:
        found = []
        for source in sources_of(self.context).filter(last_snapshot__isnull=False)[:SEARCHED]:
            if "portal.search" not in allowed_on(self.context, source):
                continue
            snapshot = snapshots_of(self.context, source).first()
            hits = self._hits(snapshot, text) if snapshot else []
            if hits:
                found.append({"source": source, "hits": hits})
        self._note(text)
        return found

    @staticmethod
    def _hits(snapshot: Snapshot, text: str) -> list[dict[str, Any]]:
        with view_of(snapshot) as view:
            labels = {name: label for name, label, _ in view.streams()}
            return [
                {
                    "stream": hit.stream,
                    "label": labels.get(hit.stream, hit.stream),
                    "key": hit.row.key,
                    "cells": records.table([hit.row])[1][0].cells,
                }
                for hit in view.search(text, limit=HITS)
            ]

    def _note(self, text: str) -> None:

        record(self.context, "portal.searched", self.client, text=text)


def _index(value: str | None, default: int, size: int) -> int:
    return int(value) if value and value.isdigit() and int(value) < size else default
