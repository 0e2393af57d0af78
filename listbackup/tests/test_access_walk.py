"""Every route as everybody: nobody reads another's data, and no route escapes the walk.

The walk follows the URL configuration. Routes whose view has one of our bases (`AccountPage`, `AccountContextMixin` …)
are tried by themselves: signed out, as a person of another organization, as a member of a child account, as a viewer.
A route whose parameters the walk cannot fill, or whose view has no known base and is not listed here, fails the build.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.api import AccountContextMixin, PublicAPIView, UserAPIView
from accounts.access.pages import AccountPage, PersonPage
from accounts.access.rules import declared
from accounts.access.schema import leave
from accounts.enums import Role
from clients.portal.api.base import PortalMixin
from listbackup.testing.routes import OPEN, ROUTES, WALKED, Route, fill, is_api, make_world


@pytest.fixture
def world(people: Any) -> dict[str, Any]:
    return make_world(people)


def client_of(route: Route, user: Any, account: Any = None) -> Any:
    client: Any = APIClient() if is_api(route) else Client()
    if user is not None:
        client.force_login(user)
        if account is not None:
            session = client.session
            session["account_id"] = str(account.pk)
            session.save()
    return client


def send(client: Any, method: str, path: str) -> Any:
    call: Callable[..., Any] = getattr(client, method)
    leave()
    try:
        if isinstance(client, APIClient):
            return call(path, {}, format="json") if method in ("post", "patch", "put") else call(path)
        return call(path)
    finally:
        leave()


def methods(route: Route) -> list[str]:
    return sorted(route.view.permissions)


def test_every_route_is_walked_or_listed():
    for route in ROUTES:
        known = route.view is not None and issubclass(
            route.view, AccountPage | AccountContextMixin | PersonPage | UserAPIView | PublicAPIView | PortalMixin
        )
        assert known or route.name in OPEN, f"{route} ({route.name}) has no base that decides who may call it"


def test_every_permission_of_a_view_is_declared():
    for route in WALKED:
        assert route.view.permissions, f"{route} names no permission"
        for permission in route.view.permissions.values():
            assert permission in declared(), f"{route}: {permission} is not declared in a rules.py"


@pytest.mark.parametrize("route", WALKED, ids=str)
def test_signed_out_then_no_data(route, world):
    for method in methods(route):
        answer = send(client_of(route, None), method, fill(route, world))
        if is_api(route):
            assert answer.status_code == 401, f"{method} {route}: {answer.status_code}"
            assert answer["Content-Type"] == "application/problem+json"
        else:
            assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize(
    "route",
    [route for route in WALKED if "pk" in route.parameters and not route.path.startswith("api/v1/platforms")],
    ids=str,
)
def test_object_of_somebody_else_then_404_with_the_body_of_a_missing_one(route, people, world):
    """Eve is an owner elsewhere; Nora a member of a child account: for both, Acme's things do not exist."""
    missing = dict.fromkeys(world, "01900000-0000-7000-8000-000000000000")
    for user, allowed in ((people.eve, Role.OWNER), (people.nora, Role.MEMBER)):
        for method in methods(route):
            if declared()[route.view.permissions[method]].rank > allowed.rank:
                continue
            found = send(client_of(route, user), method, fill(route, world))
            absent = send(client_of(route, user), method, fill(route, missing))
            assert found.status_code == absent.status_code == 404, f"{user} {method} {route}: {found.status_code}"
            if is_api(route):
                same = {"correlation_id": ""}
                assert found.json() | same == absent.json() | same


@pytest.mark.parametrize("route", WALKED, ids=str)
def test_viewer_then_reads_and_never_writes(route, people, world):
    for method in methods(route):
        needed = declared()[route.view.permissions[method]]
        answer = send(client_of(route, people.vera), method, fill(route, world))
        if needed.rank > Role.VIEWER.rank:
            assert answer.status_code == 403, f"{method} {route}: {answer.status_code}"
        else:
            assert answer.status_code not in (401, 403, 405), f"{method} {route}: {answer.status_code}"


@pytest.mark.parametrize("route", [route for route in WALKED if is_api(route)], ids=str)
def test_api_with_foreign_account_header_then_404(route, people, world):
    client = client_of(route, people.eve)
    client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.acme.pk))
    for method in methods(route):
        answer = send(client, method, fill(route, world))
        assert answer.status_code == 404, f"{method} {route}: {answer.status_code}"
