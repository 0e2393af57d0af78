"""Sources: the list, one source with its tabs, and what can be done with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.enums import Health
from backups.errors import JobAlreadyRunning
from backups.selectors.jobs import jobs_of
from backups.selectors.sources import deleted_sources, get_deleted, get_source, sources_of
from backups.selectors.strips import day_strip
from backups.services import jobs, sources
from backups.web.forms.sources import ConfirmForm, SourceSettingsForm
from backups.web.live import live
from integrations.services.readers import stream_infos
from listbackup.core.errors import ListBackupError


class SourceListPage(AccountPage):
    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = sources_of(self.context)
        health, text = request.GET.get("health", ""), request.GET.get("q", "").strip()
        if health in Health.values:
            rows = rows.filter(health=health)
        if text:
            rows = rows.filter(name__icontains=text)
        page = page_of(request, rows)
        context = {
            "page": page,
            "strips": day_strip([source.pk for source in page]),
            "healths": Health.choices,
            "health": health,
            "q": text,
            "total": sources_of(self.context).count(),
            "protected": sources_of(self.context).filter(health=Health.PROTECTED).count(),
        }
        return render(request, "backups/source_list.html", context)


class SourcePage(AccountPage):
    """The source's overview tab: its first line says whether it is safe."""

    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        recent = list(jobs_of(self.context).filter(source=source)[:10])
        active = next((job for job in recent if job.is_active and job.writes_snapshots), None)
        context = {
            "source": source,
            "tab": "overview",
            "jobs": recent,
            "active_job": active,
            "strip": day_strip([source.pk]).get(source.pk, []),
            "snapshot": source.last_snapshot,
            **live(active),
        }
        return render(request, "backups/source_detail.html", context)


class SourceSyncPage(AccountPage):
    permissions = {"post": "source.sync"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        try:
            jobs.start_job(self.context, source=source)
            messages.success(request, "The backup is queued.")
        except JobAlreadyRunning:
            messages.info(request, "A backup of this source is already under way.")
        return redirect("sources:detail", pk=pk)


class SourcePausePage(AccountPage):
    """POST `paused=1` pauses, `paused=0` resumes."""

    permissions = {"post": "source.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        if request.POST.get("paused") == "1":
            sources.pause_source(self.context, source)
            messages.success(request, f"{source.name} is paused. Its snapshots stay readable.")
        else:
            sources.resume_source(self.context, source)
            messages.success(request, f"{source.name} runs again on its schedule.")
        return redirect("sources:detail", pk=pk)


class SourceSettingsPage(AccountPage):
    permissions = {"get": "source.update", "post": "source.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        initial = {"name": source.name, "streams": source.streams, "schedule": source.schedule}
        return self._page(request, source, self._form(source, initial=initial))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        form = self._form(source, data=request.POST)
        if not form.is_valid():
            return self._page(request, source, form, status=400)
        changes = dict(form.cleaned_data)
        changes["name"] = changes["name"] or source.name
        sources.update_source(self.context, source, **changes)
        messages.success(request, "Saved. It holds from the next run on.")
        return redirect("sources:settings", pk=pk)

    @staticmethod
    def _form(source: Any, **arguments: Any) -> SourceSettingsForm:
        return SourceSettingsForm(streams=stream_infos(source.connection), **arguments)

    def _page(self, request: HttpRequest, source: Any, form: Any, status: int = 200) -> HttpResponse:
        context = {"source": source, "form": form, "tab": "settings"}
        return render(request, "backups/source_settings.html", context, status=status)


class SourceTestPage(AccountPage):
    """Dry run: one page of each stream is read, nothing is stored."""

    permissions = {"post": "source.test"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        context: dict[str, Any] = {"source": source, "tab": "overview"}
        try:
            context["probes"] = sources.probe_source(self.context, source)
        except ListBackupError as error:
            context["error"] = error
        return render(request, "backups/source_test.html", context)


class SourceDeletePage(AccountPage):
    permissions = {"get": "source.delete", "post": "source.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        return self._page(request, source, ConfirmForm(expected=source.name))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        form = ConfirmForm(request.POST, expected=source.name)
        if not form.is_valid():
            return self._page(request, source, form, status=400)
        sources.delete_source(self.context, source, erase=form.cleaned_data["erase"])
        if form.cleaned_data["erase"]:
            done = (
                f"{source.name} is deleted. Its snapshots are erased in thirty days; until then you can bring it back."
            )
        else:
            done = f"{source.name} is deleted. Its snapshots stay as long as its retention keeps them."
        messages.success(request, done)
        return redirect("sources:deleted")

    @staticmethod
    def _page(request: HttpRequest, source: Any, form: ConfirmForm, status: int = 200) -> HttpResponse:
        context = {"source": source, "form": form, "tab": "settings"}
        return render(request, "backups/source_delete.html", context, status=status)


class DeletedSourcesPage(AccountPage):
    """Deleted sources whose snapshots are still there."""

    permissions = {"get": "source.delete"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "backups/source_deleted.html", {"page": page_of(request, deleted_sources(self.context))})


class BringBackPage(AccountPage):
    permissions = {"post": "source.delete"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = sources.bring_back(self.context, get_deleted(self.context, pk))
        messages.success(request, f"{source.name} is back, and paused. Resume it when you like.")
        return redirect("sources:detail", pk=source.pk)
