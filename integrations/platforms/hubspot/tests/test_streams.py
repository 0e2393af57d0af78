"""What only HubSpot does: properties in parts, associations by batch, increments by key, custom objects."""

import json
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import BadResponse, ScopeMissing
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.registry import platforms
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Answer, Asked, Handler, WebServer, serving

CHANGED = "2026-03-01T00:00:00.000Z"


def read(handler: Handler, stream: str, state: Any = None, **options: Any) -> tuple[list[Page], WebServer, Reader]:
    with serving(handler) as server:
        reader = Reader(
            platforms()["hubspot"],
            credentials=StaticCredentials({"access_token": "pat"}),
            config={},
            http=HttpSettings(platform_hosts={"api.hubapi.com": server.url}),
            limiter=LocalLimiter(sleep=lambda seconds: None),
            limit_scope="test",
            sleep=lambda seconds: None,
        )
        with reader:
            return list(reader.read(stream, state, **options)), server, reader


def contact(number: int, **properties: Any) -> dict[str, Any]:
    return {"id": str(number), "properties": {"lastmodifieddate": CHANGED, **properties}, "archived": False}


def test_wide_properties_are_asked_for_in_parts_and_put_together() -> None:
    names = [f"property_with_a_long_name_{number:04}" for number in range(400)]

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/properties/contacts"):
            return {"results": [{"name": name} for name in names]}
        if asked.query.get("archived"):
            return {"results": []}
        wanted = asked.query["properties"].split(",")
        return {"results": [contact(1, **{name: f"value of {name}" for name in wanted})]}

    pages, server, _ = read(answer, "contacts", children=())
    parts = [asked for asked in server.asked if "properties" in asked.query and "archived" not in asked.query]
    assert len(parts) == 3
    assert all(len(asked.query["properties"]) <= 6000 for asked in parts)
    assert [len(page.records) for page in pages] == [1, 0]
    found = json.loads(pages[0].records[0].raw)["properties"]
    assert found == {"lastmodifieddate": CHANGED, **{name: f"value of {name}" for name in names}}


def test_an_increment_larger_than_the_searchs_cap_is_read_by_key() -> None:
    total, gone = 10_500, {17, 4_242}

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/search"):
            body = asked.json()
            assert "after" not in body
            filters = {one["propertyName"]: one["value"] for one in body["filterGroups"][0]["filters"]}
            first = int(filters.get("hs_object_id", 0)) + 1
            last = min(total, first + body["limit"] - 1)
            # Deleted meanwhile: still in the index, but no longer handed out, so the page is short.
            results = [contact(number) for number in range(first, last + 1) if number not in gone]
            paging = {"paging": {"next": {"after": str(body["limit"])}}} if last < total else {}
            return {"total": total, "results": results, **paging}
        return {"results": []}

    pages, _, _ = read(answer, "contacts", {"cursor": "2026-02-01T00:00:00Z"}, children=())
    keys = [int(record.key) for page in pages for record in page.records]
    assert keys == [number for number in range(1, total + 1) if number not in gone]


def associations(asked: Asked, links: dict[str, list[int]], *, size: int = 500) -> Any:
    results, errors = [], []
    for one in asked.json()["inputs"]:
        to = links.get(one["id"], [])
        start = int(one.get("after", 0))
        item: dict[str, Any] = {"from": {"id": one["id"]}, "to": [{"toObjectId": n} for n in to[start : start + size]]}
        if start + size < len(to):
            item["paging"] = {"next": {"after": str(start + size)}}
        if to:
            results.append(item)
        else:
            errors.append({"category": "OBJECT_NOT_FOUND", "message": "none", "context": {"id": [one["id"]]}})
    body = {"status": "COMPLETE", "results": results}
    return Answer({**body, "numErrors": len(errors), "errors": errors}, status=207) if errors else body


