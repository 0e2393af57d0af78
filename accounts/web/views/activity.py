"""What happened, by whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from accounts.activity.models import Entry
from accounts.activity.verify import verify


class ActivityPage(AccountPage):
    permissions = {"get": "activity.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        entries = Entry.objects.visible_to(self.context)
        action, text = request.GET.get("action", ""), request.GET.get("q", "").strip()
        if action:
            entries = entries.filter(action__startswith=action)
        if text:
            entries = entries.filter(object_label__icontains=text)
        context = {
            "page": page_of(request, entries, size=50),
            "action": action,
            "q": text,
            "verdict": verify(self.context.organization) if "check" in request.GET else None,
        }
        return render(request, "accounts/activity.html", context)
