"""Who calls the API: a bearer token of ours, or the browser's session (with CSRF check)."""

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from rest_framework.authentication import SessionAuthentication


class BearerAuthentication(JWTTokenAuthentication):
    """`Authorization: Bearer <access token>`; a call without or with a dead one gets 401, not 403."""

    def authenticate_header(self, request: object) -> str:
        return 'Bearer realm="api"'


class BrowserSessionAuthentication(SessionAuthentication):
    """The dashboard's own calls."""
