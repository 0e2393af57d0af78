"""The log on the page, in the API, as files and as a feed."""

import csv
import io
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity import chain, export
from accounts.activity.models import Entry
from accounts.activity.services import record
from accounts.services.tokens import create_token

LIST, FEED, EXPORT = "/api/v1/activity", "/api/v1/activity/feed", "/api/v1/activity/export"


@pytest.fixture
def log(people: Any) -> Any:
    """1 Olga on Acme, 2 Adam on North, 3 the system on South, 4 somebody who failed to be Olga."""
    with entered(people.acme.organization):
        record(people.context(people.olga), "source.created", people.acme, label="=Orders", rows=3)
        record(people.context(people.adam, people.north), "source.deleted", people.north)
        record(people.context(people.olga, people.south), "sourcery.done", people.south, actor="ListBackup")
        record(people.context(people.adam), "person.sign_in_failed", people.olga, actor="Somebody")
        Entry.objects.filter(number=1).update(at="2026-01-31T23:30:00Z")
        Entry.objects.filter(number=2).update(at="2026-02-01T00:30:00Z")
    leave()
    return people


def api(user: Any) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [entry["number"] for entry in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("?action=source", [2, 1]),
        ("?action=source.created", [1]),
        ("?person={olga}", [4, 3, 1]),
        ("?account={north}", [2]),
        ("?account={acme}", [4, 3, 2, 1]),
        ("?account={other}", []),
        ("?object={south}&object_type=account", [3]),
        ("?until=2026-01-31", [1]),
        ("?since=2026-01-31T23:30:00Z&until=2026-02-01T00:30:00Z", [1]),
        ("?since=2026-02-01&until=2026-02-01", [2]),
        ("?q=order", [1]),
        ("?q=adam", [2]),
        ("?q=adam&action=person", []),
    ],
)
def test_filters_then_what_fits_newest_first(log, query, found):
    ids = {name: getattr(log, name).pk for name in ("olga", "acme", "north", "south", "other")}
    assert numbers(api(log.olga).get(LIST + query.format(**ids))) == found


def test_entry_then_all_that_is_known_about_it(log):
    [entry] = api(log.olga).get(f"{LIST}?action=source.created").json()["results"]
    with entered(log.acme.organization):
        row = Entry.objects.get(number=1)
    assert (entry["actor"], entry["user"], entry["account"]) == ("Olga", str(log.olga.pk), str(log.acme.pk))
    assert (entry["what"], entry["object_label"], entry["detail"]) == ("added a source", "=Orders", {"rows": 3})
    assert (entry["hash"], entry["previous_hash"]) == (row.hash, "")


def test_pages_then_each_entry_once(log):
    client = api(log.olga)
    first = client.get(f"{LIST}?page_size=3")
    assert numbers(first) == [4, 3, 2]
    assert numbers(client.get(first.json()["next"])) == [1]


def test_wrong_filter_then_400_in_the_api_and_said_on_the_page(log):
    answer = api(log.olga).get(f"{LIST}?person=x&since=y")
    assert answer.status_code == 400 and set(answer.json()["errors"]) == {"person", "since"}
    client = Client()
    client.force_login(log.olga)
    assert "A filter was left out" in client.get("/activity/?person=x").content.decode()


def test_page_then_filters_and_facts_are_shown(log):
    client = Client()
    client.force_login(log.olga)
    page = client.get(f"/activity/?person={log.adam.pk}&since=2026-02-01&until=2026-02-01").content.decode()
    assert "Deleted a source" in page and "Added a source" not in page
    assert f'<option value="{log.adam.pk}" selected>' in page and 'name="since" value="2026-02-01"' in page


def test_child_account_then_only_its_own(log):
    assert numbers(api(log.nora).get(LIST)) == [2]
    assert numbers(api(log.nora).get(FEED)) == [2]
    lines = exported(api(log.nora).get(EXPORT))
    assert [line["number"] for line in lines] == [2, 5]


def exported(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200 and answer["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_export_of_json_lines_then_every_hash_can_be_checked_and_it_is_written_down(log, monkeypatch):
    monkeypatch.setattr(export, "BATCH", 2)
    lines = exported(api(log.olga).get(EXPORT))
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["number"] for line in lines if chain.digest(line) != line["hash"]] == [1, 2]  # those altered above
    assert lines[-1]["action"] == "activity.exported" and lines[-1]["detail"] == {"type": "jsonl", "filters": {}}


def test_export_of_csv_then_filtered_and_no_cell_is_a_formula(log):
    client = Client()
    client.force_login(log.olga)
    answer = client.get("/activity/export/?action=source&type=csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="activity-')
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["number"], row["object_label"], row["detail"]) for row in rows] == [
        ("1", "'=Orders", '{"rows":3}'),
        ("2", "North", ""),
    ]
    assert client.get("/activity/export/?type=xlsx").status_code == 400


def test_export_from_an_asynchronous_server_then_the_same(log):
    client = AsyncClient()
    client.force_login(log.olga)

    @async_to_sync
    async def load() -> bytes:
        answer = await client.get("/activity/export/?type=jsonl")
        return b"".join([piece async for piece in answer.streaming_content])

    assert len(load().splitlines()) == 5


def test_feed_then_oldest_first_and_goes_on_where_it_ended(log):
    client = api(log.olga)
    first = client.get(f"{FEED}?limit=3")
    assert numbers(first) == [1, 2, 3] and first.json()["more"] is True
    second = client.get(f"{FEED}?limit=3&after={first.json()['next_after']}")
    assert numbers(second) == [4] and second.json()["more"] is False
    third = client.get(f"{FEED}?after={second.json()['next_after']}")
    assert (numbers(third), third.json()["next_after"]) == ([], 4)
    assert numbers(client.get(f"{FEED}?action=source&after=1")) == [2]


@pytest.mark.parametrize("query", ["?after=-1", "?after=9223372036854775808", "?after=x", "?limit=0", "?limit=1001"])
def test_feed_with_a_wrong_cursor_then_400(log, query):
    assert api(log.olga).get(FEED + query).status_code == 400


@pytest.mark.parametrize(("scope", "status"), [("activity:read", 200), ("data:read", 403)])
def test_token_then_only_with_the_scope_for_it(log, scope, status):
    _, secret = create_token(log.olga, account_id=log.acme.pk, name="SIEM", scopes=[scope])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert [client.get(path).status_code for path in (LIST, FEED, EXPORT)] == [status] * 3
