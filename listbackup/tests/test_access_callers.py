"""Every route of the API for callers who were let in once: whose account, membership, person or token has ended."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.access import rules
from accounts.access.schema import leave
from accounts.enums import AccountStatus, MembershipStatus, Role, Scope
from accounts.models import ApiToken, Membership
from accounts.services.tokens import create_token
from listbackup.core.clock import now
from listbackup.testing.people import PASSWORD
from listbackup.testing.routes import WALKED, Route, fill, is_api, make_world

API = [route for route in WALKED if is_api(route)]


def bearer(text: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def log_in(people: Any) -> APIClient:
    """Olga, by the access token of a real sign-in."""
    data = {"email": people.olga.email, "password": PASSWORD}
    return bearer(APIClient().post("/api/v1/auth/login", data, format="json").json()["accessToken"])


def signed_in(people: Any) -> APIClient:
    client = log_in(people)
    assert client.get("/api/v1/account").status_code == 200
    return client


def by_token(people: Any, *scopes: str) -> APIClient:
    _, secret = create_token(people.olga, account_id=people.acme.pk, name="walk", scopes=scopes)
    return bearer(secret)


def calls(route: Route) -> list[tuple[str, str]]:
    """(method, permission) of everything the route does."""
    return sorted(route.view.permissions.items())


def send(client: APIClient, method: str, path: str) -> Any:
    leave()
    try:
        call: Callable[..., Any] = getattr(client, method)
        return call(path, {}, format="json") if method in ("post", "patch", "put") else call(path)
    finally:
        leave()


def expired_token(people: Any) -> APIClient:
    client = by_token(people, "data:read", "jobs:run")
    ApiToken.objects.update(expires_at=now() - dt.timedelta(seconds=1))
    return client


def revoked_token(people: Any) -> APIClient:
    client = by_token(people, "data:read", "jobs:run")
    ApiToken.objects.update(revoked_at=now())
    return client


def expired_access(people: Any) -> APIClient:
    with override_settings(HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN=-1):
        return log_in(people)


def disabled_person(people: Any) -> APIClient:
    client = signed_in(people)
    people.olga.is_active = False
    people.olga.save()
    return client


def suspended_member(people: Any) -> APIClient:
    client = signed_in(people)
    for membership in Membership.objects.filter(user=people.olga):
        membership.status = MembershipStatus.SUSPENDED
        membership.save()
    return client


def removed_member(people: Any) -> APIClient:
    client = signed_in(people)
    for membership in Membership.objects.filter(user=people.olga):
        membership.delete()
    return client


def closed(status: AccountStatus) -> Callable[[Any], APIClient]:
    def closing(people: Any) -> APIClient:
        client = signed_in(people)
        people.acme.status = status
        people.acme.save()
        return client

    return closing


CALLERS: dict[str, tuple[Callable[[Any], APIClient], int]] = {
    "expired API token": (expired_token, 401),
    "revoked API token": (revoked_token, 401),
    "expired access token": (expired_access, 401),
    "disabled person": (disabled_person, 401),
    "suspended member": (suspended_member, 404),
    "removed member": (removed_member, 404),
    "member of a suspended account": (closed(AccountStatus.SUSPENDED), 404),
    "member of an account that is being deleted": (closed(AccountStatus.CLOSING), 404),
    "member of an erased account": (closed(AccountStatus.ERASED), 404),
}


@pytest.mark.parametrize("kind", CALLERS)
def test_caller_whose_access_has_ended_then_the_same_refusal_everywhere(kind, people):
    world = make_world(people)
    make, expected = CALLERS[kind]
    client = make(people)
    client.credentials(**client._credentials, HTTP_X_ACCOUNT_CONTEXT=str(people.acme.pk))
    for route in API:
        if kind == "member of an account that is being deleted" and getattr(route.view, "closed_too", False):
            continue  # by these its owner keeps it after all
        for method, permission in calls(route):
            answer = send(client, method, fill(route, world))
            assert answer.status_code == expected, f"{method} {route} ({permission}): {answer.status_code}"
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("scope", Scope.values)
def test_token_without_the_scope_then_403_and_nothing_is_done(scope, people):
    world = make_world(people)
    client = by_token(people, scope)
    refused = 0
    for route in API:
        for method, permission in calls(route):
            if scope not in rules.scopes_of(permission):
                answer = send(client, method, fill(route, world))
                assert answer.status_code == 403, f"{method} {route} ({permission}): {answer.status_code}"
                assert answer.json()["code"] == "access.scope_missing"
                refused += 1
    assert refused > 20


@pytest.mark.parametrize("route", [one for one in API if getattr(one.view, "filterset_class", None)], ids=str)
def test_filter_by_what_is_somebody_elses_then_nothing(route, people):
    """Eve asks her own lists for Acme's objects, by every filter that takes an id."""
    world = make_world(people)
    client = APIClient()
    client.force_login(people.eve)
    if "pk" in route.parameters and not route.path.startswith("api/v1/platforms"):
        return  # the object in the path is somebody else's already: the walk has been there
    for name in route.view.filterset_class.base_filters:
        for value in world.values():
            answer = client.get(fill(route, world), {name: str(value)})
            leave()
            assert answer.status_code in (200, 400), f"{route}?{name}={value}: {answer.status_code}"
            assert answer.status_code == 400 or found_in(answer) == [], f"{route}?{name}={value}"


def found_in(answer) -> list:
    """What a list, or a file of JSON lines made from one, answered."""
    if answer.streaming:
        return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    return answer.json().get("results", [])


OBJECTS = [one for one in API if "pk" in one.parameters and not one.path.startswith("api/v1/platforms")]


def test_owner_of_the_account_beside_it_then_404(people):
    world = make_world(people, people.north)
    Membership.objects.create(user=people.eve, account=people.south, role=Role.OWNER)
    client = APIClient()
    client.force_login(people.eve)
    client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.south.pk))
    for route in OBJECTS:
        for method, _ in calls(route):
            answer = send(client, method, fill(route, world))
            # What is the whole organization's is nobody's below its root, whether it exists or not.
            refused = 403 if rules.is_at_root(route.view.permissions[method]) else 404
            assert answer.status_code == refused, f"{method} {route}: {answer.status_code}"


def test_admin_of_the_account_above_it_then_reads_everything(people):
    world = make_world(people, people.north)
    client = APIClient()
    client.force_login(people.adam)
    client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.acme.pk))
    for route in OBJECTS:
        if "get" in route.view.permissions and len(route.parameters) == 1:
            answer = send(client, "get", fill(route, world))
            # Some need a question (400), or something that this world has not got (409, a name service 503): but nobody
            # is refused.
            assert answer.status_code in (200, 400, 409, 503), f"{route}: {answer.status_code} {answer.content[:300]}"
