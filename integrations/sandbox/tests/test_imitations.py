"""The frame that imitations stand on, with the smallest platform in it."""

import asyncio
import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from integrations.sandbox import jsonio
from integrations.sandbox.http import Reply, Request, json_reply
from integrations.sandbox.imitations.administration import Administration
from integrations.sandbox.imitations.frame import STATIC_SECRET, Imitation, Settings
from integrations.sandbox.imitations.grants import OAuthStyle
from integrations.sandbox.imitations.limits import Window

API, LOGIN = "api.tiny.test", "login.tiny.test"
BACK = "https://app.test/back"


class Tiny(Imitation):
    key = "tiny"
    name = "Tiny"
    hosts = (API, LOGIN)
    kinds = ("things",)
    oauth = OAuthStyle(
        authorize=(LOGIN, "/authorize"),
        token=(LOGIN, "/token"),
        client_auth="body",
        refresh_auth="basic",
        rotating=True,
    )

    def register(self) -> None:
        self.window = Window(3, 60)
        self.at(API).add("GET", "/things", self.things)

    def seed(self) -> None:
        for number in range(self.settings.scale):
            self.documents.put("things", str(number), {"id": number, "size": self.random.randint(1, 9)})

    def limit(self, request: Request) -> list[tuple[bytes, bytes]]:
        if not self.window.take() and self.limits_on:
            raise self.too_many(5)
        return [(b"x-left", str(self.window.left).encode())]

    def things(self, request: Request) -> Reply:
        return json_reply({"things": self.documents.all("things")})


def ask(
    tiny: Imitation, method: str, path: str, *, host: str = API, form: Any = None, **headers: str
) -> tuple[int, Any, Any]:
    path, _, query = path.partition("?")
    sent = {name.lower().encode(): value.encode() for name, value in headers.items()}
    request = Request(method, path, query, sent, urlencode(form).encode() if form else b"")
    reply = asyncio.run(tiny.answer(host, request))
    body = jsonio.loads(reply.body) if reply.body.startswith(b"{") else reply.body
    return reply.status, body, {name.decode(): value.decode() for name, value in reply.headers}


def sign_in(tiny: Imitation) -> dict[str, Any]:
    query = urlencode({"client_id": "sandbox-client-id", "redirect_uri": BACK, "response_type": "code", "state": "s"})
    assert ask(tiny, "GET", f"/authorize?{query}", host=LOGIN)[0] == 200
    status, _, headers = ask(tiny, "POST", f"/authorize?{query}", host=LOGIN, form={"decision": "connect"})
    told = dict(parse_qsl(urlsplit(headers["location"]).query))
    assert (status, told["state"]) == (302, "s")
    form = {
        "grant_type": "authorization_code", "code": told["code"], "redirect_uri": BACK,
        "client_id": "sandbox-client-id", "client_secret": "sandbox-client-secret",
    }  # fmt: skip
    status, reply, _ = ask(tiny, "POST", "/token", host=LOGIN, form=form)
    assert status == 200
    assert ask(tiny, "POST", "/token", host=LOGIN, form=form)[:2][1]["error"] == "invalid_grant"
    return dict(reply)


def refresh(tiny: Imitation, token: str, *, basic: bool = True) -> tuple[int, Any, Any]:
    pair = base64.b64encode(b"sandbox-client-id:sandbox-client-secret").decode()
    headers = {"authorization": f"Basic {pair}"} if basic else {}
    return ask(
        tiny, "POST", "/token", host=LOGIN, form={"grant_type": "refresh_token", "refresh_token": token}, **headers
    )


@pytest.fixture
def tiny() -> Tiny:
    return Tiny(Settings(scale=5, limits=False))


def test_same_seed_then_same_documents(tiny: Tiny) -> None:
    assert tiny.documents.all("things") == Tiny(Settings(scale=5)).documents.all("things")
    assert tiny.documents.all("things") != Tiny(Settings(scale=5, seed=2)).documents.all("things")


