"""Sign-ins and refused access are written down where those who should know look."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from accounts.enums import MembershipStatus, Role
from accounts.models import ApiToken, Membership
from accounts.services import person_activity
from accounts.services.tokens import create_token
from listbackup.testing.people import PASSWORD

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


def entries(account: Any, action: str = "") -> list[Entry]:
    leave()
    with entered(account.organization):
        return list(Entry.objects.filter(action__startswith=action).order_by("number").select_related("account"))


def sign_in(client: Client, email: str = "olga@example.com", password: str = PASSWORD) -> Any:
    data = {"login": email, "password": password}
    return client.post("/accounts/login/", data, HTTP_USER_AGENT=BROWSER, REMOTE_ADDR="198.51.100.7")


def test_sign_in_and_out_on_the_page_then_written_with_address_and_device(people):
    client = Client()
    answer = sign_in(client)
    assert answer.status_code == 302
    [entry] = entries(people.acme, "person.")
    assert (entry.action, entry.user_id, entry.actor) == ("person.signed_in", people.olga.pk, "Olga")
    assert (entry.ip, entry.device, entry.via) == ("198.51.100.7", "Chrome on Windows", "session")
    assert entry.correlation_id == answer["X-Correlation-ID"]
    assert not entries(people.other)
    client.post("/accounts/logout/")
    assert [entry.action for entry in entries(people.acme, "person.")] == ["person.signed_in", "person.signed_out"]


def test_sign_in_and_out_by_the_api_then_written(people):
    api = APIClient()
    answer = api.post("/api/v1/auth/login", {"email": "olga@example.com", "password": PASSWORD}, format="json")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['accessToken']}")
    assert api.post("/api/v1/auth/logout").status_code == 204
    written = [(entry.action, entry.via) for entry in entries(people.acme, "person.")]
    assert written == [("person.signed_in", "api"), ("person.signed_out", "api")]


def test_refresh_token_used_twice_then_written(people):
    api = APIClient()
    login = {"email": "olga@example.com", "password": PASSWORD}
    old = api.post("/api/v1/auth/login", login, format="json").json()["refreshToken"]
    for _ in range(2):
        api.post("/api/v1/auth/refresh", {"refreshToken": old}, format="json")
    assert len(entries(people.acme, "person.session_ended")) == 1


def test_sign_in_then_in_each_organization_nearest_to_the_root_and_not_where_suspended(people):
    Membership.objects.create(user=people.nora, account=people.acme, role=Role.VIEWER)
    Membership.objects.create(
        user=people.nora, account=people.other, role=Role.VIEWER, status=MembershipStatus.SUSPENDED
    )
    Membership.objects.create(user=people.olga, account=people.other, role=Role.VIEWER)
    sign_in(Client(), "nora@example.com")
    sign_in(Client(), "olga@example.com")
    assert [(entry.actor, entry.account.name) for entry in entries(people.acme)] == [("Nora", "Acme"), ("Olga", "Acme")]
    assert [entry.actor for entry in entries(people.other)] == ["Olga"]


def test_many_organizations_then_only_those_entered_last(people, monkeypatch):
    monkeypatch.setattr(person_activity, "MOST", 1)
    Membership.objects.create(user=people.olga, account=people.other, role=Role.VIEWER)
    Membership.objects.filter(user=people.olga, account=people.other).update(last_access_at="2026-01-01T00:00Z")
    sign_in(Client())
    assert len(entries(people.other)) == 1 and not entries(people.acme)


def test_failed_sign_ins_of_a_known_person_then_one_entry_that_counts(people):
    for _ in range(3):
        sign_in(Client(), password="wrong password")
    [entry] = entries(people.acme)
    assert (entry.action, entry.user_id, entry.actor) == ("person.sign_in_failed", None, "Somebody not signed in")
    assert (entry.object_label, entry.ip) == ("olga@example.com", "198.51.100.7")
    cache.delete(f"sign-in-failed:{people.olga.pk}")  # a minute later
    sign_in(Client(), password="wrong password")
    assert entries(people.acme)[-1].detail == {"factor": "password", "more_since_the_last_entry": 2}


@pytest.mark.parametrize("email", ["nobody@example.com", "a\0b@example.com", ""])
def test_failed_sign_in_of_nobody_then_nothing(people, email):
    sign_in(Client(), email=email, password="wrong password")
    assert not entries(people.acme) and not entries(people.other)


def test_wrong_second_factor_then_written(people):
    Authenticator.objects.create(user=people.olga, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    client = Client()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    [entry] = entries(people.acme)
    assert (entry.action, entry.detail) == ("person.sign_in_failed", {"factor": "second factor"})


def changes(people: Any) -> list[str]:
    return [entry.action for entry in entries(people.acme, "person.") if "signed" not in entry.action]


def test_password_and_address_changed_then_written(people):
    client = Client()
    sign_in(client)
    new = "another horse battery"
    EmailAddress.objects.create(user=people.olga, email="o@example.com", verified=True)
    client.post("/accounts/email/", {"email": "o@example.com", "action_primary": ""})
    client.post("/accounts/email/", {"email": "olga@example.com", "action_remove": ""})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert changes(people) == ["person.email_changed", "person.email_removed", "person.password_changed"]


def test_factors_changed_then_written(people, django_capture_on_commit_callbacks):
    client = Client()
    sign_in(client)
    Authenticator.objects.create(user=people.olga, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    RecoveryCodes.activate(people.olga)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/deactivate/")
    assert changes(people) == ["person.factor_renewed", "person.factor_removed", "person.factor_removed"]


def test_refused_page_then_written_once_a_minute(people):
    client = Client()
    client.force_login(people.vera)
    for _ in range(2):
        assert client.post(f"/tree/{people.acme.pk}/delete/", {"name": "Acme"}).status_code == 403
    [entry] = entries(people.acme)
    assert (entry.action, entry.actor, entry.account.name) == ("access.refused", "Vera", "Acme")
    assert entry.detail["permission"] == "account.delete"
    assert entry.detail["request"] == f"POST /tree/{people.acme.pk}/delete/"
    client.post(f"/tree/{people.north.pk}/suspend/")
    assert [entry.detail["permission"] for entry in entries(people.acme)] == ["account.delete", "account.suspend"]


def test_refused_api_call_then_written_although_its_transaction_is_gone(people):
    api = APIClient()
    api.force_login(people.vera)
    assert api.patch(f"/api/v1/accounts/{people.north.pk}", {"name": "x"}, format="json").status_code == 403
    [entry] = entries(people.acme)
    assert (entry.account.name, entry.via, entry.detail["permission"]) == ("North", "api", "account.update")


def test_token_without_the_scope_then_written(people):
    leave()
    _, secret = create_token(people.olga, account_id=people.acme.pk, name="CI", scopes=["jobs:run"])
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert api.get("/api/v1/connections").status_code == 403
    assert api.get("/api/v1/users/me").status_code == 403
    [first, second] = entries(people.acme, "access.")
    assert (first.via, first.detail["permission"]) == ("token", "connection.view")
    assert second.detail["why"] == "No token may do this."
    Membership.objects.filter(user=people.olga).delete()
    assert ApiToken.objects.count() == 1
    assert api.get("/api/v1/users/me").status_code == 403


def test_somebody_elses_thing_then_404_and_nothing_written(people):
    api = APIClient()
    api.force_login(people.eve)
    assert api.patch(f"/api/v1/accounts/{people.north.pk}", {"name": "x"}, format="json").status_code == 404
    assert not entries(people.acme) and not entries(people.other)


def test_other_sessions_ended_then_written_once_with_their_number(people):
    here, there, phone = Client(), Client(), Client()
    for one in (here, there, phone):
        assert sign_in(one).status_code == 302
    here.get("/")
    before = len(entries(people.acme, "person."))
    assert here.post("/accounts/sessions/").status_code == 302
    [entry] = entries(people.acme, "person.")[before:]
    assert (entry.action, entry.detail["sessions"]) == ("person.sessions_ended", 2)
    assert "/login/" in there.get("/")["Location"] and "/login/" not in here.get("/")["Location"]


def test_profile_and_preferences_changed_then_what_is_said_and_unchanged_then_nothing(people):
    client = APIClient()
    client.force_login(people.olga)
    client.patch("/api/v1/users/me", {"time_zone": "Europe/Berlin"}, format="json")
    client.patch("/api/v1/users/me", {"time_zone": "Europe/Berlin"}, format="json")
    client.patch("/api/v1/users/me/settings", {"notifications": {"backup_failed": []}}, format="json")
    told = [(one.action, one.detail["changed"]) for one in entries(people.acme, "person.")]
    assert told == [("person.profile_changed", "time zone"), ("person.preferences_changed", "notifications")]
