"""Every route of a portal as everybody else: nobody sees what is not shared with them, and no route escapes the walk."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.access.schema import entered
from clients.models import Client, ClientGrant, ClientPerson, PortalSession, RestoreRequest
from clients.portal.api.base import PortalMixin
from clients.portal.pages import COOKIE, PortalPage, PortalView
from clients.services.sessions import open_session, token_of
from clients.tests.conftest import called
from domains.selectors.hosts import own_host
from listbackup.testing import factories
from listbackup.testing.routes import Route, walk

OPEN = {
    "sign-in", "ask-link", "ask-password", "link", "preview", "legal", "style", "image", "portal-login", "portal-accept",
}  # fmt: skip
ROUTES = list(walk(get_resolver("clients.portal.urls").url_patterns))
CLOSED = [route for route in ROUTES if route.name not in OPEN]
MEANING = {"sources/": "source", "requests/": "request", "api/v1/clients/portal/sources": "source"}
MEANING |= {"api/v1/clients/portal/snapshots": "snapshot", "api/v1/clients/portal/restore-requests": "request"}


def is_api(route: Route) -> bool:
    return issubclass(route.view, PortalMixin)


def fill(route: Route, world: dict[str, Any]) -> str:
    path = route.path
    if "<" in path:
        start = max((begin for begin in MEANING if path.startswith(begin)), key=len)
        path = path[: path.index("<")] + str(world[MEANING[start]]) + path[path.index(">") + 1 :]
    return f"/{path}"


@pytest.fixture
def world(people: Any) -> dict[str, Any]:
    """Nordwind sees a source of Acme; Ostwind of the same agency sees another; Eve's agency has a client too."""
    made: dict[str, Any] = {}
    for account, names in ((people.acme, ("Nordwind", "Ostwind")), (people.other, ("Foreign",))):
        with entered(account.organization):
            for name in names:
                source = factories.make_source(account)
                snapshot = factories.make_snapshot(source)
                client = Client.objects.create(account=account, name=name, permissions=["view", "search", "download"])
                person = ClientPerson.objects.create(
                    account=account, client=client, email=f"p@{name.lower()}.example", status="active"
                )
                ClientGrant.objects.create(account=account, client=client, source=source)
                request = RestoreRequest.objects.create(
                    account=account, client=client, person=person, source=source, snapshot=snapshot, kind="download"
                )
                made[name] = {"source": source.pk, "snapshot": snapshot.pk, "request": request.pk, "person": person}
    return made


def caller(route: Route, person: ClientPerson | None, account: Any) -> Any:
    """A browser at the account's portal, or an app, signed in as the person."""
    client: Any = APIClient() if is_api(route) else Browser(headers={"host": own_host(account)})
    if person is not None:
        with entered(account.organization):
            _, secret = open_session(person.client, person, host="" if is_api(route) else own_host(account))
        if is_api(route):
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(account.organization, account, secret)}")
        else:
            client.cookies[COOKIE] = secret
    return client


def answers(route: Route, client: Any, path: str) -> dict[str, Any]:
    return {method: called(getattr(client, method), path) for method in sorted(route.view.permissions)}


def test_every_route_has_a_base_that_decides_or_is_open():
    for route in ROUTES:
        fits = issubclass(route.view, PortalPage | PortalMixin)
        assert fits or route.name in OPEN, f"{route} ({route.name}) has no base that decides who may call it"
        assert fits or issubclass(route.view, PortalView) or is_api_public(route)


def is_api_public(route: Route) -> bool:
    return bool(getattr(route.view, "public", False))


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_signed_out_then_no_data(route, people, world):
    for method, answer in answers(route, caller(route, None, people.acme), fill(route, world["Nordwind"])).items():
        if is_api(route):
            assert answer.status_code == 401, f"{method} {route}"
        else:
            assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/"), f"{method} {route}"


@pytest.mark.parametrize("route", [route for route in CLOSED if "<" in route.path], ids=str)
def test_what_belongs_to_another_client_then_as_if_it_were_not(route, people, world):
    missing = dict.fromkeys(world["Nordwind"], "01900000-0000-7000-8000-000000000000")
    for name, account in (("Ostwind", people.acme), ("Foreign", people.other)):
        client = caller(route, world[name]["person"], account)
        found = answers(route, client, fill(route, world["Nordwind"]))
        absent = answers(route, client, fill(route, missing))
        for method in found:
            assert found[method].status_code == absent[method].status_code == 404, f"{name} {method} {route}"


@pytest.mark.parametrize("route", [route for route in CLOSED if not is_api(route)], ids=str)
def test_a_cookie_of_another_portal_or_a_members_then_signed_out(route, people, world):
    foreign = caller(route, world["Foreign"]["person"], people.other)
    browser = Browser(headers={"host": own_host(people.acme)})
    browser.cookies = foreign.cookies
    member = Browser(headers={"host": own_host(people.acme)})
    member.force_login(people.olga)
    for client in (browser, member):
        answer = called(client.get, fill(route, world["Nordwind"]))
        assert answer.status_code in (302, 405), route
        assert answer.status_code == 405 or answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("route", [route for route in CLOSED if not is_api(route)], ids=str)
def test_a_preview_then_nothing_is_done(route, people, world):
    if "post" not in route.view.permissions or route.name == "sign-out":
        return
    with entered(people.acme.organization):
        client = Client.objects.get(name="Nordwind")
        _, secret = open_session(client, None, host=own_host(people.acme), previewer=people.olga)
    browser = Browser(headers={"host": own_host(people.acme)})
    browser.cookies[COOKIE] = secret
    answer = called(browser.post, fill(route, world["Nordwind"]))
    assert answer.status_code == 403, f"{route}: {answer.status_code}"


def test_nothing_of_the_dashboard_answers_on_a_portal(people):
    browser = Browser(headers={"host": own_host(people.acme)})
    browser.force_login(people.olga)
    for path in ("/accounts/login/", "/admin/", "/jobs/", "/api/v1/jobs", "/clients/", "/_allauth/app/v1/auth/session"):
        assert called(browser.get, path).status_code == 404, path
    with entered(people.acme.organization):
        assert not PortalSession.objects.exists()
