"""Jobs: what runs, what waits, what failed and why."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.enums import JobKind, JobState
from backups.live import progress_of
from backups.selectors.jobs import get_job, jobs_of, queue_depths
from backups.services import jobs


class JobListPage(AccountPage):
    permissions = {"get": "job.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = jobs_of(self.context)
        state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
        if state in JobState.values:
            rows = rows.filter(state=state)
        if kind in JobKind.values:
            rows = rows.filter(kind=kind)
        context = {
            "page": page_of(request, rows),
            "queues": queue_depths(self.context),
            "states": JobState.choices,
            "kinds": [(JobKind.BACKUP, "Backup"), (JobKind.EXPORT, "Export"), (JobKind.VERIFY, "Verification")],
            "state": state,
            "kind": kind,
        }
        return render(request, "backups/job_list.html", context)


class JobPage(AccountPage):
    permissions = {"get": "job.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = get_job(self.context, pk)
        return render(request, "backups/job_detail.html", {"job": job, "progress": progress_of(job)})


class JobProgressPage(AccountPage):
    """What the live view polls when it has no WebSocket."""

    permissions = {"get": "job.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return JsonResponse(progress_of(get_job(self.context, pk)))


class JobCancelPage(AccountPage):
    permissions = {"post": "job.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        jobs.cancel_job(self.context, get_job(self.context, pk))
        messages.success(request, "The job is being cancelled. What was read so far is not offered as a snapshot.")
        return redirect("jobs:detail", pk=pk)


class JobRetryPage(AccountPage):
    permissions = {"post": "job.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = jobs.retry_job(self.context, get_job(self.context, pk))
        messages.success(request, "The job runs again.")
        return redirect("jobs:detail", pk=job.pk)
