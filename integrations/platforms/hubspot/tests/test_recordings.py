"""What the real HubSpot answered in 2026 must come out of our reader as it went in."""

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.registry import platforms
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Answer, Asked, serving

ROOT = Path(__file__).resolve().parents[4]
FILE = ROOT.parent / "shared" / "recordings" / "hubspot.jsonl"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the recordings folder ../shared/recordings is not here")

# Which stream a recorded path belongs to, and where its cursor is.
STREAMS = {
    "/crm/v3/objects/contacts": ("contacts", "lastmodifieddate"),
    "/crm/v3/objects/companies": ("companies", "hs_lastmodifieddate"),
    "/crm/v3/objects/deals": ("deals", "hs_lastmodifieddate"),
    "/crm/v3/objects/tickets": ("tickets", "hs_lastmodifieddate"),
    "/crm/v3/objects/tasks": ("tasks", "hs_lastmodifieddate"),
    "/crm/v3/objects/products": ("products", "hs_lastmodifieddate"),
    "/marketing/v3/emails": ("marketing_emails", ""),
    "/crm/v3/schemas": ("custom_object_schemas", ""),
}


def recordings() -> list[dict[str, Any]]:
    with FILE.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def lists() -> list[dict[str, Any]]:
    return [one for one in recordings() if one["method"] == "GET" and one["path"] in STREAMS] if FILE.exists() else []


def reader_at(url: str) -> Reader:
    return Reader(
        platforms()["hubspot"],
        credentials=StaticCredentials({"access_token": "pat"}),
        config={},
        http=HttpSettings(platform_hosts={"api.hubapi.com": url}),
        limiter=LocalLimiter(sleep=lambda seconds: None),
        limit_scope="test",
    )


def replay(recorded: dict[str, Any]) -> Any:
    body = json.dumps(recorded["body"]).encode()

    def answer(asked: Asked) -> Any:
        if asked.path != recorded["path"]:
            return {"results": [{"name": "x"}]} if "/properties/" in asked.path else {"results": []}
        if asked.query.get("archived") == "true" or "after" in asked.query:
            return {"results": []}
        return Answer(body, status=recorded["status"], headers={"Content-Type": "application/json;charset=utf-8"})

    return answer


def test_there_are_recorded_lists_to_replay() -> None:
    assert {one["path"] for one in lists()} == set(STREAMS)


@pytest.mark.parametrize("recorded", lists(), ids=lambda one: one["path"])
def test_recorded_lists_come_out_as_they_went_in(recorded: dict[str, Any]) -> None:
    stream, modified = STREAMS[recorded["path"]]
    with serving(replay(recorded)) as server, reader_at(server.url) as reader:
        pages = list(reader.read(stream, children=()))
    records = [record for page in pages for record in page.records]
    expected = recorded["body"]["results"]
    assert [json.loads(record.raw) for record in records] == expected
    assert [record.key for record in records] == [one["id"] for one in expected]
    assert [record.deleted for record in records] == [one.get("archived", False) for one in expected]
    cursors = [record.cursor for record in records]
    if modified:
        assert cursors == [one["properties"][modified] for one in expected]
    elif stream == "marketing_emails":
        assert cursors == [one["updatedAt"] for one in expected]
    if "paging" in recorded["body"]:
        token = recorded["body"]["paging"]["next"]["after"]
        assert pages[0].state["run"]["position"] == {"token": token}
        assert any(asked.query.get("after") == token for asked in server.asked)


def test_the_recorded_property_list_names_the_properties_that_are_asked_for() -> None:
    recorded = next(one for one in recordings() if one["path"] == "/crm/v3/properties/companies")

    def answer(asked: Asked) -> Any:
        return recorded["body"] if asked.path == recorded["path"] else {"results": []}

    with serving(answer) as server, reader_at(server.url) as reader:
        list(reader.read("companies", children=()))
    asked_for = [
        name
        for asked in server.asked
        if asked.path == "/crm/v3/objects/companies" and asked.query.get("archived") != "true"
        for name in asked.query["properties"].split(",")
    ]
    assert asked_for == [one["name"] for one in recorded["body"]["results"]]


def test_a_recorded_search_answer_is_a_page_of_the_increment() -> None:
    recorded = next(one for one in recordings() if one["path"] == "/crm/v3/objects/deals/search")

    def answer(asked: Asked) -> Any:
        return recorded["body"] if asked.path == recorded["path"] else {"results": [{"name": "dealname"}]}

    with serving(answer) as server, reader_at(server.url) as reader:
        page = next(reader.read("deals", {"cursor": "2026-03-01T00:00:00.000Z"}, children=()))
        total = reader.count("deals")
    assert [json.loads(record.raw) for record in page.records] == recorded["body"]["results"]
    assert total == recorded["body"]["total"]
    body = next(asked.json() for asked in server.asked if asked.path == recorded["path"])
    assert body["filterGroups"] == [
        {"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1772319600000"}]}
    ]
    assert body["properties"] == ["dealname"]


def test_the_recorded_account_details_name_the_account() -> None:
    recorded = next(one for one in recordings() if one["path"] == "/account-info/v3/details")
    with serving(lambda asked: recorded["body"]) as server, reader_at(server.url) as reader:
        check = reader.check()
    assert (check.ok, check.account_id) == (True, str(recorded["body"]["portalId"]))
    assert check.account_label == recorded["body"]["uiDomain"]
