"""Bases of the portal's pages: the host says which portal, the cookie who."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.access.schema import entered
from accounts.models import Account
from clients.errors import PreviewOnly
from clients.models import Client, ClientPerson, PortalSession
from clients.selectors.branding import Brand, brand_of
from clients.services.sessions import context_of, find_session
from listbackup.core.clock import zone_of
from listbackup.core.db import connection

COOKIE = "__Host-portal" if settings.SESSION_COOKIE_SECURE else "portal"


def host_of(request: HttpRequest) -> str:
    """The host a cookie holds on: the middleware has looked it up."""
    return split_domain_port(request.get_host())[0]


def set_cookie(response: HttpResponse, session: PortalSession, secret: str) -> HttpResponse:
    """For this host alone: no domain, not read by scripts."""
    response.set_cookie(
        COOKIE,
        secret,
        expires=session.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


class PortalView(View):
    """Anybody at a portal: enters the organization and knows how the portal looks."""

    account: Account
    brand: Brand
    session: PortalSession | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = getattr(request, "portal", None)
        if account is None:
            raise Http404
        self.account = account
        connection.set_tenant(account.organization)
        self.brand = brand_of(account)
        secret = request.COOKIES.get(COOKIE, "")
        self.session = find_session(account, secret, host=host_of(request)) if secret else None
        request.portal_frame = {"brand": self.brand, "portal_session": self.session}  # type: ignore[attr-defined]
        person = self.session.person if self.session else None
        timezone.activate(zone_of((person.time_zone if person else "") or account.time_zone))
        return self.enter(request, *args, **kwargs)

    def enter(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)


class PortalPage(PortalView):
    """Needs a signed-in person, or a member's preview, which may look and nothing else.

    `permissions` maps a method to what must be granted; "" for what every signed-in person may.
    """

    permissions: ClassVar[dict[str, str]] = {}
    previews_post: ClassVar[bool] = False  # whether a preview may do what POST does
    context: AccountContext
    session: PortalSession
    client: Client

    def enter(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.session is None:
            return redirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
        method = (request.method or "").lower()
        permission = self.permissions.get("get" if method == "head" else method)
        if permission is None and method != "options":
            return self.http_method_not_allowed(request)
        if self.session.is_preview and method not in ("get", "head", "options") and not self.previews_post:
            raise PreviewOnly("This is a preview.")
        self.client = self.session.client
        self.context = context_of(self.session)
        request.portal_frame |= {"portal_nav": self._navigation(request), "client": self.client}  # type: ignore[attr-defined]
        if permission:
            rules.require(self.context, permission)
        return super().enter(request, *args, **kwargs)

    @property
    def person(self) -> ClientPerson:
        """Raises PreviewOnly for a preview: nobody's own things are shown in one."""
        if self.session.person is None:
            raise PreviewOnly("This is a person's own page.")
        return self.session.person  # type: ignore[no-any-return]

    def _navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        entries = [("Overview", "/"), ("Requests", "/requests/"), ("Activity", "/activity/")]
        if rules.can(self.context, "portal.search"):
            entries.insert(1, ("Search", "/search/"))
        path = request.path
        return [
            {"label": label, "url": url, "active": path == url or (url != "/" and path.startswith(url))}
            for label, url in entries
        ]


def safe_next(request: HttpRequest, wanted: str) -> str:
    """Where to go after signing in: a path of this host, else the overview."""
    fits = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted.startswith("/") and fits else "/"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page at a portal's host, errors too; nothing elsewhere."""
    portal: Account | None = getattr(request, "portal", None)
    if portal is None:
        return {}
    known = getattr(request, "portal_frame", None)
    if known is None:  # no page of ours was reached
        with entered(portal.organization):
            known = {"brand": brand_of(portal)}
    return {"is_portal": True, **known}
