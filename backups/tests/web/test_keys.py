"""The page of keys and its API: versions, rotation, who holds the wrapping key, the recovery kit."""

import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from backups.models import AccountKey
from backups.services.keys import keyring_for_writing, recovery_key
from listbackup.testing.people import PASSWORD


@pytest.fixture(autouse=True)
def keyed(olga: Any, storage: Any) -> None:
    keyring_for_writing(olga.account)
    leave()


def client_of(user: Any) -> Client:
    made = Client()
    made.force_login(user)
    return made


def prove(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def test_button_makes_a_version(tenant: Any) -> None:
    adam = client_of(tenant.adam)
    assert "Make a new version" in adam.get("/settings/keys/").content.decode()
    answer = adam.post("/settings/keys/", follow=True)
    page = answer.content.decode()
    assert "Version 2 is made" in page and "Reading what was sealed with it" in page
    assert "Recovery kit" not in page, "owners only"
    with entered(tenant.acme.organization):
        assert list(AccountKey.objects.values_list("version", flat=True)) == [1, 2]


def test_kit_only_after_the_password(tenant: Any, olga: Any) -> None:
    client = client_of(tenant.olga)
    answer = client.get("/settings/keys/recovery-kit/")
    assert answer.status_code == 302 and "/reauthenticate/" in answer["Location"]
    with entered(tenant.acme.organization):
        assert not Entry.objects.filter(action="recovery_key.shown").exists()
    prove(client)
    answer = client.get("/settings/keys/recovery-kit/")
    made = b"".join(answer.streaming_content)
    assert made.startswith(b"%PDF") and "no-store" in answer["Cache-Control"]
    with entered(tenant.acme.organization):
        assert Entry.objects.filter(action="recovery_key.shown").count() == 1
        shown = _letters(made)
        assert recovery_key(olga) in shown and str(tenant.acme.pk) in shown


def _letters(pdf: bytes) -> str:
    """The text of the PDF's built-in fonts, without line ends."""
    import zlib

    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return "".join(
        text.decode("latin-1") for data in streams for text in re.findall(rb"\((.*?)\) Tj", zlib.decompress(data))
    )


def test_holder_needs_the_password_and_keeps_what_was_typed(tenant: Any) -> None:
    client, arn = client_of(tenant.olga), "arn:aws:kms:eu-central-1:111122223333:key/1234"
    answer = client.post("/settings/keys/holder/", {"arn": arn})
    assert answer.status_code == 302 and "/reauthenticate/" in answer["Location"]
    prove(client)
    assert arn in client.get("/settings/keys/", {"arn": arn}).content.decode()
    answer = client.post("/settings/keys/holder/", {"arn": "nonsense"})
    assert answer.status_code == 400 and "no ARN" in answer.content.decode()
    assert client.post("/settings/keys/holder/", {"arn": ""}).status_code == 302


def test_api_lists_and_rotates_without_secrets(tenant: Any) -> None:
    client = APIClient()
    client.force_login(tenant.adam)
    made = client.post("/api/v1/keys", {}, format="json")
    assert made.status_code == 201 and made.json()["version"] == 2
    listed = client.get("/api/v1/keys").json()["results"]
    assert {(one["version"], one["state"]) for one in listed} == {(1, "retired"), (2, "active")}
    assert all("wrapped" not in one for one in listed)


def test_an_erased_key_is_a_sentence(tenant: Any, olga: Any) -> None:
    with entered(tenant.acme.organization):
        AccountKey.objects.update(wrapped=b"", state="erased")
    answer = client_of(tenant.adam).post("/settings/keys/")
    assert answer.status_code == 503 and "has no key" in answer.content.decode()
