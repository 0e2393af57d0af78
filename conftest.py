"""Test services and people. PostgreSQL and Valkey are real (embedded, in a folder of their own), nothing is mocked."""

import atexit
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from listbackup.embedded.services import Embedded

pytest_plugins = ["listbackup.testing.aws"]

_SERVICES: list[Embedded] = []


@atexit.register
def _end_quietly() -> None:
    """DuckDB's binding writes pages of harmless notes when the interpreter ends, below pytest's closing line."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def pytest_configure(config: pytest.Config) -> None:
    divides = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not config.option.collectonly and not divides:  # who only divides the tests runs none
        _SERVICES.append(Embedded(fast=True).start())


def pytest_unconfigure(config: pytest.Config) -> None:
    while _SERVICES:
        _SERVICES.pop().close()


def _kind(item: pytest.Item) -> str:
    if item.get_closest_marker("browser"):
        return "browser"
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    empties = (marker is not None and marker.kwargs.get("transaction")) or "transactional_db" in fixtures
    return "emptying" if empties else "plain"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the tables come after those that need the migrations' rows, and the browser's last of all: its
    event loop stays in the thread. A divided run keeps a file's tests of one kind together, and this order."""
    order = ("plain", "emptying", "browser")
    items.sort(key=lambda item: order.index(_kind(item)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(f"{item.path.relative_to(item.config.rootpath)}-{_kind(item)}"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The template schema is made once; organizations of tests are replayed from it inside their transaction."""
    from accounts.services.schemas import ensure_template

    with django_db_blocker.unblock():
        ensure_template()


@pytest.fixture
def people(db: Any) -> Iterator[Any]:
    """Everybody of `listbackup.testing.people`, rolled back after the test."""
    from accounts.access.schema import leave
    from listbackup.testing.people import make_people

    leave()
    yield make_people()
    leave()


@pytest.fixture
def tenant(people: Any) -> Iterator[Any]:
    """Olga's organization, entered; gives `people`."""
    from accounts.access.schema import entered

    with entered(people.acme.organization):
        yield people


@pytest.fixture(autouse=True)
def _clean_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and locks of one test must not be seen by the next."""
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from django.core.cache import cache

        cache.clear()
