"""Asking for data, and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from backups.models import Snapshot, Source
from clients.enums import OPEN_REQUESTS, RequestKind
from clients.errors import RequestDecided
from clients.portal.content import permission_names, shared_snapshot, shared_source
from clients.portal.forms import RequestForm
from clients.portal.pages import PortalPage
from clients.selectors.clients import get_request, requests_of
from clients.services import requests
from clients.services.looking import allowed_on
from listbackup.core.errors import InvalidInput, NotFound, TooMany
from listbackup.core.web.downloads import streamed


class RequestsPage(PortalPage):
    permissions = {"get": ""}

    def get(self, request: HttpRequest) -> HttpResponse:
        page = page_of(request, requests_of(self.context))
        for row in page.rows:
            row.progress = requests.progress_of(row)
        return render(request, "portal/requests.html", {"page": page})


class AskPage(PortalPage):
    """What is asked for stands in the address: a record (`stream`, `key`), found records (`q`), a stream, or everything."""

    permissions = {"get": "source.view", "post": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, *self._what(request, pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source, snapshot, scope = self._what(request, pk)
        form = RequestForm(request.POST, kinds=self._kinds(source), one_record=bool(scope["key"]))
        if not form.is_valid():
            return self._page(request, source, snapshot, scope, form, status=400)
        try:
            made = requests.ask(self.context, self.person, snapshot=snapshot, **scope, **form.cleaned_data)
        except (InvalidInput, TooMany) as error:
            form.add_error(None, f"{error.message} {error.remedy}")
            return self._page(request, source, snapshot, scope, form, status=error.status)
        progress = requests.progress_of(made)
        told = {
            "waiting": f"Sent. {self.brand.name} decides, and you get mail.",
            "approved": f"{self.brand.name} puts it back, and you get mail when it is done.",
        }
        messages.success(request, told.get(progress, "The file is being made. This page shows it when it is ready."))
        return redirect(f"/requests/{made.pk}/")

    def _what(self, request: HttpRequest, pk: UUID) -> tuple[Source, Snapshot, dict[str, Any]]:
        source = shared_source(self.context, pk)
        snapshot = shared_snapshot(self.context, source, request.GET.get("snapshot"))
        if snapshot is None or not self._kinds(source):
            raise NotFound("There is nothing here that you could ask for.")
        stream, key, text = (request.GET.get(name, "")[:1000] for name in ("stream", "key", "q"))
        streams = [stream] if stream and not key else []
        return source, snapshot, {"stream": stream if key else "", "key": key, "streams": streams, "search": text[:200]}

    def _kinds(self, source: Source) -> list[str]:
        allowed = allowed_on(self.context, source)
        kinds = [RequestKind.DOWNLOAD] if allowed & {"export.create", "portal.request"} else []
        return [*kinds, *([RequestKind.RESTORE] if "portal.request" in allowed else [])]

    def _page(
        self,
        request: HttpRequest,
        source: Source,
        snapshot: Snapshot,
        scope: dict[str, Any],
        form: RequestForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        kinds = self._kinds(source)
        may = permission_names(self.context, source)
        values = {
            "source": source,
            "snapshot": snapshot,
            "scope": scope,
            "form": form or RequestForm(kinds=kinds, one_record=bool(scope["key"])),
            "label": snapshot.label_of(scope["stream"] or "".join(scope["streams"])),
            "at_once": "download" in may,
        }
        return render(request, "portal/ask.html", values, status=status)


class RequestPage(PortalPage):
    """One request; POST takes it back."""

    permissions = {"get": "", "post": ""}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = get_request(self.context, pk)
        progress = requests.progress_of(found)
        values = {
            "request_row": found,
            "progress": progress,
            "is_open": found.state in OPEN_REQUESTS and progress != "ready",
        }
        return render(request, "portal/request.html", values)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            requests.take_back(self.context, get_request(self.context, pk))
        except RequestDecided as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Taken back.")
        return redirect(f"/requests/{pk}/")


class RequestFilePage(PortalPage):
    permissions = {"get": ""}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return streamed(request, requests.open_file(self.context, get_request(self.context, pk)))
