"""The cost of a list does not grow with its rows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.schema import entered, leave
from accounts.activity.services import record
from accounts.enums import Role
from accounts.models import Membership
from accounts.services.organizations import add_account
from listbackup.core.ids import uuid7
from listbackup.testing import factories
from listbackup.testing.people import make_user

LISTS = [
    "/",
    "/sources/",
    "/groups/",
    "/jobs/",
    "/snapshots/",
    "/connections/",
    "/platforms/",
    "/platforms/custom/",
    "/activity/",
    "/start/",
    "/tree/",
    "/members/",
    "/teams/",
    "/api/v1/sources?page_size=200",
    "/api/v1/source-groups?page_size=200",
    "/api/v1/jobs?page_size=200",
    "/api/v1/connections?page_size=200",
    "/api/v1/platforms",
    "/api/v1/custom-platforms?page_size=200",
    "/api/v1/accounts?page_size=200",
    "/api/v1/teams?page_size=200",
    "/api/v1/activity?page_size=200",
    "/api/v1/activity/feed?limit=1000",
    "/api/v1/auth/accounts",
    "/api/v1/users/me/accounts?page_size=200",
]


def add_rows(people: Any, count: int) -> None:
    context = people.context(people.olga)
    for number in range(count):
        factories.make_connection(people.acme, name=f"Connection {number}")
        custom = factories.make_custom_platform(people.acme, key=f"tiny_{uuid7().hex}")
        factories.make_connection(people.acme, platform="custom", custom_platform=custom)
        source = factories.make_source(people.acme)
        source.last_snapshot = factories.make_snapshot(source)
        source.save()
        factories.make_job(source)
        factories.make_group(people.acme, source, name=f"Group {source.pk}")
        record(context, "test.done", source)
        account = add_account(organization=people.acme.organization, parent=people.acme, name=f"Sub {source.pk}")
        person = make_user(f"p{source.pk}")
        Membership.objects.create(user=person, account=people.acme, role=Role.VIEWER)
        Membership.objects.create(user=people.olga, account=account, role=Role.ADMIN)
        factories.make_team(people.acme, people.olga, person, name=f"Team {source.pk}")


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
    for _ in range(2):  # warms what is cached: the first finds the account, the second the one that the session names
        queries(client, path)
    few = queries(client, path)
    with entered(people.acme.organization):
        add_rows(people, 8)
    queries(client, path)  # the new memberships have made what was remembered about Olga stale
    assert queries(client, path) == few
