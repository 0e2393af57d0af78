"""The cost of a list does not grow with its rows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.schema import entered, leave
from accounts.activity.services import record
from listbackup.testing import factories

LISTS = [
    "/",
    "/sources/",
    "/groups/",
    "/jobs/",
    "/snapshots/",
    "/connections/",
    "/platforms/",
    "/activity/",
    "/start/",
    "/api/v1/sources?page_size=200",
    "/api/v1/source-groups?page_size=200",
    "/api/v1/jobs?page_size=200",
    "/api/v1/connections?page_size=200",
    "/api/v1/platforms",
]


def add_rows(people: Any, count: int) -> None:
    context = people.context(people.olga)
    for number in range(count):
        factories.make_connection(people.acme, name=f"Connection {number}")
        source = factories.make_source(people.acme)
        source.last_snapshot = factories.make_snapshot(source)
        source.save()
        factories.make_job(source)
        factories.make_group(people.acme, source, name=f"Group {source.pk}")
        record(context, "test.done", source)


def queries(client: Client, path: str) -> int:
    leave()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    leave()
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    # Switching schemas is a statement of the connection, not of the list.
    return len([one for one in captured if "search_path" not in one["sql"]])


@pytest.mark.parametrize("path", LISTS)
def test_list_then_queries_do_not_depend_on_rows(path, people):
    client = Client()
    client.force_login(people.olga)
    with entered(people.acme.organization):
        add_rows(people, 2)
    queries(client, path)  # warms what is cached for the session
    few = queries(client, path)
    with entered(people.acme.organization):
        add_rows(people, 8)
    assert queries(client, path) == few
