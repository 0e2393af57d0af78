"""An identity provider that lies: every part of the ID token that can be wrong, and answers of other shapes."""

import base64
import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache

from accounts.models import User
from accounts.sso.tests.conftest import begin, signed_in
from listbackup.core.clock import now
from listbackup.testing.sso_factories import make_email_domain, make_identity_provider
from listbackup.testing.web_server import Answer, serving

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Liar:
    """Answers as a provider does; `changes` are made to the claims, `signed` may replace the ID token."""

    def __init__(self) -> None:
        self.changes: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}
        self.key: Any = KEY
        self.nonce = self.url = ""

    def __call__(self, asked: Any) -> Any:
        if asked.path in self.answers:
            return self.answers[asked.path]
        if asked.path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize"} | {
                f"{name}": f"{self.url}/{path}"
                for name, path in (
                    ("token_endpoint", "token"),
                    ("jwks_uri", "keys"),
                    ("userinfo_endpoint", "userinfo"),
                )
            }
        if asked.path == "/keys":
            return {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "one"}]}
        if asked.path == "/userinfo":
            return {"sub": "nia", "email": "nia@acme.test", "email_verified": True}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}

    def id_token(self) -> str:
        time = now()
        claims = {
            "iss": self.url,
            "aud": "listbackup",
            "sub": "nia",
            "email": "nia@acme.test",
            "nonce": self.nonce,
            "iat": time,
            "exp": time + dt.timedelta(minutes=5),
        } | self.changes
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            self.key,
            "RS256",
            headers={"kid": "one"},
        )


@pytest.fixture
def liar(people):
    made = Liar()
    with serving(made) as server:
        made.url = server.url
        cache.clear()
        settings = {"issuer": server.url, "client_id": "listbackup"}
        make_identity_provider(people.acme, slug="liar", settings=settings)
        make_email_domain(people.acme, "acme.test")
        yield made


def come_back(client: Any, liar: Liar) -> Any:
    query = parse_qs(urlsplit(begin(client, "liar")).query)
    liar.nonce = liar.nonce or query["nonce"][0]
    return client.get("/accounts/oidc/liar/login/callback/", {"code": "c", "state": query["state"][0]})


def test_honest_then_signed_in(people, liar, client):
    assert come_back(client, liar).status_code == 302 and signed_in(client)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.example.com"},
        {"aud": "somebody else"},
        {"aud": ["listbackup", "somebody else"], "azp": "somebody else"},
        {"exp": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"exp": None},
        {"sub": None},
        {"sub": "another than userinfo says"},
        {"nonce": "not ours"},
        {"nonce": None},
        {"email": "nia@elsewhere.test"},
        {"email_verified": False},
        {"email": "no address"},
        {"sub": "x" * 300},
    ],
    ids=lambda changes: "-".join(f"{name}={str(value)[:20]}" for name, value in changes.items()),
)
def test_claim_that_is_wrong_then_nobody_is_signed_in(people, liar, client, changes):
    liar.changes = changes
    answer = come_back(client, liar)
    assert answer.status_code in (200, 401, 403) and not signed_in(client)
    assert not User.objects.filter(email__startswith="nia").exists()


def _unsigned(liar: Liar) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').rstrip(b"=").decode()
    return f"{head}.{liar.id_token().split('.')[1]}."


def _symmetric(liar: Liar) -> str:
    """Signed with the public key as if it were a shared secret."""
    body = liar.id_token().split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=").decode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{head}.{body}".encode(), PUBLIC
    )
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("forge", [_unsigned, _symmetric], ids=["none", "hs256"])
def test_signature_of_another_kind_then_nobody_is_signed_in(people, liar, client, forge):
    query = parse_qs(urlsplit(begin(client, "liar")).query)
    liar.nonce = query["nonce"][0]
    liar.answers["/token"] = {"access_token": "a", "token_type": "Bearer", "id_token": forge(liar)}
    client.get("/accounts/oidc/liar/login/callback/", {"code": "c", "state": query["state"][0]})
    assert not signed_in(client)


def test_key_of_somebody_else_then_nobody_is_signed_in(people, liar, client):
    liar.key = OTHER_KEY
    come_back(client, liar)
    assert not signed_in(client)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
@pytest.mark.parametrize(
    "answer",
    [b"<html>Sign in</html>", [], {}, Answer(status=500), Answer(b'{"a":', cut=3), b"[" * 100_000],
    ids=["html", "list", "empty", "500", "cut", "deep"],
)
def test_answer_of_another_shape_then_a_page_and_nobody_is_signed_in(people, liar, client, path, answer):
    liar.answers[path] = answer
    try:
        address = begin(client, "liar")
    except AssertionError:
        assert "configuration" in path and not signed_in(client)
        return
    query = parse_qs(urlsplit(address).query)
    liar.nonce = query["nonce"][0]
    answer = client.get("/accounts/oidc/liar/login/callback/", {"code": "c", "state": query["state"][0]})
    assert answer.status_code in (200, 401, 403, 502) and not signed_in(client)


def test_issuer_that_calls_itself_otherwise_then_nobody_is_sent_there(people, liar, client):
    honest = liar(type("Asked", (), {"path": "/.well-known/openid-configuration"}))
    liar.answers["/.well-known/openid-configuration"] = honest | {"issuer": liar.url + "/"}
    with pytest.raises(AssertionError):
        begin(client, "liar")
    assert not signed_in(client)
