"""The OAuth round as a browser and an app do it."""

import base64
import hashlib
import html
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from integrations.sandbox.config import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from integrations.sandbox.tests.conftest import Served

BACK = "http://127.0.0.1:1/callback?tenant=a"
SCOPES = "crm.objects.contacts.read crm.objects.owners.read"
TOKEN = "/oauth/2026-03/token"


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorize(sandbox: Served, decision: str = "connect", **more: str) -> dict[str, str]:
    """Open the consent page and press a button; returns the parameters that come back."""
    query = {"client_id": DEFAULT_CLIENT_ID, "redirect_uri": BACK, "scope": SCOPES, "state": "s1"} | more
    shown = sandbox.admin.get(f"{sandbox.url}/hubspot-app/oauth/authorize", params=query)
    assert shown.status_code == 200, shown.text
    boxes = re.findall(r"value=['\"]([^'\"]+)['\"] checked", shown.text)
    form = {"decision": decision, "granted_optional": [html.unescape(box) for box in boxes]}
    answer = sandbox.admin.post(str(shown.request.url), data=form)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def exchange(sandbox: Served, path: str = TOKEN, **fields: str) -> httpx.Response:
    client = {"client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_CLIENT_SECRET}
    return httpx.post(f"{sandbox.url}/hubspot{path}", data=client | fields)


def redeem(sandbox: Served, code: str, **more: str) -> httpx.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | more
    return exchange(sandbox, **fields)


def grant(sandbox: Served, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = redeem(sandbox, authorize(sandbox, **more)["code"]).json()
    return answer


def read(sandbox: Served, token: str, path: str = "/crm/v3/objects/contacts") -> httpx.Response:
    return httpx.get(f"{sandbox.url}/hubspot{path}", headers={"authorization": f"Bearer {token}"})


def test_round_trip_with_pkce_gives_tokens_that_read(sandbox: Served) -> None:
    verifier = secrets.token_urlsafe(48)
    back = authorize(sandbox, code_challenge=s256(verifier), code_challenge_method="S256")
    assert back["state"] == "s1"
    assert back["tenant"] == "a"
    tokens = redeem(sandbox, back["code"], code_verifier=verifier).json()
    assert (tokens["expires_in"], tokens["token_type"]) == (1800, "bearer")
    assert len(tokens["access_token"]) > 300
    assert read(sandbox, tokens["access_token"]).status_code == 200


def test_cancel_returns_access_denied_and_the_state(sandbox: Served) -> None:
    back = authorize(sandbox, decision="cancel")
    assert (back["error"], back["state"]) == ("access_denied", "s1")
    assert "code" not in back


def test_code_works_once(sandbox: Served) -> None:
    code = authorize(sandbox)["code"]
    assert redeem(sandbox, code).status_code == 200
    again = redeem(sandbox, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "wrong",
    [{"code_verifier": "x" * 50}, {}, {"redirect_uri": "http://127.0.0.1:1/other"}, {"client_secret": "no"}],
    ids=["verifier", "no-verifier", "redirect", "secret"],
)
def test_exchange_with_a_wrong_part_is_refused(sandbox: Served, wrong: dict[str, str]) -> None:
    back = authorize(sandbox, code_challenge=s256("right" * 10), code_challenge_method="S256")
    answer = redeem(
        sandbox, back["code"], **({"code_verifier": "right" * 10} if "redirect_uri" in wrong else {}) | wrong
    )
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


def test_refresh_repeats_the_refresh_token_and_gives_a_new_access_token(sandbox: Served) -> None:
    tokens = grant(sandbox)
    fresh = exchange(sandbox, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert fresh["refresh_token"] == tokens["refresh_token"]
    assert fresh["access_token"] != tokens["access_token"]
    assert read(sandbox, fresh["access_token"]).status_code == 200


def test_introspection_names_the_account_and_unknown_tokens_are_inactive(sandbox: Served) -> None:
    tokens = grant(sandbox)
    known = exchange(sandbox, path=f"{TOKEN}/introspect", token=tokens["access_token"]).json()
    assert (known["active"], known["hub_id"], known["scopes"]) == (True, tokens["hub_id"], SCOPES.split())
    unknown = exchange(sandbox, path=f"{TOKEN}/introspect", token="nothing")
    assert (unknown.status_code, unknown.json()) == (200, {"active": False})


def test_revoked_refresh_token_is_dead_while_its_access_token_lives(sandbox: Served) -> None:
    tokens = grant(sandbox)
    exchange(sandbox, path=f"{TOKEN}/revoke", token=tokens["refresh_token"])
    refused = exchange(sandbox, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_REFRESH_TOKEN")
    assert read(sandbox, tokens["access_token"]).status_code == 200


def test_access_token_expires_after_half_an_hour(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox()
    tokens = grant(sandbox)
    sandbox.admin.post("/api/advance", json={"seconds": 1799})
    assert read(sandbox, tokens["access_token"]).status_code == 200
    sandbox.admin.post("/api/advance", json={"seconds": 2})
    late = read(sandbox, tokens["access_token"])
    assert (late.status_code, late.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_missing_scope_is_a_403_that_names_it(sandbox: Served) -> None:
    answer = read(sandbox, grant(sandbox)["access_token"], "/crm/v3/objects/deals")
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert "crm.objects.deals.read" in answer.text


def test_optional_scope_that_the_tier_lacks_is_left_out_and_a_required_one_blocks(
    own_sandbox: Callable[..., Served],
) -> None:
    sandbox = own_sandbox(unavailable_scopes=frozenset({"automation"}))
    assert grant(sandbox, optional_scope="automation forms")["scopes"] == [*SCOPES.split(), "forms"]
    query = {"client_id": DEFAULT_CLIENT_ID, "redirect_uri": BACK, "scope": "automation"}
    assert sandbox.admin.get(f"{sandbox.url}/hubspot-app/oauth/authorize", params=query).status_code == 400


def test_uninstalled_app_is_refused_everywhere(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox()
    tokens = grant(sandbox)
    sandbox.admin.post("/api/tokens/revoke")
    assert read(sandbox, tokens["access_token"]).status_code == 401
    refused = exchange(sandbox, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
