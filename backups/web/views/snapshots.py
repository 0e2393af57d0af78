"""Snapshots: the timeline, verification, exports, and search over all sources."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.enums import ExportFormat, JobKind
from backups.models import Snapshot, Source
from backups.query.rows import RecordRow
from backups.selectors.jobs import get_job
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import get_source, sources_of
from backups.services import exports, jobs
from backups.services.looking import open_records, openable
from backups.services.reading import search_now
from backups.services.searching import search_past
from backups.web import records
from backups.web.forms.exports import ExportForm
from backups.web.shown import found_values
from listbackup.core.web.downloads import streamed

SEARCHED_SOURCES = 20
HITS = 20


class SourceSnapshotsPage(AccountPage):
    permissions = {"get": "snapshot.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        rows = snapshots_of(self.context).filter(source=source)
        context = {
            "source": source,
            "tab": "snapshots",
            "page": page_of(request, rows),
            "formats": ExportFormat.choices,
        }
        return render(request, "backups/source_snapshots.html", context)


class SearchPage(AccountPage):
    """Snapshots of all sources, and a search over the last state of each, or (`when=ever`) over all that it ever held."""

    permissions = {"get": "record.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:200]
        ever = request.GET.get("when") == "ever"
        context: dict[str, Any] = {"q": text, "limit": HITS, "ever": ever}
        if len(text) >= 2:
            context["results"] = self._search_past(text) if ever else self._search(text)
        else:
            context["page"] = page_of(request, snapshots_of(self.context))
        return render(request, "backups/search.html", context)

    def _searched(self) -> list[Source]:
        return openable(
            self.context, list(sources_of(self.context).filter(last_snapshot__isnull=False)[:SEARCHED_SOURCES])
        )

    def _search_past(self, text: str) -> list[dict[str, Any]]:
        found = []
        for source in self._searched():
            hits = [
                {
                    "stream": hit.past.stream,
                    "label": hit.label,
                    "key": hit.past.key,
                    "cells": records.table([RecordRow(hit.past.key, None, hit.past.raw, b"")])[1][0].cells,
                    "since": hit.since,
                    "until": hit.until,
                    "end": hit.past.end,
                }
                for hit in search_past(source, text, limit=HITS)
            ]
            if hits:
                found.append({"source": source, "hits": hits})
        return found

    def _search(self, text: str) -> list[dict[str, Any]]:
        found = []
        for source in self._searched():
            assert source.last_snapshot is not None
            hits = found_values(search_now(source.last_snapshot, text, limit=HITS))
            if hits:
                found.append({"source": source, "hits": hits})
        return found


class SnapshotVerifyPage(AccountPage):
    """Queues a verification: every byte of the snapshot is read again."""

    permissions = {"post": "snapshot.verify"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot = get_snapshot(self.context, pk)
        job = jobs.start_job(
            self.context, source=snapshot.source, kind=JobKind.VERIFY, parameters={"snapshot": str(snapshot.pk)}
        )
        messages.success(request, "The verification is queued.")
        return redirect("jobs:detail", pk=job.pk)


class SnapshotExportPage(AccountPage):
    """What is exported, and as what; POST queues it."""

    permissions = {"get": "export.create", "post": "export.create"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot = get_snapshot(self.context, pk)
        return self._page(request, snapshot, ExportForm(snapshot=snapshot))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot = get_snapshot(self.context, pk)
        form = ExportForm(request.POST, snapshot=snapshot)
        if not form.is_valid():
            return self._page(request, snapshot, form, status=400)
        open_records(self.context, snapshot.source)
        job = exports.start_export(self.context, source=snapshot.source, snapshot=snapshot, **form.cleaned_data)
        messages.success(request, "The export is being made. This page shows the link when it is ready.")
        return redirect("jobs:detail", pk=job.pk)

    @staticmethod
    def _page(request: HttpRequest, snapshot: Snapshot, form: ExportForm, status: int = 200) -> HttpResponse:
        context = {"snapshot": snapshot, "source": snapshot.source, "form": form, "tab": "snapshots"}
        return render(request, "backups/export.html", context, status=status)


class ExportDownloadPage(AccountPage):
    """The file of a finished export."""

    permissions = {"get": "export.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        job = get_job(self.context, pk)
        return streamed(request, exports.open_export(self.context, job))