def test_associations_come_with_their_parents_and_absent_ones_are_named() -> None:
    links = {"1": [7, 8, 9], "3": [7]}

    def answer(asked: Asked) -> Any:
        if asked.path == "/crm/v4/associations/contacts/companies/batch/read":
            return associations(asked, links, size=2)
        if asked.path == "/crm/v3/objects/contacts" and "archived" not in asked.query:
            return {"results": [contact(1), contact(2), contact(3)]}
        return {"results": []}

    pages, _, _ = read(answer, "contacts", children=["contacts_to_companies"])
    child = next(page for page in pages if page.stream == "contacts_to_companies")
    assert [record.key for record in child.records] == ["1", "3"]
    assert json.loads(child.records[0].raw) == {"from": {"id": "1"}, "to": [{"toObjectId": n} for n in (7, 8, 9)]}
    assert child.absent == ["2"]
    assert child.sweep
    assert pages.index(child) < next(i for i, page in enumerate(pages) if page.stream == "contacts")


def test_associations_of_many_pages_are_asked_for_at_once_and_survive_a_cut() -> None:
    total = 2_350

    def answer(asked: Asked) -> Any:
        if "associations" in asked.path:
            ids = [one["id"] for one in asked.json()["inputs"]]
            return {"results": [{"from": {"id": one}, "to": [{"toObjectId": 1}]} for one in ids]}
        if asked.path == "/crm/v3/objects/contacts" and "archived" not in asked.query:
            first = int(asked.query.get("after", 0))
            page = {"results": [contact(number) for number in range(first, min(total, first + 100))]}
            return {**page, "paging": {"next": {"after": str(first + 100)}}} if first + 100 < total else page
        return {"results": []}

    pages, server, _ = read(answer, "contacts", children=["contacts_to_companies"])
    batches = [len(asked.json()["inputs"]) for asked in server.asked if "associations" in asked.path]
    assert batches == [1000, 1000, 350]
    cut = 15
    rest, _, _ = read(answer, "contacts", json.loads(json.dumps(pages[cut].state)), children=["contacts_to_companies"])
    for stream in ("contacts", "contacts_to_companies"):
        known = {record.key for page in pages[: cut + 1] for record in page.records if page.stream == stream}
        later = {record.key for page in rest for record in page.records if page.stream == stream}
        assert known | later == {str(number) for number in range(total)}


