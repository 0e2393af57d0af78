"""A client's app: `Authorization: Bearer lbc_…`. No cookie counts here, so no other site's page can call."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access.resolve import open_accounts
from accounts.access.schema import entered
from clients.models import PortalSession
from clients.services.sessions import find_session, read_token


class PortalAuthentication(BaseAuthentication):
    """`request.auth` is the sign-in's row; the person is no user of the dashboard."""

    def authenticate(self, request: Request) -> tuple[Any, PortalSession] | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        read = read_token(token.strip())
        account = open_accounts().filter(pk=read[1], organization=read[0]).first() if read else None
        portal = getattr(request, "portal", None)
        if read is None or account is None or (portal is not None and portal.pk != account.pk):
            raise self._refused()
        with entered(account.organization):
            session = find_session(account, read[2])
        if session is None:
            raise self._refused()
        return AnonymousUser(), session

    def authenticate_header(self, request: object) -> str:
        return 'Bearer realm="portal"'

    @staticmethod
    def _refused() -> AuthenticationFailed:
        return AuthenticationFailed("This sign-in is unknown, has expired or was ended.")


class PortalScheme(OpenApiAuthenticationExtension):
    target_class = PortalAuthentication
    name = "portalToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "lbc_…",
            "description": "A client's person, from /clients/login; for the portal's operations alone.",
        }
