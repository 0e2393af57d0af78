"""Who calls the API: a bearer token of ours, or the browser's session (with CSRF check)."""

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.selectors import tokens
from accounts.services.tokens import note_use


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer lb_…`: a person's own token; `request.auth` is its row."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret.startswith(tokens.PREFIX):
            return None
        token = tokens.find(secret.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, has expired or was revoked.")
        note_use(token, request.META.get("REMOTE_ADDR"))
        return token.user, token

    def authenticate_header(self, request: object) -> str:
        return 'Bearer realm="api"'


class BearerAuthentication(JWTTokenAuthentication):
    """`Authorization: Bearer <access token>`; a call without or with a dead one gets 401, not 403."""

    def authenticate_header(self, request: object) -> str:
        return 'Bearer realm="api"'


class BrowserSessionAuthentication(SessionAuthentication):
    """The dashboard's own calls."""
