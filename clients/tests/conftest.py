"""A client of Acme with a person, and a source with real snapshots to share."""

import re
from typing import Any

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from backups.tests.conftest import back_up, connection, olga, platform, source, storage
from clients.models import Client, ClientPerson
from clients.services import clients, grants, people, sign_in
from clients.services.sessions import token_of
from domains.selectors.hosts import own_host
from listbackup.testing.calls import called

__all__ = ["back_up", "called", "connection", "olga", "platform", "source", "storage"]
PASSWORD = "plum harbour lantern"
EMAIL = "petra@nordwind.example"


@pytest.fixture
def nordwind(olga: Any) -> Client:
    return clients.create_client(olga, name="Nordwind")


@pytest.fixture
def petra(olga: Any, nordwind: Client) -> ClientPerson:
    """A person of Nordwind who has a password."""
    person = people.invite(olga, nordwind, email=EMAIL, name="Petra")
    people.accept(person, name="Petra", password=PASSWORD)
    return person


@pytest.fixture
def host(olga: Any) -> str:
    return own_host(olga.account)


@pytest.fixture
def portal(host: str) -> Browser:
    """A browser at Acme's portal, signed in as nobody."""
    return Browser(headers={"host": host})


@pytest.fixture
def shared(olga: Any, nordwind: Client, source: Any) -> Any:
    """The source, shared with Nordwind."""
    return grants.grant_source(olga, nordwind, source.pk)


@pytest.fixture
def api_of(olga: Any) -> Any:
    """An API client of a person, signed in as its app does."""

    def make(person: ClientPerson) -> Any:
        session, secret = sign_in.sign_in(olga.account, email=person.email, password=PASSWORD)
        client: Any = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(olga.organization, session.account, secret)}")
        return client

    return make


@pytest.fixture
def member_api(olga: Any) -> Any:
    """Olga's own API client."""
    client: Any = APIClient()
    client.force_login(olga.user)
    return client


@pytest.fixture
def signed_in(portal: Browser, petra: ClientPerson) -> Browser:
    """Petra's browser, through the form."""
    answer = called(portal.post, "/sign-in/", {"email": petra.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return portal


def answer_of(call: Any, *arguments: Any, status: int = 200, **options: Any) -> Any:
    """What an API call answers; fails with it when its status is another."""
    answer = called(call, *arguments, format="json", **options)
    assert answer.status_code == status, getattr(answer, "content", answer)
    return answer.json() if status != 204 and "json" in answer["Content-Type"] else answer


def link_in_mail() -> str:
    """The path of the link in the last mail of the outbox."""
    from accounts.outbox.models import OutboxMessage

    text = OutboxMessage.objects.order_by("-id").first().text
    found = re.search(r"https?://[^/\s]+(/link/[\w-]+/)", text)
    assert found, text
    return found[1]
