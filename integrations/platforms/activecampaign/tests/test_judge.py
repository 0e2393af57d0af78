"""The imitation, judged by a client that others wrote: activecampaign-python."""

from collections.abc import Iterator

import pytest
from activecampaign.client import Client

from integrations.sandbox.imitations.frame import STATIC_SECRET
from listbackup.testing.imitated import Imitated, imitated


@pytest.fixture(scope="module")
def platform() -> Iterator[Imitated]:
    with imitated("activecampaign", scale=25) as running:
        yield running


@pytest.fixture
def client(platform: Imitated) -> Client:
    return Client(platform.http.platform_hosts["sandbox.api-us1.com"], STATIC_SECRET)


def test_client_then_lists_and_reads_what_the_imitation_holds(platform: Imitated, client: Client) -> None:
    listed = client.contacts.list_all_contacts(limit=100)
    assert listed["contacts"] == platform.truth("contacts")
    assert listed["meta"]["total"] == "25"
    assert client.contacts.retrieve_a_contact(3)["contact"]["email"] == "contact3@sandbox.example"
    assert client.contacts.retrieve_a_contacts_field_values(3)["fieldValues"][0]["contact"] == "3"
    assert len(client.deals.list_all_deals(limit=100)["deals"]) == 40
    assert len(client.tags.list_all_tags()["tags"]) == 5
    assert client.users.retrieve_logged_in_user()["user"]["id"] == "1"


def test_client_with_a_wrong_key_then_told(platform: Imitated) -> None:
    wrong = Client(platform.http.platform_hosts["sandbox.api-us1.com"], "wrong")
    assert "not authorized" in wrong.contacts.list_all_contacts()["message"]
