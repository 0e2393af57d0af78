"""What is shared: health, snapshots, records, search."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.access.lists import page_of
from backups.selectors.snapshots import snapshots_of
from backups.selectors.strips import day_strip
from backups.services.proof_report import report_file
from backups.web.shown import found_values, page_values, record_values
from clients.portal.content import (
    page_of_records,
    permission_names,
    portal_overview,
    search_shared,
    shared_snapshot,
    shared_source,
    versions_of_record,
)
from clients.portal.pages import PortalPage
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
        return streamed(request, monthly_report(self.context, self.client, self.brand, month))


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
        values |= page_values(snapshot, shown, search=text, after=after)
        values["moments"] = snapshots_of(self.context, source)[:MOMENTS]
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
        values = {
            **record_values(snapshot, stream, key, versions, request.GET),
            "source": source,
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
            found = search_shared(self.context, self.client, text, most=SEARCHED, limit=HITS)
            values["results"] = [{"source": one.source, "hits": found_values(one.records)} for one in found]
        return render(request, "portal/search.html", values)
