"""Requests to identity providers: every one of them through the guard, with limits of size and time.

allauth and its providers speak `requests`; what they get here is a session whose transport is our guarded client.
"""

from functools import lru_cache
from io import BytesIO
from typing import Any

import httpx
import orjson
import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from accounts.sso.errors import IdentityProviderProblem
from listbackup.core.errors import PlatformError
from listbackup.core.http.client import GuardedClient, HttpSettings, build_client

MOST_BYTES = 1 << 20


class ProviderUnreachable(requests.ConnectionError, OAuth2Error):
    """What allauth's flows take for a sign-in that did not work out."""


@lru_cache(maxsize=4)
def _client(private_hosts: frozenset[str], platform_hosts: tuple[tuple[str, str], ...]) -> GuardedClient:
    return build_client(
        HttpSettings(
            allowed_private_hosts=private_hosts,
            platform_hosts=dict(platform_hosts),
            connect_timeout=5,
            read_timeout=8,
            total_timeout=15,
            max_response_bytes=MOST_BYTES,
            max_connections=8,
        )
    )


def _guarded() -> GuardedClient:
    return _client(frozenset(settings.ALLOWED_PRIVATE_HOSTS), tuple(sorted(settings.PLATFORM_HOSTS.items())))


class GuardedAdapter(BaseAdapter):
    """A transport of `requests` over the guarded client."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() != "content-length"}
        headers.pop("Accept-Encoding", None)  # ours says what the guarded client can read
        try:
            got = _guarded().fetch(
                request.method or "GET",
                request.url or "",
                headers=headers,
                content=body,  # type: ignore[arg-type]
            )
        except (PlatformError, httpx.HTTPError) as error:
            raise ProviderUnreachable(str(error)) from error
        response = requests.Response()
        response.status_code = got.status_code
        response.headers = CaseInsensitiveDict(got.headers.items())
        response.headers.setdefault("content-type", "application/octet-stream")
        response._content = got.content
        response.raw = BytesIO(got.content)
        response.url, response.request = request.url or "", request
        response.encoding = "utf-8"
        return response

    def close(self) -> None:
        """The client is shared and stays."""


def session() -> requests.Session:
    """A session that reaches public addresses only, follows no redirects and keeps no cookies of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    made.adapters.clear()
    made.mount("https://", GuardedAdapter())
    made.mount("http://", GuardedAdapter())
    return made


def fetch(url: str, *, accept: str = "application/json") -> bytes:
    """The body of an answer with 200. Raises IdentityProviderProblem."""
    try:
        got = _guarded().fetch("GET", url, headers={"Accept": accept})
    except PlatformError as error:
        raise IdentityProviderProblem(error.message, remedy=error.remedy) from error
    except httpx.HTTPError as error:
        told = f"{url} could not be read: {error}"
        raise IdentityProviderProblem(told, remedy="Check the address, and try again.") from error
    if got.status_code != 200:
        raise IdentityProviderProblem(
            f"{url} answered with {got.status_code} instead of 200.", remedy="Check the address."
        )
    return got.content


def fetch_object(url: str) -> dict[str, Any]:
    """A JSON object. Raises IdentityProviderProblem."""
    try:
        found = orjson.loads(fetch(url))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise IdentityProviderProblem(f"{url} does not answer with a JSON object.", remedy="Check the address.")
    return found
