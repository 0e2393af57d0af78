"""Hostile bodies and queries at every route of the API: a clear refusal, never a 500."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.access.schema import leave
from listbackup.testing.routes import WALKED, fill, is_api, make_world

BODIES = {
    "broken": b"{",
    "list": b"[]",
    "text": b'"x"',
    "null": b"null",
    "deep": b"[" * 5000 + b"]" * 5000,
    "nul": b'{"name": "a\\u0000b", "source": "\\u0000", "sources": ["\\u0000"], "platform": "\\u0000"}',
    "surrogate": b'{"name": "\\ud800"}',
    "infinite": b'{"priority": 1e999}',
    "huge number": b'{"priority": ' + b"9" * 5000 + b"}",
    "wrong types": b'{"name": {}, "streams": 5, "schedule": [], "source": {}, "sources": "x", "config": [], "secrets": 1}',
    "extra": b'{"account": "01900000-0000-7000-8000-000000000000", "role": "owner", "is_staff": true}',
    "latin1": '{"name": "\xe9"}'.encode("latin-1"),
}
QUERIES = [
    "?cursor=%00",
    "?cursor=AAAA",
    "?page_size=-1",
    "?page_size=1e9",
    "?status=%00",
    "?source=x",
    "?fields=nope",
    "?after=99",
]
WRITING = [
    (route, method)
    for route in WALKED
    if is_api(route)
    for method in ("post", "patch", "put", "delete")
    if method in route.view.permissions
]
READING = [route for route in WALKED if is_api(route) and "get" in route.view.permissions]


@pytest.fixture
def api(people: Any) -> APIClient:
    client = APIClient()
    client.force_login(people.olga)
    return client


def check(answer: Any, what: str) -> None:
    assert answer.status_code < 500 or answer.status_code in (502, 503), f"{what}: {answer.status_code}"
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", what
        assert answer.json()["correlation_id"], what


@pytest.mark.parametrize(("route", "method"), WRITING, ids=lambda value: str(value))
def test_hostile_body_then_a_problem(route, method, people, api):
    path = fill(route, make_world(people))
    for name, body in BODIES.items():
        leave()
        answer = getattr(api, method)(path, body, content_type="application/json")
        check(answer, f"{method} {path} {name}")


@pytest.mark.parametrize("route", READING, ids=str)
def test_hostile_query_then_a_problem_or_an_answer(route, people, api):
    path = fill(route, make_world(people))
    for query in QUERIES:
        leave()
        check(api.get(path + query), path + query)
