"""The OAuth calls, against a server that checks them."""

import base64
import datetime as dt
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.connector import oauth
from integrations.connector.errors import AuthRefused, BadResponse, CredentialsRevoked, Unavailable
from integrations.connector.manifest import load_manifest
from integrations.connector.registry import platforms
from listbackup.core.clock import now
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Answer, Asked, Handler, serving

HUBSPOT = platforms()["hubspot"]
CLIENT = {"client_id": "me", "client_secret": "s3cr3t"}
REPLY = {"access_token": "at", "refresh_token": "rt", "expires_in": 1800, "hub_id": 7, "scopes": ["a", "b"]}


def fields(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def call(handler: Handler, name: str, **values: Any) -> Any:
    with serving(handler) as server:
        http = HttpSettings(platform_hosts={"api.hubapi.com": server.url})
        return getattr(oauth, name)(HUBSPOT, http=http, **CLIENT, **values)


def test_pkce_challenge_is_the_verifiers_hash() -> None:
    verifier, challenge = oauth.pkce_pair()
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64decode(challenge + "=") == digest
    assert 43 <= len(verifier) <= 128


def test_authorization_url_asks_for_required_and_optional_scopes() -> None:
    url = oauth.authorization_url(
        HUBSPOT, client_id="me", redirect_uri="https://x/cb", state="st", challenge="ch", platform_hosts={}
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://app.hubspot.com/oauth/authorize?")
    assert (query["state"], query["code_challenge"], query["code_challenge_method"]) == ("st", "ch", "S256")
    assert "crm.objects.contacts.read" in query["scope"].split()
    assert "automation" in query["optional_scope"].split()


def test_code_is_exchanged_for_tokens() -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Any:
        seen.append(asked)
        return REPLY

    tokens = call(answer, "exchange_code", redirect_uri="https://x/cb", code="c", verifier="v")
    assert seen[0].path == "/oauth/2026-03/token"
    assert fields(seen[0]) == {
        "grant_type": "authorization_code", "code": "c", "redirect_uri": "https://x/cb", "code_verifier": "v", **CLIENT,
    }  # fmt: skip
    assert (tokens.access_token, tokens.refresh_token, tokens.scopes) == ("at", "rt", ("a", "b"))
    assert abs(tokens.expires_at - now() - dt.timedelta(minutes=30)) < dt.timedelta(seconds=20)
    assert tokens.account["hub_id"] == 7
    assert "at" not in str(tokens.account)
    assert "rt" not in repr(tokens)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            Answer({"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN", "message": "gone"}, status=400),
            CredentialsRevoked,
        ),
        (Answer({"error": "invalid_client"}, status=401), AuthRefused),
        (Answer({"message": "down"}, status=503), Unavailable),
        (Answer({"message": "slow"}, status=429), Unavailable),
        (Answer(b"<html>login</html>"), BadResponse),
        (Answer({"token_type": "bearer"}), BadResponse),
    ],
)
def test_refused_refresh_says_who_must_act(answer: Answer, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        call(lambda asked: answer, "refresh_token", refresh_token="rt")


def test_introspection_and_revocation_reach_their_endpoints() -> None:
    paths: list[str] = []

    def answer(asked: Asked) -> Any:
        paths.append(asked.path)
        return {"active": False} if "introspect" in asked.path else Answer(b"", status=204)

    assert call(answer, "introspect", token="at") == {"active": False}
    assert call(answer, "revoke", token="rt") is True
    assert paths == ["/oauth/2026-03/token/introspect", "/oauth/2026-03/token/revoke"]


OTHERS = """\
manifest: 1
key: other
name: Other
base_url: https://{config.dc}.api.other.test/3.0
config: {dc: {label: Data centre, pattern: "[a-z]{2,3}[0-9]{1,3}"}}
auth:
  - kind: oauth2
    authorize_url: https://login.other.test/authorize
    token_url: https://login.other.test/token
    pkce: false
    client_auth: body
    refresh_auth: basic
    token_params: {user_type: Location}
    token_errors:
      - {status: 400, path: message, contains: location is not active, do: retry, message: The sub-account is suspended.}
      - {status: 400, do: reconnect}
    metadata: {url: "https://login.other.test/metadata", prefix: "OAuth ", config: {dc: dc}}
streams:
  things: {request: {path: /things}, key: id}
"""


def other(handler: Handler, name: str, **values: Any) -> Any:
    with serving(handler) as server:
        http = HttpSettings(platform_hosts={"login.other.test": server.url})
        return getattr(oauth, name)(load_manifest(OTHERS), http=http, **values)


def test_client_proves_itself_in_the_body_at_first_and_by_basic_at_refreshes() -> None:
    """Keap; the user type travels along (GoHighLevel), and no PKCE where there is none."""
    seen: list[Asked] = []

    def answer(asked: Asked) -> Any:
        seen.append(asked)
        return {"access_token": "at", "refresh_token": "new"}

    other(answer, "exchange_code", redirect_uri="https://x/cb", code="c", verifier="v", **CLIENT)
    tokens = other(answer, "refresh_token", refresh_token="old", **CLIENT)
    assert fields(seen[0]) == {
        "grant_type": "authorization_code", "code": "c", "redirect_uri": "https://x/cb", "user_type": "Location", **CLIENT,
    }  # fmt: skip
    assert "authorization" not in seen[0].headers
    assert fields(seen[1]) == {"grant_type": "refresh_token", "refresh_token": "old", "user_type": "Location"}
    assert seen[1].headers["authorization"] == "Basic " + base64.b64encode(b"me:s3cr3t").decode()
    assert tokens.refresh_token == "new"


@pytest.mark.parametrize(
    ("body", "kind", "word"),
    [
        ({"error": "invalid_request", "error_description": "Invalid Refresh Token"}, CredentialsRevoked, "Invalid Refresh"),
        ({"message": "Location is not active"}, Unavailable, "suspended"),
    ],
)  # fmt: skip
def test_the_manifest_says_which_refusals_end_a_grant(body: dict[str, str], kind: type[Exception], word: str) -> None:
    with pytest.raises(kind, match=word):
        other(lambda asked: Answer(body, status=400), "refresh_token", refresh_token="old", **CLIENT)


def _saying(body: Any) -> Handler:
    return lambda asked: body


def test_metadata_tells_where_the_account_lives() -> None:
    """Mailchimp: a token that never ends, and a second call; an error comes with 200."""
    seen: list[Asked] = []

    def answer(asked: Asked) -> Any:
        seen.append(asked)
        return {"dc": "us21", "api_endpoint": "https://us21.api.mailchimp.com"}

    tokens = oauth.TokenSet("at")
    assert other(answer, "told_config", tokens=tokens) == {"dc": "us21"}
    assert seen[0].headers["authorization"] == "OAuth at"
    for body in ({"error": "invalid_token"}, {"dc": None}, {"dc": ["us1"]}, {}):
        with pytest.raises((BadResponse, AuthRefused)):
            other(_saying(body), "told_config", tokens=tokens)


@pytest.mark.parametrize("expires", [0, None, "0", -1, "never"])
def test_a_token_without_an_end_does_not_end(expires: Any) -> None:
    tokens = other(
        lambda _: {"access_token": "at", "expires_in": expires, "scope": None},
        "exchange_code", redirect_uri="https://x/cb", code="c", verifier="v", **CLIENT,
    )  # fmt: skip
    assert (tokens.expires_at, tokens.refresh_token, tokens.scopes) == (None, None, ())
