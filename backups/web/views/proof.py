"""A source's tab "Proof": when it was last proved restorable, and how."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from backups.enums import JobKind
from backups.selectors.jobs import jobs_of
from backups.selectors.proofs import damaged_of, proof_of
from backups.selectors.sources import get_source
from backups.services import jobs
from backups.services.proof_report import report_file
from listbackup.core.web.downloads import streamed

DRILLS = 20


class ProofPage(AccountPage):
    """POST starts a drill."""

    permissions = {"get": "source.view", "post": "source.prove"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        context = {
            "source": source,
            "tab": "proof",
            "proof": proof_of(source),
            "damaged": damaged_of(source),
            "jobs": list(jobs_of(self.context).filter(source=source, kind=JobKind.DRILL)[:DRILLS]),
        }
        return render(request, "backups/proof.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        job = jobs.start_job(self.context, source=source, kind=JobKind.DRILL)
        messages.success(request, "The drill is queued.")
        return redirect("jobs:detail", pk=job.pk)


class ProofReportPage(AccountPage):
    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return streamed(request, report_file(get_source(self.context, pk)))
