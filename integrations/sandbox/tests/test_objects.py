"""Lists, searches, batches and associations: limits, traps and error bodies of the API facts."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from integrations.sandbox.tests.conftest import Served

CONTACTS = "/crm/v3/objects/contacts"


def truth(sandbox: Served, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sandbox.admin.get(f"/api/truth/{kind}").text.splitlines()]


def search(sandbox: Served, kind: str, *filters: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"filterGroups": [{"filters": list(filters)}] if filters else []} | more
    return sandbox.api.post(f"/crm/v3/objects/{kind}/search", json=body)


def test_all_properties_asked_equals_the_truth(sandbox: Served) -> None:
    names = [one["name"] for one in sandbox.api.get("/crm/v3/properties/companies").json()["results"]]
    page = sandbox.api.get("/crm/v3/objects/companies", params={"properties": ",".join(names), "limit": 100}).json()
    assert page["results"] == truth(sandbox, "companies")[:100]


def test_only_asked_for_and_default_properties_come_back(sandbox: Served) -> None:
    asked = sandbox.api.get(CONTACTS, params={"properties": "city,nonsense", "limit": 1}).json()["results"][0]
    assert list(asked["properties"]) == ["city", "createdate", "hs_object_id", "lastmodifieddate"]
    default = sandbox.api.get(CONTACTS, params={"limit": 1}).json()["results"][0]
    assert {"email", "firstname", "lastname"} <= set(default["properties"])


def test_dated_path_and_type_id_are_the_same_endpoint(sandbox: Served) -> None:
    one = sandbox.api.get(CONTACTS).json()["results"]
    assert sandbox.api.get("/crm/objects/2026-03/contacts").json()["results"] == one
    assert sandbox.api.get("/crm/v3/objects/0-1").json()["results"] == one


@pytest.mark.parametrize(
    ("params", "status"),
    [({"limit": 101}, 400), ({"limit": 51, "propertiesWithHistory": "city"}, 400), ({"after": "x"}, 400),
     ({"properties": "p" * 17_000}, 414)],
)  # fmt: skip
def test_list_refuses_what_hubspot_refuses(sandbox: Served, params: dict[str, Any], status: int) -> None:
    assert sandbox.api.get(CONTACTS, params=params).status_code == status


def test_unknown_property_and_read_only_value_are_validation_errors(sandbox: Served) -> None:
    for name in ("nonsense", "hs_object_id"):
        answer = sandbox.api.post(CONTACTS, json={"properties": {name: "1"}})
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
        assert set(answer.json()) >= {"status", "message", "correlationId", "category"}


def test_archived_pass_shows_deleted_records_only(sandbox: Served) -> None:
    gone = sandbox.admin.post("/api/records/delete", json={"type": "notes", "count": 2}).json()["ids"]
    live = {one["id"] for one in sandbox.api.get("/crm/v3/objects/notes", params={"limit": 100}).json()["results"]}
    archived = sandbox.api.get("/crm/v3/objects/notes", params={"limit": 100, "archived": "true"}).json()["results"]
    assert set(gone) <= {one["id"] for one in archived}
    assert not live & {one["id"] for one in archived}
    assert all(one["archivedAt"] and one["archived"] for one in archived)


def test_search_by_modified_date_is_inclusive_and_sorted(sandbox: Served) -> None:
    dates = sorted(one["properties"]["hs_lastmodifieddate"] for one in truth(sandbox, "deals"))
    middle = dates[len(dates) // 2]
    found = search(
        sandbox, "deals", {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": middle},
        sorts=[{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}], limit=200,
    ).json()  # fmt: skip
    got = [one["properties"]["hs_lastmodifieddate"] for one in found["results"]]
    assert got == dates[len(dates) // 2 :]
    assert found["total"] == len(got)


def test_wrong_modified_date_of_contacts_silently_finds_nothing(sandbox: Served) -> None:
    wrong = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1000"}
    right = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1000"}
    assert search(sandbox, "contacts", wrong).json()["total"] == 0
    assert search(sandbox, "contacts", right).json()["total"] == len(truth(sandbox, "contacts"))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"operator": "EQ", "value": "berlin"}, lambda city: city == "Berlin"),
        ({"operator": "NEQ", "value": "Berlin"}, lambda city: city != "Berlin"),
        ({"operator": "IN", "values": ["Berlin", "Paris"]}, lambda city: city in ("Berlin", "Paris")),
        ({"operator": "CONTAINS_TOKEN", "value": "lis*"}, lambda city: (city or "").startswith("Lis")),
        ({"operator": "HAS_PROPERTY"}, lambda city: city is not None),
    ],
)
def test_search_operators(sandbox: Served, condition: dict[str, Any], holds: Callable[[Any], bool]) -> None:
    found = search(sandbox, "companies", {"propertyName": "city"} | condition, limit=200, properties=["city"]).json()
    expected = [one for one in truth(sandbox, "companies") if holds(one["properties"]["city"])]
    assert found["total"] == len(expected)
    assert {one["id"] for one in found["results"]} == {one["id"] for one in expected[:200]}


def test_search_by_number_and_by_words(sandbox: Served) -> None:
    large = {"propertyName": "amount", "operator": "GT", "value": "20000"}
    expected = [one for one in truth(sandbox, "deals") if float(one["properties"]["amount"]) > 20000]
    assert search(sandbox, "deals", large).json()["total"] == len(expected)
    name = truth(sandbox, "contacts")[3]["properties"]["email"]
    assert search(sandbox, "contacts", query=name).json()["total"] == 1


@pytest.mark.parametrize(
    "body", [{"limit": 201}, {"after": "9900", "limit": 200}, {"after": "abc"}, {"filterGroups": [{}] * 6}]
)
def test_search_refuses_beyond_its_limits(sandbox: Served, body: dict[str, Any]) -> None:
    assert search(sandbox, "contacts", **body).status_code == 400
    assert sandbox.api.post(f"{CONTACTS}/search", json={"limit": 200, "after": "9800"}).status_code == 200


def test_upsert_by_unique_property_creates_then_changes(sandbox: Served) -> None:
    one = {"idProperty": "customer_number", "id": "C-upsert", "properties": {"city": "Bonn"}}
    first = sandbox.api.post(f"{CONTACTS}/batch/upsert", json={"inputs": [one]}).json()["results"][0]
    again = sandbox.api.post(f"{CONTACTS}/batch/upsert", json={"inputs": [one]}).json()["results"][0]
    assert (first["new"], again["new"], again["id"]) == (True, False, first["id"])


def test_batch_with_one_bad_input_answers_207_with_its_trace_id(sandbox: Served) -> None:
    inputs = [
        {"properties": {"name": "Good Ltd"}, "objectWriteTraceId": "a"},
        {"properties": {"nonsense": "x"}, "objectWriteTraceId": "b"},
    ]
    answer = sandbox.api.post("/crm/v3/objects/companies/batch/create", json={"inputs": inputs})
    body = answer.json()
    assert (answer.status_code, body["numErrors"], len(body["results"])) == (207, 1, 1)
    assert body["errors"][0]["context"]["objectWriteTraceId"] == ["b"]


def test_batches_take_a_hundred(sandbox: Served) -> None:
    inputs = [{"id": str(number)} for number in range(101)]
    assert sandbox.api.post(f"{CONTACTS}/batch/read", json={"inputs": inputs}).status_code == 400


def test_associations_batch_gives_labels_and_errors_for_those_without(sandbox: Served) -> None:
    ids = [one["id"] for one in truth(sandbox, "contacts")][:200]
    answer = sandbox.api.post(
        "/crm/v4/associations/contacts/companies/batch/read", json={"inputs": [{"id": one} for one in ids]}
    )
    body = answer.json()
    assert answer.status_code == 207
    assert body["numErrors"] == len(body["errors"]) == len(ids) - len(body["results"]) > 0
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    kinds = [kind for one in body["results"] for to in one["to"] for kind in to["associationTypes"]]
    assert {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"} in kinds
    assert {kind["typeId"] for kind in kinds} <= {279, 1, 36}
    too_many = {"inputs": [{"id": str(number)} for number in range(1001)]}
    path = "/crm/v4/associations/contacts/companies/batch/read"
    assert sandbox.api.post(path, json=too_many).status_code == 400


def test_created_association_is_seen_from_both_sides_and_goes_with_the_record(sandbox: Served) -> None:
    deal = truth(sandbox, "deals")[0]["id"]
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4}]
    body = {"properties": {"lastname": "Linked"}, "associations": [{"to": {"id": deal}, "types": types}]}
    contact = sandbox.api.post(CONTACTS, json=body).json()["id"]
    path = f"/crm/v4/objects/deals/{deal}/associations/contacts"
    seen = {one["toObjectId"]: one["associationTypes"] for one in sandbox.api.get(path).json()["results"]}
    assert seen[int(contact)][0]["typeId"] == 3
    sandbox.api.delete(f"{CONTACTS}/{contact}")
    assert int(contact) not in {one["toObjectId"] for one in sandbox.api.get(path).json()["results"]}


def test_custom_objects_are_reachable_by_type_id_and_full_name(sandbox: Served) -> None:
    schema = sandbox.api.get("/crm-object-schemas/v3/schemas").json()["results"][0]
    by_id = sandbox.api.get(f"/crm/v3/objects/{schema['objectTypeId']}").json()
    assert by_id["results"]
    assert sandbox.api.get(f"/crm/v3/objects/{schema['fullyQualifiedName']}").json()["results"] == by_id["results"]


def test_form_submissions_page_newest_first_and_blog_forms_refuse(sandbox: Served) -> None:
    forms = sandbox.api.get("/marketing/v3/forms", params={"formTypes": "all"}).json()["results"]
    assert {form["formType"] for form in sandbox.api.get("/marketing/v3/forms").json()["results"]} == {"hubspot"}
    base = "/form-integrations/v1/submissions/forms"
    times: list[int] = []
    params: dict[str, Any] = {"limit": 50}
    while True:
        page = sandbox.api.get(f"{base}/{forms[0]['id']}", params=params).json()
        times += [one["submittedAt"] for one in page["results"]]
        if "paging" not in page:
            break
        params["after"] = page["paging"]["next"]["after"]
    assert len(times) == 120
    assert times == sorted(times, reverse=True)
    blog = next(form["id"] for form in forms if form["formType"] == "blog_comment")
    assert sandbox.api.get(f"{base}/{blog}").json()["errorType"] == "FORM_TYPE_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/crm/v3/owners", "results"), ("/crm/v3/pipelines/tickets", "results"), ("/automation/v4/flows", "results"),
        ("/crm/v3/properties/contacts/groups", "results"), ("/marketing/v3/campaigns", "results"),
        ("/communication-preferences/v4/definitions", "results"), ("/settings/v3/users", "results"),
        ("/settings/v3/users/teams", "results"), ("/conversations/v3/conversations/threads", "results"),
        ("/files/v3/files/search", "results"), ("/files/v3/folders/search", "results"),
        ("/crm/associations/v4/contacts/companies/labels", "results"),
        ("/crm/v3/lists/101/memberships/join-order", "results"),
    ],
)  # fmt: skip
def test_everything_else_has_something_to_back_up(sandbox: Served, path: str, key: str) -> None:
    assert sandbox.api.get(path).json()[key]


def test_lists_are_searched_with_count_and_offset(sandbox: Served) -> None:
    page = sandbox.api.post("/crm/v3/lists/search", json={"count": 3}).json()
    rest = sandbox.api.post("/crm/v3/lists/search", json={"count": 3, "offset": page["offset"]}).json()
    assert (page["hasMore"], rest["hasMore"]) == (True, False)
    assert len({one["listId"] for one in page["lists"] + rest["lists"]}) == page["total"]
