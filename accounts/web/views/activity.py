"""What happened, by whom."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from accounts.activity.export import archived_months, export
from accounts.activity.filters import EntryFilter, entries_of
from accounts.activity.verify import verify
from accounts.selectors.accounts import accounts_below
from accounts.selectors.members import people_below
from listbackup.core.web.downloads import streamed

CHOICES = 200  # people and accounts to choose from; others are found by text


class ActivityPage(AccountPage):
    permissions = {"get": "activity.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        filters = EntryFilter(request.GET, entries_of(self.context))
        asked = _asked(request)
        context = {
            "page": page_of(request, filters.qs, size=50),
            "asked": asked,
            "errors": filters.errors,
            "export_query": urlencode(asked),
            "people": people_below(self.context)[:CHOICES],
            "accounts": accounts_below(self.context)[:CHOICES],
            "months": archived_months(),
            "verdict": verify(self.context.organization) if "check" in request.GET else None,
        }
        return render(request, "accounts/activity.html", context)


class ActivityExportPage(AccountPage):
    """What the page's filters leave as a file, or a month of the archive."""

    permissions = {"get": "activity.view"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters = EntryFilter(request.GET, entries_of(self.context))
        asked = _asked(request)
        chosen = request.GET.get("type", "csv")
        month = request.GET.get("month", "")
        return streamed(request, export(self.context, filters.qs, type=chosen, filters=asked, month=month))


def _asked(request: HttpRequest) -> dict[str, str]:
    """The filters of the address that say something."""
    said = {name: request.GET.get(name, "").strip() for name in EntryFilter.base_filters}
    return {name: value for name, value in said.items() if value}