def test_a_failed_part_of_a_batch_is_never_taken_for_absent() -> None:
    def answer(asked: Asked) -> Any:
        if "associations" in asked.path:
            return Answer({"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}, status=207)
        if asked.path == "/crm/v3/objects/contacts" and "archived" not in asked.query:
            return {"results": [contact(1)]}
        return {"results": []}

    with pytest.raises(BadResponse) as caught:
        read(answer, "contacts", children=["contacts_to_companies"])
    assert (caught.value.code, caught.value.stream) == ("response.partial", "contacts_to_companies")


def test_a_refused_child_turns_itself_off_and_its_parent_goes_on() -> None:
    def answer(asked: Asked) -> Any:
        if "associations" in asked.path:
            return Answer({"category": "MISSING_SCOPES", "message": "needs required scopes"}, status=403)
        if asked.path == "/crm/v3/objects/contacts" and "archived" not in asked.query:
            return {"results": [contact(1)]}
        return {"results": []}

    pages, _, reader = read(answer, "contacts", children=["contacts_to_companies"])
    assert pages[-1].complete
    assert "needs required scopes" in reader.streams_off["contacts_to_companies"]


def test_a_refused_stream_says_which_permission_is_missing() -> None:
    refused = Answer({"category": "MISSING_SCOPES", "message": "one of the required scopes: forms"}, status=403)
    with pytest.raises(ScopeMissing) as caught:
        read(lambda asked: refused, "forms")
    assert (caught.value.code, caught.value.kind, caught.value.stream) == ("scope.missing", "customer", "forms")


def test_custom_objects_are_found_and_read() -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/crm/v3/schemas":
            return {
                "results": [{"id": "5", "objectTypeId": "2-55", "name": "Pets", "labels": {"plural": "House pets"}}]
            }
        if asked.path == "/crm/v3/properties/2-55":
            return {"results": [{"name": "colour"}]}
        if asked.path == "/crm/v3/objects/2-55" and "archived" not in asked.query:
            assert asked.query["properties"] == "colour"
            return {"results": [{"id": "1", "properties": {"hs_lastmodifieddate": CHANGED}}]}
        if asked.path == "/crm/v4/associations/2-55/contacts/batch/read":
            return associations(asked, {"1": [7]})
        if asked.path == "/crm/v4/associations/2-55/tickets/batch/read":
            return Answer({"category": "VALIDATION_ERROR", "message": "these are never associated"}, status=400)
        return {"results": []}

    with serving(answer) as server:
        reader = Reader(
            platforms()["hubspot"],
            credentials=StaticCredentials({"access_token": "pat"}),
            config={},
            http=HttpSettings(platform_hosts={"api.hubapi.com": server.url}),
            limiter=LocalLimiter(),
            limit_scope="test",
        )
        found = {info.name: info for info in reader.discover()}
        pages = list(reader.read("custom_pets"))
    assert found["custom_pets"].label == "House pets"
    owners = found["custom_pets_to_contacts"]
    assert (owners.label, owners.parent, owners.inline) == ("House pets to contacts", "custom_pets", True)
    shown = {page.stream: [(record.key, record.cursor) for record in page.records] for page in reversed(pages)}
    assert shown["custom_pets"] == [("1", CHANGED)]
    assert shown["custom_pets_to_contacts"] == [("1", None)]
    assert "custom_pets_to_tickets" in reader.streams_off


def test_memberships_are_read_list_by_list_and_resumed_between_lists() -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/crm/v3/lists/search":
            return {"lists": [{"listId": "1"}, {"listId": "2"}, {"listId": "3"}], "hasMore": False, "offset": 3}
        number = asked.path.split("/")[4]
        if number == "2":
            return Answer({"message": "gone"}, status=404)
        return {"results": [{"recordId": f"{number}0"}]}

    pages, _, _ = read(answer, "list_memberships")
    assert [[record.key for record in page.records] for page in pages] == [['["1","10"]'], ['["3","30"]'], []]
    assert (pages[-1].complete, pages[-1].sweep) == (True, True)
    rest, server, _ = read(answer, "list_memberships", json.loads(json.dumps(pages[0].state)))
    assert [[record.key for record in page.records] for page in rest] == [['["3","30"]'], []]
    assert not any(asked.path.endswith("/1/memberships") for asked in server.asked)


def test_properties_of_a_refused_type_do_not_count_as_deleted() -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/crm/v3/schemas":
            return {"results": []}
        if asked.path.endswith("/leads"):
            return Answer({"category": "MISSING_SCOPES", "message": "no"}, status=403)
        return {"results": [{"name": "email"}] if "archived" not in asked.query else []}

    pages, _, _ = read(answer, "properties")
    assert '["contacts","email"]' in [record.key for page in pages for record in page.records]
    assert (pages[-1].complete, pages[-1].sweep) == (True, False)


def test_submissions_stop_at_what_is_known() -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/marketing/v3/forms":
            return {"results": [{"id": "f"}] if "archived" not in asked.query else []}
        page = int(asked.query.get("after", 0))
        stamp = 1_772_000_000_000 - page * 86_400_000
        item = {"submittedAt": stamp, "conversionId": str(page)}
        return {"results": [item], "paging": {"next": {"after": str(page + 1)}}} if page < 9 else {"results": [item]}

    first, _, _ = read(answer, "form_submissions")
    assert len([record for page in first for record in page.records]) == 10
    again, server, _ = read(answer, "form_submissions", first[-1].state)
    assert len([record for page in again for record in page.records]) == 2
    assert len([asked for asked in server.asked if "submissions" in asked.path]) == 2
