"""A source's tab "SQL": one reading statement over its streams, and statements that were kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access.pages import AccountPage
from backups.models import Source
from backups.query.sql import Answer
from backups.selectors.snapshots import snapshots_of
from backups.selectors.sources import get_source
from backups.services import queries
from backups.web.forms.queries import QueryForm, SavedForm, SaveForm
from backups.web.records import printable
from listbackup.core.errors import InvalidInput, ListBackupError
from listbackup.core.ids import parse_id
from listbackup.core.web.downloads import Download, streamed

SNAPSHOTS = 100
TYPES = {"csv": ("text/csv", queries.as_csv), "jsonl": ("application/x-ndjson", queries.as_lines)}


class _QueryPage(AccountPage):
    def form(self, source: Source, *args: Any, **kwargs: Any) -> QueryForm:
        snapshots = list(snapshots_of(self.context).filter(source=source)[:SNAPSHOTS])
        return QueryForm(*args, snapshots=snapshots, **kwargs)

    def page(
        self,
        request: HttpRequest,
        source: Source,
        form: QueryForm,
        *,
        answer: Answer | None = None,
        error: ListBackupError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "source": source,
            "tab": "query",
            "form": form,
            "tables": queries.tables_of(source),
            "saved": list(queries.saved_queries(self.context, source)),
            "answer": answer,
            "rows": [[printable(value) for value in row] for row in answer.rows] if answer else [],
            "error": error,
            "most": queries.PAGE,
        }
        return render(request, "backups/query.html", context, status=status)


class QueryPage(_QueryPage):
    """`?saved=` fills in a saved query; POST runs what was written."""

    permissions = {"get": "record.view", "post": "record.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        saved = parse_id(request.GET.get("saved", ""))
        text = queries.get_saved(self.context, source, saved).sql if saved else _example(source)
        return self.page(request, source, self.form(source, initial={"sql": text}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        form = self.form(source, request.POST)
        if not form.is_valid():
            return self.page(request, source, form, status=400)
        try:
            answer = queries.ask(self.context, source, form.cleaned_data["sql"], snapshot=form.chosen())
        except ListBackupError as error:
            return self.page(request, source, form, error=error, status=error.status)
        return self.page(request, source, form, answer=answer)


class QueryDownloadPage(_QueryPage):
    """Runs it for a file: `format` is csv or jsonl."""

    permissions = {"post": "record.view"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        source = get_source(self.context, pk)
        form = self.form(source, request.POST)
        wanted = request.POST.get("format", "csv")
        if not form.is_valid() or wanted not in TYPES:
            return self.page(request, source, form, status=400)
        rows = queries.DOWNLOAD
        try:
            answer = queries.ask(self.context, source, form.cleaned_data["sql"], snapshot=form.chosen(), rows=rows)
        except ListBackupError as error:
            return self.page(request, source, form, error=error, status=error.status)
        content_type, write = TYPES[wanted]
        return streamed(request, Download(f"query.{wanted}", content_type, write(answer)))


class QuerySavePage(_QueryPage):
    permissions = {"post": "query.save"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        given, form = SaveForm(request.POST), self.form(source, request.POST)
        if not given.is_valid():
            error = InvalidInput("A saved query has a name and a SELECT.")
            return self.page(request, source, form, error=error, status=400)
        try:
            made = queries.save_query(self.context, source, **given.cleaned_data)
        except ListBackupError as error:
            return self.page(request, source, form, error=error, status=error.status)
        messages.success(request, f"{made.name} is saved.")
        return redirect(f"{reverse('sources:query', args=[pk])}?saved={made.pk}")


class QueryDeletePage(_QueryPage):
    permissions = {"post": "query.save"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        given = SavedForm(request.POST)
        if not given.is_valid():
            return self.page(request, source, self.form(source, initial={"sql": _example(source)}), status=400)
        found = queries.get_saved(self.context, source, given.pk())
        queries.delete_query(self.context, found)
        messages.success(request, f"{found.name} is deleted.")
        return redirect("sources:query", pk=pk)


def _example(source: Source) -> str:
    tables = queries.tables_of(source)
    return f'SELECT * FROM "{tables[0][0]}" LIMIT 100' if tables else ""  # noqa: S608 - shown to a person, not run
