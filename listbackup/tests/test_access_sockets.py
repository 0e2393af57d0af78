"""Every WebSocket for every kind of caller: who may listen, and that nobody else learns that there is something."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.access.resolve import SESSION_KEY
from accounts.access.schema import entered, leave
from accounts.access.sockets import NOT_FOUND, NOT_SIGNED_IN
from accounts.activity.models import Entry
from accounts.enums import AccountStatus, MembershipStatus, Role
from accounts.models import Membership
from listbackup.asgi import application
from listbackup.routing import websocket_urlpatterns
from listbackup.testing.routes import make_world

MEANING = {"ws/jobs/<uuid:pk>/": "job"}
ORIGIN = (b"origin", b"http://localhost")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: Any) -> Any:
    """Rows that other threads see: Channels queries in one of its own."""
    from listbackup.testing.people import make_people

    leave()
    yield make_people()
    leave()


def paths(world: dict[str, Any]) -> list[str]:
    found = []
    for pattern in websocket_urlpatterns:
        route = str(pattern.pattern)
        assert route in MEANING, f"{route}: say in MEANING what its object is"
        found.append("/" + route.split("<")[0] + str(world[MEANING[route]]) + "/")
    return found


def listen(path: str, user: Any = None, account: Any = None, origin: tuple[bytes, bytes] = ORIGIN) -> int | None:
    """The code that the socket is closed with; None when it is open."""
    client = Client()
    headers = [origin, (b"host", b"localhost")]
    if user is not None:
        client.force_login(user)
        if account is not None:
            session = client.session
            session[SESSION_KEY] = str(account.pk)
            session.save()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    leave()

    async def ask() -> int | None:
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(timeout=10)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(timeout=10)
        await sync_to_async(connections.close_all)()  # those of the thread that queried for it
        return None if answer["type"] == "websocket.accept" else answer.get("code", 1000)

    return asyncio.run(ask())


def test_members_of_the_account_then_open(people):
    for path in paths(make_world(people)):
        for user in (people.olga, people.adam, people.mia, people.vera):
            assert listen(path, user) is None


def test_signed_out_then_closed_as_not_signed_in(people):
    for path in paths(make_world(people)):
        assert listen(path) == NOT_SIGNED_IN


def test_somebody_elses_then_closed_as_what_does_not_exist_is(people):
    missing = [path[:-37] + "01a20900-0000-7000-8000-000000000000/" for path in paths(make_world(people))]
    Membership.objects.create(user=people.eve, account=people.south, role=Role.OWNER)
    for path, none in zip(paths(make_world(people, people.north)), missing, strict=True):
        assert listen(none, people.olga) == NOT_FOUND
        assert listen(path, people.eve) == NOT_FOUND  # another organization's owner
        assert listen(path, people.eve, people.south) == NOT_FOUND  # the owner of the account beside it


def test_child_account_then_its_admin_above_listens_and_its_member_does_not_look_up(people):
    for path in paths(make_world(people, people.north)):
        assert listen(path, people.adam) is None
    for path in paths(make_world(people)):
        assert listen(path, people.nora, people.north) == NOT_FOUND


def test_ended_membership_person_or_account_then_closed(people):
    [path] = paths(make_world(people))
    Membership.objects.filter(user=people.mia).update(status=MembershipStatus.SUSPENDED)
    assert listen(path, people.mia) == NOT_FOUND
    people.vera.is_active = False
    people.vera.save()
    assert listen(path, people.vera) == NOT_SIGNED_IN
    people.acme.status = AccountStatus.SUSPENDED
    people.acme.save()
    assert listen(path, people.adam) == NOT_FOUND


def test_page_of_another_site_then_refused(people):
    [path] = paths(make_world(people))
    assert listen(path, people.olga, origin=(b"origin", b"https://evil.example")) is not None


def test_refused_for_the_role_then_it_is_in_the_activity(people, monkeypatch):
    from backups.live import JobConsumer

    [path] = paths(make_world(people))
    monkeypatch.setattr(JobConsumer, "permission", "account.delete")
    assert listen(path, people.vera) == NOT_FOUND
    with entered(people.acme.organization):
        entry = Entry.objects.filter(action="access.refused").get()
    assert entry.detail["request"] == f"WebSocket {path}"
