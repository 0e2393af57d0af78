"""The imitation's shapes against HubSpot's recorded answers."""

from typing import Any

import pytest

from integrations.sandbox.tests.conftest import Served

LISTS = ("contacts", "companies", "deals", "tickets", "tasks", "products")


def recorded(recordings: list[dict[str, Any]], method: str, path: str) -> dict[str, Any]:
    return next(one for one in recordings if one["method"] == method and one["path"] == path)


@pytest.mark.parametrize("kind", LISTS)
def test_list_has_the_recorded_envelope_and_record_keys(
    sandbox: Served, recordings: list[dict[str, Any]], kind: str
) -> None:
    real = recorded(recordings, "GET", f"/crm/v3/objects/{kind}")
    ours = sandbox.api.get(real["path"], params=real["params"])
    assert ours.headers["content-type"] == real["headers"]["content-type"]
    body = ours.json()
    assert set(body) - {"paging"} == set(real["body"]) - {"paging"}
    if real["body"]["results"]:
        optional = {"associations"}
        theirs = real["body"]["results"][0]
        for record in body["results"]:
            assert set(record) - optional == set(theirs) - optional
            assert list(record)[:2] == list(theirs)[:2]
        # The same properties are asked for: what HubSpot returned, and what the sandbox defines of it.
        asked = set(real["params"]["properties"].split(",")) | {"hs_object_id"}
        assert set(body["results"][0]["properties"]) <= asked | {"createdate", "hs_createdate"}
        common = set(theirs["properties"]) & set(body["results"][0]["properties"])
        assert len(common) >= len(theirs["properties"]) - 2
        for name in common:
            assert isinstance(body["results"][0]["properties"][name], str | None)


def test_list_sends_the_recorded_rate_headers(sandbox: Served, recordings: list[dict[str, Any]]) -> None:
    real = recorded(recordings, "GET", "/crm/v3/objects/contacts")
    names = {name for name in real["headers"] if name.startswith("x-hubspot")}
    assert names <= set(sandbox.api.get("/crm/v3/objects/contacts").headers)


def test_tasks_inline_associations_as_recorded(sandbox: Served, recordings: list[dict[str, Any]]) -> None:
    real = recorded(recordings, "GET", "/crm/v3/objects/tasks")
    ours = sandbox.api.get(real["path"], params=real["params"]).json()
    theirs = next(one["associations"] for one in real["body"]["results"] if "associations" in one)
    found = next(one["associations"] for one in ours["results"] if "contacts" in one.get("associations", {}))
    assert found["contacts"]["results"][0]["type"] == theirs["contacts"]["results"][0]["type"]
    assert set(found["contacts"]["results"][0]) == set(theirs["contacts"]["results"][0])


def test_search_pages_as_recorded(sandbox: Served, recordings: list[dict[str, Any]]) -> None:
    real = recorded(recordings, "POST", "/crm/v3/objects/deals/search")
    ours = sandbox.api.post(real["path"], json=real["data"])
    assert set(ours.json()) == set(real["body"])
    assert ours.json()["paging"] == real["body"]["paging"]
    assert "x-hubspot-ratelimit-max" not in ours.headers


@pytest.mark.parametrize(
    "path",
    ["/account-info/v3/details", "/crm/v3/schemas", "/crm/v3/properties/companies", "/marketing/v3/emails"],
)
def test_other_reads_have_the_recorded_keys(sandbox: Served, recordings: list[dict[str, Any]], path: str) -> None:
    real = recorded(recordings, "GET", path)["body"]
    ours = sandbox.api.get(path).json()
    assert set(ours) - {"paging"} == set(real)
    if real.get("results"):
        every = {frozenset(one) for one in real["results"]}
        for one in ours["results"]:
            assert set(one) <= frozenset().union(*every)
            assert frozenset.intersection(*every) <= set(one)


def test_owner_has_the_recorded_keys(sandbox: Served, recordings: list[dict[str, Any]]) -> None:
    real = next(one for one in recordings if one["path"].startswith("/crm/v3/owners/"))["body"]
    ours = sandbox.api.get("/crm/v3/owners/534941").json()
    assert set(ours) - {"teams"} == set(real)


def test_delete_of_an_unknown_ticket_answers_204_as_recorded(sandbox: Served, recordings: list[dict[str, Any]]) -> None:
    real = recorded(recordings, "DELETE", "/crm/v3/objects/tickets/123456789")
    assert sandbox.api.delete(real["path"]).status_code == real["status"]


def test_changed_deal_leaves_out_empty_properties_as_recorded(
    sandbox: Served, recordings: list[dict[str, Any]]
) -> None:
    real = next(one for one in recordings if one["method"] == "PATCH" and "/deals/" in one["path"])
    deal = sandbox.api.get("/crm/v3/objects/deals").json()["results"][0]["id"]
    ours = sandbox.api.patch(f"/crm/v3/objects/deals/{deal}", json=real["data"]).json()
    assert set(ours) == set(real["body"])
    assert ours["properties"]["amount"] == real["body"]["properties"]["amount"]
    assert None not in ours["properties"].values()
