"""What ActiveCampaign lists under /api/3, and one document of each kind as its answers show them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listed:
    """`path` under /api/3, `many` and `one`: its names in answers; `fields`: a document's own, `{n}` is its number."""

    path: str
    many: str
    one: str
    count: int
    fields: dict[str, Any]


LISTS: tuple[Listed, ...] = (
    Listed(
        "fields",
        "fields",
        "field",
        4,
        {"title": "Field {n}", "type": "dropdown", "perstag": "FIELD_{n}", "isrequired": "0"},
    ),
    Listed("lists", "lists", "list", 3, {"stringid": "list-{n}", "name": "List {n}", "deletestamp": None}),
    Listed("tags", "tags", "tag", 5, {"tagType": "contact", "tag": "tag-{n}", "description": "", "deleted": "0"}),
    Listed("segments", "segments", "segment", 2, {"name": "Segment {n}", "logic": "and", "hidden": "0"}),
    Listed(
        "accounts",
        "accounts",
        "account",
        130,
        {"name": "Company {n}", "accountUrl": "https://c{n}.example", "owner": "1"},
    ),
    Listed(
        "accountContacts", "accountContacts", "accountContact", 20, {"account": "{n}", "contact": "{n}", "jobTitle": ""}
    ),
    Listed(
        "accountCustomFieldMeta",
        "accountCustomFieldMeta",
        "accountCustomFieldMetum",
        2,
        {"fieldLabel": "Size {n}", "fieldType": "text"},
    ),
    Listed(
        "accountCustomFieldData",
        "accountCustomFieldData",
        "accountCustomFieldDatum",
        6,
        {"custom_field_id": 1, "account_id": 1, "custom_field_text_value": "v{n}"},
    ),
    Listed(
        "deals",
        "deals",
        "deal",
        40,
        {"title": "Deal {n}", "value": "150000", "currency": "usd", "stage": "1", "group": "1", "status": "0"},
    ),
    Listed("dealGroups", "dealGroups", "dealGroup", 2, {"title": "Pipeline {n}", "currency": "usd", "stages": ["1"]}),
    Listed("dealStages", "dealStages", "dealStage", 5, {"title": "Stage {n}", "group": "1", "order": "{n}"}),
    Listed(
        "dealCustomFieldMeta",
        "dealCustomFieldMeta",
        "dealCustomFieldMetum",
        2,
        {"fieldLabel": "Source {n}", "fieldType": "text"},
    ),
    Listed(
        "dealCustomFieldData",
        "dealCustomFieldData",
        "dealCustomFieldDatum",
        4,
        {"customFieldId": 1, "dealId": "{n}", "fieldValue": "v{n}"},
    ),
    Listed("contactDeals", "contactDeals", "contactDeal", 3, {"contact": "{n}", "deal": "1", "role": None}),
    Listed("dealRoles", "dealRoles", "dealRole", 2, {"title": "Role {n}"}),
    Listed(
        "dealTasks", "dealTasks", "dealTask", 7, {"title": "Call {n}", "reltype": "Deal", "relid": "1", "status": "0"}
    ),
    Listed("dealTasktypes", "dealTasktypes", "dealTasktype", 2, {"title": "Type {n}"}),
    Listed("taskOutcomes", "taskOutcomes", "taskOutcome", 2, {"title": "Outcome {n}"}),
    Listed("notes", "notes", "note", 9, {"note": "Note {n}\nwith a line", "reltype": "Subscriber", "relid": "{n}"}),
    Listed("automations", "automations", "automation", 2, {"name": "Automation {n}", "status": "1", "entered": "5"}),
    Listed(
        "contactAutomations",
        "contactAutomations",
        "contactAutomation",
        6,
        {"contact": "{n}", "seriesid": "1", "status": "2"},
    ),
    Listed(
        "campaigns",
        "campaigns",
        "campaign",
        4,
        {"type": "single", "name": "Campaign {n}", "opens": "7", "series_send_lock_time": "0000-00-00 00:00:00"},
    ),
    Listed("messages", "messages", "message", 4, {"subject": "Hello {n}", "html": "<p>Hello</p>", "text": "Hello"}),
    Listed("forms", "forms", "form", 2, {"name": "Form {n}", "style": {"width": 500}}),
    Listed("scores", "scores", "score", 1, {"name": "Score {n}", "reltype": "contact"}),
    Listed(
        "users", "users", "user", 2, {"username": "user{n}", "email": "user{n}@sandbox.example", "firstName": "User"}
    ),
    Listed("groups", "groups", "group", 2, {"title": "Group {n}", "pgMessageAdd": "1"}),
    Listed("addresses", "addresses", "address", 1, {"companyName": "Sandbox", "city": "Chicago"}),
    Listed("brandings", "brandings", "branding", 1, {"siteName": "Sandbox"}),
    Listed("calendars", "calendars", "calendar", 1, {"title": "Tasks", "type": "Tasks"}),
    Listed("savedResponses", "savedResponses", "savedResponse", 2, {"title": "Reply {n}", "body": "Thanks"}),
    Listed("personalizations", "personalizations", "personalization", 1, {"name": "P{n}", "tag": "%P%"}),
    Listed(
        "webhooks", "webhooks", "webhook", 1, {"name": "Hook", "url": "https://x.example/h", "events": ["subscribe"]}
    ),
    Listed("connections", "connections", "connection", 1, {"service": "shop", "externalid": "shop-1", "name": "Shop"}),
    Listed(
        "ecomCustomers",
        "ecomCustomers",
        "ecomCustomer",
        5,
        {"connectionid": "1", "externalid": "c{n}", "email": "c{n}@x.example"},
    ),
    Listed("ecomOrders", "ecomOrders", "ecomOrder", 8, {"externalid": "o{n}", "totalPrice": "1999", "currency": "USD"}),
    Listed(
        "ecomOrderProducts",
        "ecomOrderProducts",
        "ecomOrderProduct",
        9,
        {"orderid": "1", "name": "Product {n}", "price": "999"},
    ),
    Listed(
        "customObjects/schemas",
        "schemas",
        "schema",
        2,
        {"slug": "boats-{n}", "labels": {"singular": "Boat", "plural": "Boats"}, "fields": []},
    ),
)

# Lists below a document: (path of the parent, kind of the parent, rest of the path, name in the answer, how many each, fields).
BELOW: tuple[tuple[str, str, str, str, int, dict[str, Any]], ...] = (
    ("contacts", "contacts", "contactLists", "contactLists", 1, {"list": "1", "status": "1"}),
    ("contacts", "contacts", "contactTags", "contactTags", 2, {"tag": "{n}"}),
    ("contacts", "contacts", "fieldValues", "fieldValues", 1, {"field": "1", "value": "||a||b||"}),
    (
        "fields",
        "fields",
        "options",
        "fieldOptions",
        3,
        {"value": "o{n}", "label": "Option {n}", "cdate": None, "udate": None},
    ),
    ("fields", "fields", "relations", "fieldRels", 1, {"relid": "0", "dorder": "0", "links": []}),
    ("campaigns", "campaigns", "links", "links", 2, {"name": "", "link": "https://x.example/{n}"}),
)
