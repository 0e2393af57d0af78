"""/connections and /platforms/{id}/connections."""

import uuid

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.access.schema import entered, leave
from integrations.models import Connection
from integrations.services.credentials import seal

PROBLEM = "application/problem+json"


@pytest.fixture
def call(client):
    """A JSON call as a person, in the account given."""

    def send(user, method, path, body=None, account=None, **headers):
        leave()
        client.force_login(user)
        if account is not None:
            headers["X-Account-Context"] = str(account.pk)
        return getattr(client, method)(f"/api/v1{path}", data=body, content_type="application/json", headers=headers)

    return send


def plant(account, count=1, **fields):
    with entered(account.organization):
        return [
            Connection.objects.create(
                account=account,
                platform="hubspot",
                name=f"Connection {number}",
                auth_kind="bearer",
                secret=seal({"access_token": "planted-secret"}),
                external_id=str(number),
                **fields,
            )
            for number in range(count)
        ]


def test_create_with_key_then_tested_stored_and_without_the_secret(people, sandbox, call):
    body = {"platform": "hubspot", "name": "CRM", "secrets": {"access_token": sandbox.static_token}}
    answer = call(people.mia, "post", "/connections", body)
    assert answer.status_code == 201, answer.content
    data = answer.json()
    assert (data["platform"], data["name"], data["status"]) == ("hubspot", "CRM", "active")
    assert data["external_id"] and "secret" not in data
    assert sandbox.static_token.encode() not in answer.content
    shown = call(people.vera, "get", f"/connections/{data['id']}")
    assert shown.status_code == 200 and shown.json() == data


def test_create_with_wrong_key_then_422_and_nothing_stored(people, sandbox, call):
    body = {"platform": "hubspot", "secrets": {"access_token": "pat-na1-wrong-planted"}}
    answer = call(people.mia, "post", "/connections", body)
    assert answer.status_code == 422 and answer["content-type"] == PROBLEM
    assert answer.json()["code"] == "connection.test_failed" and answer.json()["remedy"]
    assert b"planted" not in answer.content
    assert call(people.mia, "get", "/connections").json()["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "hubspot"}, "secrets"),
        ({"platform": "hubspot", "secrets": {"nonsense": "x"}}, "secrets"),
        ({}, "platform"),
        ({"platform": "hubspot", "secrets": "x"}, "secrets"),
        ({"manifest": "name: [unclosed", "secrets": {}}, "manifest"),
    ],
)
def test_create_with_bad_input_then_400_by_field(people, sandbox, call, body, field):
    answer = call(people.mia, "post", "/connections", body)
    assert answer.status_code == 400, answer.content
    assert any(name.startswith(field) or field == "secrets" for name in answer.json()["errors"])


def test_create_with_bad_manifest_then_line_and_column(people, sandbox, call):
    answer = call(people.mia, "post", "/connections", {"manifest": "key: x\nname: [unclosed", "secrets": {}})
    assert answer.status_code == 400
    assert "line 2" in " ".join(answer.json()["errors"]["manifest"])


def test_unknown_platform_then_404(people, sandbox, call):
    assert call(people.mia, "post", "/connections", {"platform": "nope", "secrets": {"a": "b"}}).status_code == 404
    assert call(people.mia, "get", "/platforms/nope").status_code == 404


@pytest.mark.parametrize(
    ("who", "method", "suffix", "status"),
    [
        ("vera", "get", "", 200),
        ("vera", "patch", "", 403),
        ("vera", "post", "/test", 403),
        ("vera", "delete", "", 403),
        ("mia", "patch", "", 200),
        ("mia", "delete", "", 403),
        ("adam", "delete", "", 204),
        ("nora", "get", "", 404),
        ("eve", "get", "", 404),
        ("eve", "patch", "", 404),
        ("eve", "post", "/test", 404),
        ("eve", "delete", "", 404),
    ],
)
def test_roles_then_as_declared(people, call, who, method, suffix, status):
    [connection] = plant(people.acme)
    body = {"name": "New name"} if method == "patch" else None
    answer = call(getattr(people, who), method, f"/connections/{connection.pk}{suffix}", body)
    assert answer.status_code == status, answer.content


