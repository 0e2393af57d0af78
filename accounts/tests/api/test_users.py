"""The signed-in person by the API, and becoming one."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.models import User
from accounts.outbox.models import OutboxMessage
from listbackup.testing.people import PASSWORD


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def post(client: APIClient, path: str, data: Any = None) -> Any:
    return client.post(f"/api/v1/{path}", data or {}, format="json")


def signed_in(client: APIClient, email: str = "olga@example.com") -> dict[str, Any]:
    body: dict[str, Any] = post(client, "auth/login", {"email": email, "password": PASSWORD}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['accessToken']}")
    return body


def test_register_then_a_person_an_organization_and_a_mail(db, api):
    data = {"email": "New@Person.example", "password": "a long enough phrase", "name": "New", "company": "New Ltd"}
    answer = post(api, "auth/register", data)
    assert answer.status_code == 201, answer.content
    assert answer.json() == {
        "user": {"email": "new@person.example", "name": "New"},
        "accounts": [],
        "next": "verify_email",
    }
    user = User.objects.get(email="new@person.example")
    assert user.memberships.get().account.name == "New Ltd"
    assert user.memberships.get().account.organization.plan.code == "trial"
    refused = post(api, "auth/login", {"email": data["email"], "password": data["password"]})
    assert refused.status_code == 401 and refused.json()["code"] == "auth.email_not_verified"
    assert OutboxMessage.objects.filter(recipient="new@person.example").exists()
    EmailAddress.objects.filter(user=user).update(verified=True)
    assert post(api, "auth/login", {"email": data["email"], "password": data["password"]}).status_code == 200


def test_register_with_a_known_address_then_the_same_answer_and_a_mail_to_its_owner(people, api):
    known = post(api, "auth/register", {"email": "olga@example.com", "password": "a long enough phrase", "name": "N"})
    fresh = post(api, "auth/register", {"email": "nobody@example.com", "password": "a long enough phrase", "name": "N"})
    assert known.status_code == fresh.status_code == 201
    assert known.json().keys() == fresh.json().keys() and known.json()["accounts"] == []
    assert User.objects.filter(email="olga@example.com").count() == 1
    assert OutboxMessage.objects.filter(recipient="olga@example.com").count() == 1


@pytest.mark.parametrize(("data", "field"), [({"password": "short"}, "password"), ({"email": "nonsense"}, "email")])
def test_register_with_bad_fields_then_400_that_names_them(db, api, data, field):
    answer = post(
        api, "auth/register", {"email": "x@y.example", "password": "a long enough phrase", "name": "N", **data}
    )
    assert answer.status_code == 400 and field in answer.json()["errors"], answer.content


def test_logout_then_both_tokens_are_dead_at_once(people, api):
    body = signed_in(api)
    assert post(api, "auth/logout").status_code == 204
    assert api.get("/api/v1/users/me").status_code == 401
    api.credentials()
    assert post(api, "auth/refresh", {"refreshToken": body["refreshToken"]}).status_code == 401


def test_status_then_whether_signed_in_and_until_when(people, api):
    assert api.get("/api/v1/auth/status").json() == {"signedIn": False, "factors": [], "expiresAt": None}
    signed_in(api)
    told = api.get("/api/v1/auth/status").json()
    assert told["signedIn"] is True and told["expiresAt"].endswith("Z")


def test_profile_then_changed_and_checked(people, api):
    signed_in(api)
    changed = api.patch("/api/v1/users/me", {"name": " Olga  B. ", "time_zone": "Europe/Vienna"}, format="json")
    assert (changed.json()["name"], changed.json()["time_zone"]) == ("Olga B.", "Europe/Vienna")
    refused = api.patch("/api/v1/users/me", {"time_zone": "Nowhere"}, format="json")
    assert refused.status_code == 400 and "time_zone" in refused.json()["errors"]
    # What is not offered is not changed.
    api.patch("/api/v1/users/me", {"email": "evil@example.com", "is_staff": True}, format="json")
    people.olga.refresh_from_db()
    assert people.olga.email == "olga@example.com" and not people.olga.is_staff


def test_settings_then_theme_notifications_and_default_account(people, api):
    signed_in(api)
    wanted = {
        "theme": "dark",
        "notifications": {"backup_failed": []},
        "default_account": str(people.south.pk),
    }
    answer = api.patch("/api/v1/users/me/settings", wanted, format="json").json()
    assert answer["theme"] == "dark" and answer["notifications"]["backup_failed"] == []
    assert answer["notifications"]["verification_failed"] == ["email"]
    assert api.get("/api/v1/account").json()["name"] == "South"


@pytest.mark.parametrize(
    "data",
    [{"theme": "pink"}, {"notifications": {"nope": []}}, {"notifications": {"backup_failed": ["pigeon"]}}],
)
def test_bad_settings_then_400(people, api, data):
    signed_in(api)
    answer = api.patch("/api/v1/users/me/settings", data, format="json")
    assert answer.status_code == 400 and set(answer.json()["errors"]) == set(data)


def test_default_account_of_somebody_else_then_400(people, api):
    signed_in(api)
    answer = api.patch("/api/v1/users/me/settings", {"default_account": str(people.other.pk)}, format="json")
    assert answer.status_code == 400


def test_muted_news_then_no_mail(people):
    from accounts.services.profiles import update_settings, wants

    update_settings(people.olga, notifications={"backup_failed": []})
    assert not wants(people.olga, "backup_failed") and wants(people.olga, "verification_failed")


def test_my_accounts_then_memberships_with_last_access(people, api):
    signed_in(api)
    rows = api.get("/api/v1/users/me/accounts").json()["results"]
    assert [(row["account_name"], row["role"], row["by_team"]) for row in rows] == [("Acme", "owner", None)]
