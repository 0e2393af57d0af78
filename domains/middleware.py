"""Looks the host up before anything else does: our own, an account's portal, or nobody's."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from domains.selectors.hosts import portal_at

MISDIRECTED = "There is nothing at this address.\n"


class PortalHostMiddleware:
    """`request.portal` is the account whose portal the host is, None on our own hosts; any other host gets 421.

    Portals have routes of their own: nothing of the dashboard answers there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host, _ = split_domain_port(request.get_host())  # raises DisallowedHost (400) for what is no host name
        request.portal = None  # type: ignore[attr-defined]
        if not validate_host(host, settings.APP_HOSTS):
            portal = portal_at(host)
            if portal is None:
                return HttpResponse(MISDIRECTED, status=421, content_type="text/plain")
            request.portal = portal  # type: ignore[attr-defined]
            request.urlconf = settings.PORTAL_URLCONF  # type: ignore[attr-defined]
        return self.get_response(request)
