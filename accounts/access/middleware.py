"""Gives every request its account context and leaves no schema behind."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import resolve, staff
from accounts.access.schema import leave
from accounts.activity import origin
from accounts.enums import Via
from accounts.errors import AccountNotFound
from accounts.services.context_switch import note_presence
from listbackup.core.clock import zone_of
from listbackup.core.db import connection

# These are about the person or the machine, never about an organization's data.
PUBLIC_PREFIXES = ("/static/", "/accounts/", "/admin/", "/api/", "/_allauth/", "/status", "/styleguide")


class AccountContextMiddleware:
    """Pages: resolves the session's account and enters its schema. The API does so in its base view, after its own
    authentication. Whatever happens, the connection goes back to the public schema."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        leave()
        request.context = None  # type: ignore[attr-defined]
        # On a client's host no member's sign-in counts.
        is_member = getattr(request, "portal", None) is None and request.user.is_authenticated
        # The API answers in UTC whoever asks: a time with a Z must be one.
        if is_member and not request.path.startswith("/api/"):
            timezone.activate(zone_of(request.user.time_zone))  # type: ignore[union-attr]
        try:
            if is_member and not request.path.startswith(PUBLIC_PREFIXES):
                self._enter(request)
            elif is_member and request.path.startswith("/admin/"):
                staff.enter(request)
            with origin.bound(request):
                return self.get_response(request)
        finally:
            timezone.deactivate()
            leave()

    def _enter(self, request: HttpRequest) -> None:
        wanted = request.session.get(resolve.SESSION_KEY)
        address = request.META.get("REMOTE_ADDR")
        try:
            context = resolve.context_for(request.user, wanted, via=Via.SESSION, ip=address)  # type: ignore[arg-type]
        except AccountNotFound:
            # The membership ended or the account is gone: fall back to another of theirs, if there is one.
            try:
                context = resolve.context_for(request.user, None, via=Via.SESSION, ip=address)  # type: ignore[arg-type]
            except AccountNotFound:
                request.session.pop(resolve.SESSION_KEY, None)
                return
        if wanted != str(context.account_id):
            request.session[resolve.SESSION_KEY] = str(context.account_id)
        request.context = context  # type: ignore[attr-defined]
        note_presence(context)
        connection.set_tenant(context.organization)
