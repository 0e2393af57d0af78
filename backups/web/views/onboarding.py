"""Three steps to the first backup: connect a platform, choose streams, watch it run."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from backups.selectors.jobs import jobs_of
from backups.selectors.sources import get_source
from backups.services.sources import create_source
from backups.web.forms.sources import SourceForm
from backups.web.live import live, steps
from integrations.selectors.connections import connections_of, get_connection
from integrations.selectors.platforms import catalogue
from integrations.services.readers import stream_counts, stream_infos
from listbackup.core.errors import ListBackupError


class ChoosePlatformPage(AccountPage):
    """Step 1: the platforms, and connections that exist already."""

    permissions = {"get": "source.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"steps": steps(1), "platforms": catalogue(), "connections": connections_of(self.context)[:20]}
        return render(request, "backups/onboarding_platform.html", context)


class ChooseStreamsPage(AccountPage):
    """Step 2: what to back up and how often."""

    permissions = {"get": "source.create", "post": "source.create"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        infos, error = self._infos(connection)
        return self._page(request, connection, SourceForm(streams=infos), infos, error)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        infos, error = self._infos(connection)
        form = SourceForm(request.POST, streams=infos)
        if form.is_valid():
            data = dict(form.cleaned_data)
            source = create_source(self.context, connection=connection, **data)
            return redirect("onboarding:running", pk=source.pk)
        return self._page(request, connection, form, infos, error, status=400)

    @staticmethod
    def _infos(connection: Any) -> tuple[list[Any], ListBackupError | None]:
        """The streams the connection can read; the platform's refusal is shown, not thrown."""
        try:
            return list(stream_infos(connection)), None
        except ListBackupError as error:
            return [], error

    def _page(
        self, request: HttpRequest, connection: Any, form: SourceForm, infos: list[Any], error: Any, status: int = 200
    ) -> HttpResponse:
        context = {"steps": steps(2), "connection": connection, "form": form, "streams": infos, "error": error}
        return render(request, "backups/onboarding_streams.html", context, status=status)


class StreamCountsPage(AccountPage):
    """The platform's own counts, asked for by the page after it is shown."""

    permissions = {"get": "source.create"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        try:
            counts = stream_counts(connection)
        except ListBackupError:
            counts = []  # the page says nothing rather than something wrong; the next step shows the error
        return render(request, "backups/onboarding_counts.html", {"counts": counts})


class FirstBackupPage(AccountPage):
    """Step 3: the first run, live."""

    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        job = jobs_of(self.context).filter(source=source).order_by("pk").first()
        context = {"steps": steps(3), "source": source, "job": job, **live(job)}
        return render(request, "backups/onboarding_running.html", context)