def test_foreign_and_unknown_ids_then_the_same_body(people, call):
    [connection] = plant(people.acme)
    foreign = call(people.eve, "get", f"/connections/{connection.pk}").json()
    unknown = call(people.eve, "get", f"/connections/{uuid.uuid4()}").json()
    foreign.pop("correlation_id"), unknown.pop("correlation_id")
    assert foreign == unknown


def test_anonymous_then_401(client, people):
    assert client.get("/api/v1/connections").status_code == 401
    assert client.get("/api/v1/platforms").status_code == 401


def test_list_then_filters_pages_and_the_same_number_of_queries(people, call):
    plant(people.acme, 3)
    plant(people.north, 1, status="needs_reconnect")

    def queries():
        call(people.olga, "get", "/connections")
        with CaptureQueriesContext(database) as seen:
            answer = call(people.olga, "get", "/connections?page_size=200")
        return len(seen), answer.json()

    few, page = queries()
    assert len(page["results"]) == 4 and page["next"] is None
    plant(people.south, 30)
    many, page = queries()
    assert len(page["results"]) == 34
    assert many == few
    only = call(people.olga, "get", "/connections?status=needs_reconnect").json()["results"]
    assert [row["account"] for row in only] == [str(people.north.pk)]
    assert call(people.olga, "get", "/connections?status=nonsense").status_code == 400
    assert len(call(people.olga, "get", "/connections?page_size=10").json()["results"]) == 10
    assert call(people.olga, "get", "/platforms/hubspot/connections").json()["results"][0]["platform"] == "hubspot"


def test_test_then_scopes_and_status(people, sandbox, call):
    made = call(
        people.mia, "post", "/platforms/hubspot/connections", {"secrets": {"access_token": sandbox.static_token}}
    ).json()
    answer = call(people.mia, "post", f"/connections/{made['id']}/test")
    assert answer.status_code == 200
    data = answer.json()
    assert data["ok"] is True and data["status"] == "active" and data["external_id"] == made["external_id"]


def test_platform_connect_without_secrets_then_oauth_begins(people, sandbox, call):
    answer = call(people.mia, "post", "/platforms/hubspot/connections", {})
    assert answer.status_code == 200
    assert answer.json()["authorization_url"].startswith(sandbox.hosts["app.hubspot.com"])


def test_replacing_the_key_with_a_wrong_one_then_the_old_one_stays(people, sandbox, call):
    made = call(
        people.mia, "post", "/connections", {"platform": "hubspot", "secrets": {"access_token": sandbox.static_token}}
    ).json()
    with entered(people.acme.organization):
        before = Connection.objects.get().secret
    answer = call(people.mia, "patch", f"/connections/{made['id']}", {"secrets": {"access_token": "wrong"}})
    assert answer.status_code == 422
    with entered(people.acme.organization):
        assert Connection.objects.get().secret == before


def test_repeated_post_with_idempotency_key_then_one_connection(people, sandbox, call):
    body = {"platform": "hubspot", "secrets": {"access_token": sandbox.static_token}}
    first = call(people.mia, "post", "/connections", body, **{"Idempotency-Key": "k1"})
    again = call(people.mia, "post", "/connections", body, **{"Idempotency-Key": "k1"})
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"] and again["Idempotent-Replay"] == "true"


def test_platforms_then_catalogue_streams_and_filters(people, call):
    listed = call(people.vera, "get", "/platforms").json()["results"]
    assert "hubspot" in {row["id"] for row in listed}
    assert call(people.vera, "get", "/platforms?category=nonsense").json()["results"] == []
    detail = call(people.vera, "get", "/platforms/hubspot").json()
    assert {"oauth2"} <= {option["kind"] for option in detail["auth"]}
    streams = call(people.vera, "get", "/platforms/hubspot/sources").json()["results"]
    assert "contacts" in {stream["name"] for stream in streams}
    assert call(people.vera, "get", "/platforms/hubspot/sources/contacts").json()["name"] == "contacts"
    assert call(people.vera, "get", "/platforms/hubspot/sources/nope").status_code == 404
