"""API tokens: shown once, confined to scopes, an account and the person's own role."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.access.schema import entered
from accounts.models import ApiToken, Membership
from listbackup.core.clock import now
from listbackup.testing import factories


def signed_in(user: Any) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def make(user: Any, account: Any, *scopes: str, **fields: Any) -> APIClient:
    data = {"name": "Script", "account": str(account.pk), "scopes": list(scopes), **fields}
    answer = signed_in(user).post("/api/v1/users/me/tokens", data, format="json")
    assert answer.status_code == 201, answer.content
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    return client


@pytest.fixture
def source(people: Any) -> Any:
    with entered(people.acme.organization):
        return factories.make_source(people.acme)


def test_token_is_shown_once_and_stored_as_a_hash(people):
    data = {"name": "CI", "account": str(people.acme.pk), "scopes": ["jobs:run"]}
    client = signed_in(people.olga)
    secret = client.post("/api/v1/users/me/tokens", data, format="json").json()["token"]
    row = ApiToken.objects.get()
    assert secret.startswith("lb_") and secret not in str(row.__dict__) and row.hint == secret[:10]
    assert row.expires_at is not None and row.expires_at - now() < dt.timedelta(days=91)
    listed = client.get("/api/v1/users/me/tokens").content.decode()
    assert secret not in listed and row.hint in listed


def test_jobs_token_runs_jobs_and_reads_no_data(people, source):
    client = make(people.olga, people.acme, "jobs:run")
    assert client.get("/api/v1/sources").status_code == 200
    assert client.get("/api/v1/jobs").status_code == 200
    started = client.post(f"/api/v1/sources/{source.pk}/sync")
    assert started.status_code in (202, 409) and started.json().get("code") != "access.scope_missing"
    for method, path in (
        ("get", "/api/v1/connections"),
        ("patch", f"/api/v1/sources/{source.pk}"),
        ("delete", f"/api/v1/sources/{source.pk}"),
        ("post", f"/api/v1/accounts/{people.acme.pk}/sub-accounts"),
    ):
        answer = getattr(client, method)(path, {}, format="json")
        assert answer.status_code == 403 and answer.json()["code"] == "access.scope_missing", f"{method} {path}"


def test_data_scopes_are_not_in_the_jobs_scope():
    from accounts.access import rules

    for permission in ("record.view", "snapshot.view", "export.view", "export.create", "recovery_key.view"):
        assert "jobs:run" not in rules._SCOPES[permission]
    assert not rules._SCOPES["recovery_key.view"] and not rules._SCOPES["account.delete"]


def test_token_never_exceeds_the_persons_role(people):
    client = make(people.vera, people.acme, "config:write")
    answer = client.post("/api/v1/source-groups", {"name": "G"}, format="json")
    assert answer.status_code == 403 and answer.json()["code"] == "access.forbidden"


def test_token_stays_below_its_account(people):
    client = make(people.olga, people.north, "data:read")
    assert client.get("/api/v1/account").json()["name"] == "North"
    client.credentials(
        HTTP_AUTHORIZATION=client._credentials["HTTP_AUTHORIZATION"], HTTP_X_ACCOUNT_CONTEXT=str(people.south.pk)
    )
    assert client.get("/api/v1/account").status_code == 404
    assert client.get(f"/api/v1/accounts/{people.acme.pk}").status_code == 404


def test_token_reaches_nothing_of_the_person(people):
    client = make(people.olga, people.acme, "data:read", "account:admin", "config:write", "jobs:run")
    for path in ("users/me", "users/me/tokens", "users/me/settings", "auth/profile", "accounts", "auth/accounts"):
        assert client.get(f"/api/v1/{path}").status_code == 403, path
    assert client.delete(f"/api/v1/accounts/{people.acme.pk}").status_code == 403


@pytest.mark.parametrize("how", ["revoked", "expired", "removed", "disabled", "typo"])
def test_dead_token_is_refused_on_the_next_call(people, how):
    client = make(people.mia, people.acme, "data:read")
    assert client.get("/api/v1/account").status_code == 200
    token = ApiToken.objects.get()
    if how == "revoked":
        assert signed_in(people.mia).delete(f"/api/v1/users/me/tokens/{token.pk}").status_code == 204
    elif how == "expired":
        ApiToken.objects.update(expires_at=now())
    elif how == "removed":
        Membership.objects.get(user=people.mia).delete()
    elif how == "disabled":
        people.mia.is_active = False
        people.mia.save()
    else:
        client.credentials(HTTP_AUTHORIZATION=client._credentials["HTTP_AUTHORIZATION"][:-1] + "x")
    assert client.get("/api/v1/account").status_code == (404 if how == "removed" else 401)


def test_somebody_elses_token_cannot_be_revoked(people):
    make(people.olga, people.acme, "data:read")
    answer = signed_in(people.eve).delete(f"/api/v1/users/me/tokens/{ApiToken.objects.get().pk}")
    assert answer.status_code == 404 and ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize(
    "data", [{"scopes": []}, {"scopes": ["everything"]}, {"name": " "}, {"days": 0}, {"days": 9999}, {"account": "x"}]
)
def test_bad_token_then_400(people, data):
    whole = {"name": "CI", "account": str(people.acme.pk), "scopes": ["jobs:run"], **data}
    assert signed_in(people.olga).post("/api/v1/users/me/tokens", whole, format="json").status_code == 400


def test_token_for_a_foreign_account_then_404(people):
    data = {"name": "CI", "account": str(people.other.pk), "scopes": ["jobs:run"]}
    assert signed_in(people.olga).post("/api/v1/users/me/tokens", data, format="json").status_code == 404


def test_use_is_noted(people):
    make(people.olga, people.acme, "data:read").get("/api/v1/account")
    token = ApiToken.objects.get()
    assert token.last_used_at is not None and token.last_ip == "127.0.0.1"