def test_key_and_token_then_answered_and_nothing_else(tiny: Tiny) -> None:
    assert ask(tiny, "GET", "/things", authorization=f"Bearer {STATIC_SECRET}")[0] == 200
    assert ask(tiny, "GET", "/things", authorization=f"Bearer {sign_in(tiny)['access_token']}")[0] == 200
    assert ask(tiny, "GET", "/things", authorization="Bearer other")[0] == 401
    assert ask(tiny, "GET", "/things")[0] == 401
    assert ask(tiny, "GET", "/nothing", authorization=f"Bearer {STATIC_SECRET}")[0] == 404


def test_refresh_then_the_old_refresh_token_is_dead_and_the_client_proves_itself_its_way(tiny: Tiny) -> None:
    first = sign_in(tiny)
    assert refresh(tiny, first["refresh_token"], basic=False)[0] == 401
    status, second, _ = refresh(tiny, first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(tiny, first["refresh_token"])[1]["error"] == "invalid_grant"


def test_expired_and_revoked_then_refused(tiny: Tiny) -> None:
    first = sign_in(tiny)
    tiny.clock.advance(3601)
    assert ask(tiny, "GET", "/things", authorization=f"Bearer {first['access_token']}")[0] == 401
    _, second, _ = refresh(tiny, first["refresh_token"])
    assert ask(tiny, "GET", "/things", authorization=f"Bearer {second['access_token']}")[0] == 200
    assert tiny.grants.revoke_all() == 1
    assert ask(tiny, "GET", "/things", authorization=f"Bearer {second['access_token']}")[0] == 401
    assert refresh(tiny, second["refresh_token"])[0] == 400


def test_limit_then_429_with_a_time_only_while_limits_are_on(tiny: Tiny) -> None:
    key = {"authorization": f"Bearer {STATIC_SECRET}"}
    assert [ask(tiny, "GET", "/things", **key)[0] for _ in range(5)] == [200] * 5
    strict = Tiny(Settings(scale=5))
    answers = [ask(strict, "GET", "/things", **key) for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert answers[-1][2]["retry-after"] == "5"
    assert answers[0][2]["x-left"] == "2"


@pytest.mark.parametrize(
    ("kind", "status"), [("rate_limit", 429), ("server_error", 500), ("expired_token", 401), ("missing_scopes", 403)]
)
def test_fault_then_answered_so_as_often_as_said(tiny: Tiny, kind: str, status: int) -> None:
    tiny.faults.add({"kind": kind, "count": 1, "path": "/things"})
    key = {"authorization": f"Bearer {STATIC_SECRET}"}
    assert [ask(tiny, "GET", "/things", **key)[0] for _ in range(2)] == [status, 200]


def test_administration_then_deletes_by_id_and_starts_anew(tiny: Tiny) -> None:
    administration = Administration(tiny)
    request = Request("POST", "/api/records/delete", "", {}, b'{"ids": ["3"]}')
    request.params = {"action": "delete"}
    assert jsonio.loads(administration.records(request).body) == {"ids": ["3"]}
    assert len(tiny.documents.all("things")) == 4
    administration.reset(Request("POST", "/api/reset", "", {}, b""))
    assert len(administration.imitation.documents.all("things")) == 5


def test_started_again_then_changes_grants_and_time_are_there_until_it_is_reset(tmp_path: Path) -> None:
    settings = Settings(scale=5, limits=False, data_dir=tmp_path)
    first = Tiny(settings)
    token = sign_in(first)
    first.deleted("things", "3")
    first.advance(60)
    again = Tiny(settings)
    assert len(again.documents.all("things")) == 4
    assert again.clock.offset_ms == 60_000
    assert ask(again, "GET", "/things", authorization=f"Bearer {token['access_token']}")[0] == 200
    assert refresh(again, token["refresh_token"])[0] == 200
    fresh = again.anew()
    assert len(fresh.documents.all("things")) == 5
    assert ask(fresh, "GET", "/things", authorization=f"Bearer {token['access_token']}")[0] == 401
