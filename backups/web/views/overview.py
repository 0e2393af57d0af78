"""The first page: is my data safe, and can I get it back?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import rules
from accounts.access.pages import AccountPage
from backups.selectors.overview import overview


class OverviewPage(AccountPage):
    permissions = {"get": "source.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        found = overview(self.context)
        if not found.total and rules.can(self.context, "source.create") and "skip" not in request.GET:
            return redirect("onboarding:platform")
        growth = [(day.date, day.records) for day in found.protected_records]
        return render(request, "backups/overview.html", {"overview": found, "growth": growth})
