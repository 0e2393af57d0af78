"""Choosing the account to work in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.access import resolve
from accounts.access.pages import PersonPage
from accounts.enums import Via
from accounts.services.context_switch import enter


class NoAccountPage(PersonPage):
    """For a person whose last membership ended."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/no_account.html")


class SwitchAccountPage(PersonPage):
    """Makes another account the session's current one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        context = resolve.context_for(request.user, request.POST.get("account"), via=Via.SESSION)  # type: ignore[arg-type]
        enter(context, request)
        target = request.POST.get("next", "/")
        safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
        return redirect(target if safe else "/")
