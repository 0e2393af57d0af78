"""The browser session behind a call of the API, if there is one."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


def session_key_of(request: Request) -> str | None:
    """None for a call with a bearer token: its caller is a program, not this browser."""
    if not isinstance(request.successful_authenticator, SessionAuthentication):
        return None
    key: str | None = request._request.session.session_key
    return key
