"""A source's tab "Retention": what is kept, what goes when, and legal holds; and the account's holds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.models import Source
from backups.retention.policy import parse
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import get_source
from backups.services import holds, removal, retention
from backups.web.forms.retention import HoldForm, ReasonForm, RetentionForm
from listbackup.core.clock import now

MARKED = 100
SNAPSHOTS = 100
HELD_BY = 50


class RetentionPage(AccountPage):
    """POST with `preview` shows what the rules would do; without it they hold from now on."""

    permissions = {"get": "source.view", "post": "source.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        return self._page(request, source, RetentionForm(in_force=retention.policy_of(source)))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        form = RetentionForm(request.POST, in_force=retention.policy_of(source))
        if not form.is_valid():
            return self._page(request, source, form, status=400)
        if "preview" in request.POST:
            return self._page(request, source, form, wanted=form.policy)
        retention.set_policy(self.context, source, form.policy)
        messages.success(request, "Saved. What is let go is marked, and removed thirty days later.")
        return redirect("sources:retention", pk=pk)

    def _page(
        self, request: HttpRequest, source: Source, form: RetentionForm, *, wanted: str | None = None, status: int = 200
    ) -> HttpResponse:
        rows = snapshots_of(self.context).filter(source=source)
        in_force = retention.policy_of(source)
        policy = None if not wanted else parse(wanted)
        if wanted == "":  # back to the account's
            policy = retention.inherited(source)
        context = {
            "source": source,
            "tab": "retention",
            "form": form,
            "in_force": in_force,
            "preview": wanted is not None,
            "outlook": retention.outlook_of(source, now(), policy),
            "total": rows.count(),
            "locked_until": source.last_snapshot.locked_until if source.last_snapshot else None,
            "marked": list(rows.filter(delete_at__isnull=False).order_by("delete_at", "number")[:MARKED]),
            "holds": list(retention.holds_on(source).select_related("snapshot", "source", "created_by")[:HELD_BY]),
            "hold_form": HoldForm(snapshots=list(rows[:SNAPSHOTS])),
        }
        return render(request, "backups/retention.html", context, status=status)


class SourceHoldPage(AccountPage):
    """Places a hold on the source or on one of its snapshots."""

    permissions = {"post": "hold.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source = get_source(self.context, pk)
        form = HoldForm(request.POST, snapshots=list(snapshots_of(self.context).filter(source=source)[:SNAPSHOTS]))
        if not form.is_valid():
            messages.error(request, "A hold needs a reason, and what it is on.")
            return redirect("sources:retention", pk=pk)
        wanted = form.cleaned_data["on"]
        snapshot = get_snapshot(self.context, wanted, source=source) if wanted else None
        holds.place(self.context, reason=form.cleaned_data["reason"], source=source, snapshot=snapshot)
        messages.success(request, "The hold is in place: nothing that it covers is removed.")
        return redirect("sources:retention", pk=pk)


class HoldsPage(AccountPage):
    """All holds of the account and of those below it; POST places one on all of it."""

    permissions = {"get": "snapshot.view", "post": "hold.manage"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ReasonForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=400)
        holds.place(self.context, reason=form.cleaned_data["reason"])
        messages.success(request, f"Everything of {self.context.account.name} and below it is on hold.")
        return redirect("holds:list")

    def _page(self, request: HttpRequest, form: ReasonForm, status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {"page": page_of(request, holds.holds_of(self.context)), "form": form}
        return render(request, "backups/holds.html", context, status=status)


class HoldReleasePage(AccountPage):
    permissions = {"post": "hold.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        hold = holds.release(self.context, holds.get_hold(self.context, pk))
        messages.success(request, "The hold is released. The retention decides again from tonight on.")
        if hold.source_id or hold.snapshot_id:
            source = hold.source_id or hold.snapshot.source_id  # type: ignore[union-attr]
            return redirect("sources:retention", pk=source)
        return redirect("holds:list")


class SnapshotDeletePage(AccountPage):
    """Marks the snapshot; for thirty days it can be kept after all."""

    permissions = {"post": "snapshot.delete"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot = removal.delete_snapshot(self.context, get_snapshot(self.context, pk))
        messages.success(request, f"Snapshot {snapshot.number} is removed in thirty days. Until then you can keep it.")
        return redirect("sources:retention", pk=snapshot.source_id)


class SnapshotKeepPage(AccountPage):
    permissions = {"post": "snapshot.delete"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot = removal.keep_snapshot(self.context, get_snapshot(self.context, pk))
        messages.success(request, f"Snapshot {snapshot.number} stays.")
        return redirect("sources:retention", pk=snapshot.source_id)
