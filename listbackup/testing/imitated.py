"""One imitation of the sandbox, served by a thread of the test: a real server, its state within reach.

with imitated("mailchimp") as platform:
    platform.http       # HttpSettings that lead there
    platform.imitation  # its documents, clock, faults
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from integrations.connector.manifest import load_manifest
from integrations.connector.model import Manifest
from integrations.connector.oauth import TokenCredentials, TokenSet, authorization_url, exchange_code, pkce_pair
from integrations.connector.registry import FOLDER
from integrations.sandbox.app import read_body, send_reply
from integrations.sandbox.http import Reply, Request
from integrations.sandbox.imitations import imitations
from integrations.sandbox.imitations.frame import Imitation, Settings
from integrations.sandbox.imitations.mount import Mounted
from listbackup.core.http.client import HttpSettings
from listbackup.testing.asgi_server import serving_asgi

REDIRECT = "https://app.listbackup.test/oauth/callback"


@dataclass
class Imitated:
    """A running imitation. `url` is the sandbox's root."""

    key: str
    url: str
    _mounted: Mounted

    @property
    def imitation(self) -> Imitation:
        return self._mounted.imitation(self.key)

    @property
    def http(self) -> HttpSettings:
        hosts = {host: f"{self.url}/{self.key}/{host}" for host in self.imitation.hosts}
        return HttpSettings(platform_hosts=hosts)

    @property
    def manifest(self) -> Manifest:
        """The manifest of the platform's folder."""
        return load_manifest((FOLDER / self.key / "manifest.yaml").read_text(encoding="utf-8"))

    def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call of the administration (`/sandbox/<key>/api/...`)."""
        answer = httpx.request(method, f"{self.url}/sandbox/{self.key}/api/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def truth(self, kind: str, *, archived: bool = False) -> list[Any]:
        """What the platform holds of a kind."""
        answer = httpx.get(
            f"{self.url}/sandbox/{self.key}/api/truth/{kind}", params={"archived": str(archived).lower()}, timeout=30
        )
        answer.raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    def sign_in(self) -> TokenSet:
        """What a person and our callback do: consent, and a code turned into tokens."""
        manifest, settings = self.manifest, self.imitation.settings
        verifier, challenge = pkce_pair()
        url = authorization_url(
            manifest, client_id=settings.client_id, redirect_uri=REDIRECT, state="state-1", challenge=challenge,
            platform_hosts=self.http.platform_hosts,
        )  # fmt: skip
        assert httpx.get(url).status_code == 200
        answer = httpx.post(url, data={"decision": "connect"}, follow_redirects=False)
        assert answer.status_code == 302, answer.text
        told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        assert told["state"] == "state-1"
        return exchange_code(
            manifest, client_id=settings.client_id, client_secret=settings.client_secret, redirect_uri=REDIRECT,
            code=told["code"], verifier=verifier, http=self.http,
        )  # fmt: skip

    def credentials(self, tokens: TokenSet) -> TokenCredentials:
        """Credentials that renew themselves at the imitation."""
        settings = self.imitation.settings
        return TokenCredentials(
            self.manifest, client_id=settings.client_id, client_secret=settings.client_secret, http=self.http,
            tokens=tokens,
        )  # fmt: skip


@contextmanager
def imitated(key: str, **settings: Any) -> Iterator[Imitated]:
    """Serves one imitation until the block ends; `settings` as `Settings`, without rate limits unless said."""
    assert key in imitations(), f"there is no imitation of {key}"
    mounted = Mounted(Settings(**({"limits": False} | settings)), (key,))

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        request = Request(scope["method"], path, query, dict(scope["headers"]), await read_body(receive))
        await send_reply(send, await mounted.answer(request) or Reply(404, b"no such imitation", []))

    with serving_asgi(app) as url:
        yield Imitated(key, url, mounted)
