"""Clients that others' generators make from our OpenAPI document: a mobile developer's first hour."""

import importlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client as Browser

from accounts.access.schema import leave
from accounts.models import User
from accounts.outbox.models import OutboxMessage

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "openapi.yaml"
PASSWORD = "a long enough phrase"
pytestmark = pytest.mark.slow


class Generated:
    """The package that openapi-python-client wrote: calls by group and name, models by name."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.client: Any = importlib.import_module(f"{package}.client")
        self.models: Any = importlib.import_module(f"{package}.models")

    def call(self, client: Any, name: str, *path: Any, **given: Any) -> Any:
        """The parsed answer of `group.name`; fails unless the status is 2xx and the generated model could read it."""
        function = importlib.import_module(f"{self.package}.api.{name}").sync_detailed
        with one_connection():
            answer = function(*path, client=client, **given)
        leave()
        assert 200 <= answer.status_code < 300, answer.content
        assert answer.parsed is not None or answer.status_code in (202, 204), answer.content
        return answer.parsed

    def connect(self, token: str = "") -> Any:
        made = (
            self.client.AuthenticatedClient("http://testserver", token)
            if token
            else self.client.Client("http://testserver")
        )
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.WSGITransport(app=get_wsgi_application())
        return made.set_httpx_client(httpx.Client(transport=transport, base_url="http://testserver", headers=headers))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generated")
    command = [sys.executable, "-c", "from openapi_python_client.cli import app; app()", "generate", "--meta", "none"]
    command += ["--path", str(DOCUMENT), "--output-path", str(folder / "listbackup_client")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unable" not in done.stdout and "unsupported" not in done.stdout.lower(), done.stdout
    sys.path.insert(0, str(folder))
    return Generated("listbackup_client")


@contextmanager
def one_connection() -> Iterator[None]:
    """A call stays in the test's transaction: Django would close its connection at the end, as its own client knows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def mailed(address: str, pattern: str) -> str:
    found = re.search(pattern, OutboxMessage.objects.filter(recipient=address).latest("id").text)
    assert found
    return found[1]


def sign_up(generated: Generated, email: str, company: str) -> str:
    """A verified person; returns their access token."""
    public, models = generated.connect(), generated.models
    body = models.RegisterRequestRequest(email=email, password=PASSWORD, name="Somebody", company=company)
    assert generated.call(public, "auth.auth_register", body=body).next_ == "verify_email"
    Browser().post(mailed(email, r"https?://[^/]+(/accounts/confirm-email/\S+)"))
    leave()
    body = models.LoginRequestRequest(email=email, password=PASSWORD)
    return str(generated.call(public, "auth.auth_login", body=body).access_token)


def test_python_client_signs_up_signs_in_with_a_second_factor_switches_and_invites(db, generated):
    models = generated.models
    sign_up(generated, "mobile@example.com", "Mobile Ltd")

    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(email="mobile@example.com"), secret)
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    body = models.LoginRequestRequest(email="mobile@example.com", password=PASSWORD, code=code)
    login = generated.call(generated.connect(), "auth.auth_login", body=body)
    assert [account.name for account in login.accounts] == ["Mobile Ltd"]
    body = models.RefreshRequestRequest(refresh_token=login.refresh_token)
    fresh = generated.call(generated.connect(), "auth.auth_refresh", body=body)

    owner = generated.connect(fresh.access_token)
    [root] = generated.call(owner, "accounts.accounts_list").results
    body = models.AccountCreateRequest(name="Branch")
    branch = generated.call(owner, "accounts.accounts_create_sub_account", root.id, body=body)
    switched = generated.call(owner, "accounts.accounts_switch_context", branch.id)
    there = generated.connect(switched.access_token)
    assert generated.call(there, "accounts.account_get").name == "Branch"

    team = generated.call(there, "teams.teams_create", body=models.TeamCreateRequest(name="Onboarding"))
    invite = models.InviteRequest(email="second@example.com")
    assert generated.call(there, "teams.teams_invite", team.id, body=invite).email == "second@example.com"
    link = mailed("second@example.com", r"/invitations/([\w-]{20,})/")
    second = generated.connect(sign_up(generated, "second@example.com", "Second Ltd"))
    generated.call(second, "teams.teams_accept_invitation", body=models.AcceptRequest(token=link))
    rows = generated.call(there, "teams.teams_list_members", team.id).results
    assert {row.email for row in rows} == {"mobile@example.com", "second@example.com"}


@pytest.mark.parametrize(("language", "ending"), [("kotlin", ".kt"), ("swift6", ".swift")])
def test_other_generators_write_a_client_with_every_operation(language, ending, tmp_path):
    command = [
        sys.executable,
        "-c",
        "from openapi_generator_cli import run; import sys; sys.exit(run(sys.argv[1:]).returncode)",
    ]
    command += ["generate", "-g", language, "-i", str(DOCUMENT), "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    written = "\n".join(file.read_text() for file in tmp_path.rglob(f"*{ending}")).lower()
    operations = re.findall(r"operationId: (\w+)", DOCUMENT.read_text())
    assert len(operations) > 60
    missing = [
        name
        for name in operations
        if f"fun {name.replace('_', '')}(" not in written and f"func {name.replace('_', '')}(" not in written
    ]
    assert missing == []
