"""A14 of the fault suite: a platform whose refresh tokens work once, and an answer that is lost."""

from urllib.parse import parse_qs

import pytest

from integrations.connector.errors import CredentialsRevoked
from integrations.connector.manifest import load_manifest
from integrations.connector.registry import platforms
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth import flow, refresh
from integrations.services.credentials import unseal
from listbackup.core.clock import now
from listbackup.testing.web_server import Answer, serving

MANIFEST = """
manifest: 1
key: rotating
name: Rotating
base_url: https://api.rotating.test
auth:
  - kind: oauth2
    authorize_url: https://api.rotating.test/authorize
    token_url: https://api.rotating.test/token
    token_errors: [{status: 400, do: reconnect}]
    grant_lifetime_s: 3888000
check: {request: {path: /me}, account_id: id}
streams: {things: {request: {path: /things}, key: id}}
"""


class Rotating:
    def __init__(self):
        self.number, self.refreshes = 1, 0

    def __call__(self, asked):
        if asked.path == "/me":
            return {"id": "a"}
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if form["grant_type"] == "refresh_token":
            self.refreshes += 1
            if form["refresh_token"] != f"r{self.number}":
                return Answer({"error": "invalid_request", "error_description": "Invalid Refresh Token"}, status=400)
            self.number += 1
        return {"access_token": f"a{self.number}", "refresh_token": f"r{self.number}", "expires_in": 86400}


@pytest.fixture
def rotating(tenant, settings, monkeypatch):
    handler = Rotating()
    with serving(handler) as server:
        settings.PLATFORM_HOSTS = {"api.rotating.test": server.url}
        settings.PLATFORM_CLIENTS = {"rotating": ("me", "secret")}
        monkeypatch.setitem(platforms(), "rotating", load_manifest(MANIFEST))
        url = flow.start(tenant.context(tenant.olga), platform="rotating", session_key="s")
        params = {"state": parse_qs(url.partition("?")[2])["state"][0], "code": "c"}
        handler.connection = flow.finish(user=tenant.olga, session_key="s", platform="rotating", params=params)
        yield handler


def test_a14_every_refresh_stores_the_next_token_before_the_first_is_used(rotating):
    connection = rotating.connection
    for number in (2, 3, 4):
        Connection.objects.update(token_expires_at=now())
        fresh = refresh.refresh_if_needed(connection.account, connection.pk)
        stored = Connection.objects.get()
        assert unseal(stored) == fresh.secrets == {"access_token": f"a{number}", "refresh_token": f"r{number}"}
        assert (stored.grant_expires_at - now()).days == 44


def test_a14_killed_between_answer_and_commit_then_a_person_is_asked_at_the_next_try(rotating, monkeypatch):
    connection = rotating.connection

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "store_tokens", die)
        Connection.objects.update(token_expires_at=now())
        with pytest.raises(Killed):
            refresh.refresh_if_needed(connection.account, connection.pk)
    stored = Connection.objects.get()
    assert (stored.status, unseal(stored)["refresh_token"]) == (ConnectionStatus.ACTIVE, "r1")
    with pytest.raises(CredentialsRevoked):
        refresh.refresh_if_needed(connection.account, connection.pk)
    stored = Connection.objects.get()
    assert stored.status == ConnectionStatus.NEEDS_RECONNECT and "Invalid Refresh Token" in stored.last_error
    # And nobody goes on asking.
    before = rotating.refreshes
    for _ in range(3):
        with pytest.raises(CredentialsRevoked):
            refresh.refresh_if_needed(connection.account, connection.pk)
    assert rotating.refreshes == before
