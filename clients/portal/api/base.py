"""Bases of the portal's API: a client's person instead of a member, grants instead of roles."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import rules
from accounts.access.api import RowsView
from accounts.access.context import AccountContext
from clients.errors import PortalSignInNeeded
from clients.models import ClientPerson, PortalSession
from clients.portal.api.authentication import PortalAuthentication
from clients.services.sessions import context_of
from listbackup.core.db import connection


class PortalMixin:
    """Enters the organization's schema as the guest. `permissions` maps a method to what must be granted; "" for what
    every signed-in person may."""

    public = True  # for ContextPermission: whom it lets in is decided below
    authentication_classes: Any = [PortalAuthentication]
    permissions: ClassVar[dict[str, str]] = {}
    context: AccountContext
    session: PortalSession
    person: ClientPerson

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        session = request.auth
        method = (request.method or "").lower()
        if method == "options":
            return
        if not isinstance(session, PortalSession) or session.person is None:
            raise PortalSignInNeeded("Sign in to the portal first.")
        if method not in self.permissions:
            self.http_method_not_allowed(request)  # type: ignore[attr-defined]
        connection.set_tenant(session.account.organization)
        self.session, self.person = session, session.person
        self.context = context_of(session)
        if self.permissions[method]:
            rules.require(self.context, self.permissions[method])


class PortalAPIView(PortalMixin, APIView):
    """Base of views about what is shared with the person's client."""


class PortalListView(PortalMixin, RowsView):
    """A list of what is shared."""
