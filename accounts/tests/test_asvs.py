"""What docs/asvs.md says is proved: every test that it names exists; and the proofs that had no better place."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.outbox.models import OutboxMessage
from listbackup.embedded.paths import BASE_DIR
from listbackup.testing.people import PASSWORD

NAMED = re.findall(r"`([\w/]+\.py)`::(test_\w+)", (BASE_DIR / "docs/asvs.md").read_text())
ODD = "  ünïcode, spaces and 🦉🦉🦉 " + "x" * 100 + "  "


def sign_in(client, password=PASSWORD):
    return client.post("/accounts/login/", {"login": "mia@example.com", "password": password})


def signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("file, name", sorted(set(NAMED)), ids="::".join)
def test_named_test_then_it_exists(file, name):
    assert f"def {name}(" in Path(BASE_DIR / file).read_text()


def test_the_page_names_tests():
    assert len(NAMED) > 40


@pytest.mark.parametrize("password", ["ListBackup2026!", "mybackup1", "HubSpotStripe12", "password123", "12345678901"])
def test_password_that_is_guessed_first_then_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password", [ODD, "a" * 5 + "1 backup of everything", "onlylowercaseletters", "7391 4420 1187"]
)
def test_password_of_any_composition_then_allowed(password):
    validate_password(password)


def test_password_then_taken_exactly_as_typed(people, client):
    people.mia.set_password(ODD)
    people.mia.save()
    assert sign_in(client, ODD.strip()).status_code != 302
    assert sign_in(client, ODD.upper()).status_code != 302
    assert sign_in(client, ODD).status_code == 302


def test_sign_in_then_another_session_key(people, client):
    client.get("/accounts/sso/")
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert signed_in(client) and client.session.session_key != before


def test_password_changed_then_other_sessions_end_and_the_old_one_is_asked_for(people, client):
    other = Client()
    sign_in(client)
    sign_in(other)
    new = {"password1": "another long passphrase", "password2": "another long passphrase"}
    assert client.post("/accounts/password/change/", {"oldpassword": "wrong", **new}).status_code == 200
    assert "/login/" not in other.get("/settings/profile/").get("Location", "")
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert "/login/" in other.get("/settings/profile/")["Location"]
    assert client.get("/settings/profile/").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_factor_then_asked_once_more_who_one_is(people, client, path):
    client.force_login(people.mia)
    assert "/reauthenticate/" in client.get(path)["Location"]


def test_password_fields_then_masked_and_open_to_password_managers(db, client):
    for path in ("/accounts/login/", "/accounts/signup/"):
        page = client.get(path).content.decode()
        [field] = re.findall(r'<input[^>]*name="password1?"[^>]*>', page)
        assert 'type="password"' in field and "autocomplete=" in field and "onpaste" not in page


def test_sign_out_then_the_session_is_gone_on_the_server(people, client):
    sign_in(client)
    cookies = client.cookies.copy()
    client.post("/accounts/logout/")
    stolen = Client()
    stolen.cookies = cookies
    assert "/login/" in stolen.get("/settings/profile/")["Location"]


def test_password_reset_then_signed_in_nowhere_so_that_the_second_factor_is_still_asked(people, client):
    client.post("/accounts/password/reset/", {"email": "mia@example.com"})
    text = OutboxMessage.objects.latest("id").text
    [path] = re.findall(r"(/accounts/password/reset/key/\S+)", text)
    page = client.get(path, follow=True)
    new = "another long passphrase"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    people.mia.refresh_from_db()
    assert people.mia.check_password(new) and not signed_in(client)
