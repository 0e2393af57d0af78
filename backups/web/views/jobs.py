"""Jobs: what runs, what waits, what failed and why."""

from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.enums import JobKind, JobState
from backups.live import progress_of
from backups.models import Job
from backups.selectors.jobs import QueueDepth, get_job, jobs_of, queue_depths
from backups.services import jobs
from backups.web.live import live
from listbackup.core.web.wording import count, duration, filesize_si

FIGURES = {
    "records_read": ("Records read", count),
    "records_new": ("New", count),
    "records_changed": ("Changed", count),
    "records_unchanged": ("Unchanged, not stored again", count),
    "records_deleted": ("Deleted", count),
    "files": ("Objects written", count),
    "bytes_in": ("Received", filesize_si),
    "bytes_stored": ("Stored", filesize_si),
    "requests": ("Requests", count),
    "waited_rate_limit_s": ("Waited for the platform's limit, all streams together", duration),
}


def figures(job: Job) -> list[tuple[str, str]]:
    """The job's counts in words, in the order people ask for them."""
    return [(label, shown(job.counts[name])) for name, (label, shown) in FIGURES.items() if name in job.counts]


def waiting(queue: QueueDepth) -> str:
    """How many wait behind those that run, and for how long the oldest has."""
    if not queue["depth"]:
        return "nothing waits"
    return f"{count(queue['depth'])} wait, the oldest for {duration(queue['oldest_seconds'])}"


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
            "queues": [{**queue, "note": waiting(queue)} for queue in queue_depths(self.context)],
            "states": JobState.choices,
            "kinds": [
                (one.value, one.label) for one in (JobKind.BACKUP, JobKind.EXPORT, JobKind.VERIFY, JobKind.DRILL)
            ],
            "state": state,
            "kind": kind,
        }
        return render(request, "backups/job_list.html", context)


class JobPage(AccountPage):
    permissions = {"get": "job.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = get_job(self.context, pk)
        phases = [(name, seconds) for name, seconds in job.phases.items() if seconds]
        context = {
            "job": job,
            "figures": figures(job),
            "warnings": orjson.loads(job.warnings or "[]"),
            "phases": phases,
            "longest": max((seconds for _, seconds in phases), default=0),
            **live(job),
        }
        return render(request, "backups/job_detail.html", context)


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
