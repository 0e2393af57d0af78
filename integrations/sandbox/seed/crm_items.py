"""Seeded owners, pipelines, property groups, custom object schemas and lists with members."""

import random
import sqlite3

from integrations.sandbox.clock import iso
from integrations.sandbox.config import HUB_ID
from integrations.sandbox.items import Items
from integrations.sandbox.object_types import BY_NAME, OBJECT_TYPES
from integrations.sandbox.seed import words
from integrations.sandbox.seed.ids import record_id
from integrations.sandbox.seed.people import EPOCH_MS, OWNER_IDS
from integrations.sandbox.seed.properties import definitions, group_of

START = EPOCH_MS - 4 * 365 * 86_400_000


def owners(items: Items) -> None:
    for place, owner_id in enumerate(OWNER_IDS):
        first, last = words.FIRST_NAMES[place * 9 + 2], words.LAST_NAMES[place * 17 + 4]
        archived = place >= 6
        document = {
            "id": owner_id,
            "email": f"{first.lower()}@sandbox.example",
            "type": "PERSON",
            "firstName": first,
            "lastName": last,
            "userId": int(owner_id),
            "userIdIncludingInactive": int(owner_id),
            "createdAt": iso(START + place),
            "updatedAt": iso(START + place * 86_400_000),
            "archived": archived,
        }
        if archived:
            del document["userId"]
        else:
            document["teams"] = [{"id": "1001", "name": "Sales", "primary": True}]
        items.put("owners", owner_id, document, archived=archived, modified=START + place * 86_400_000)


_PIPELINES = {
    "deals": ("default", "Sales Pipeline", [
        ("appointmentscheduled", "Appointment Scheduled", "0.2"), ("qualifiedtobuy", "Qualified To Buy", "0.4"),
        ("presentationscheduled", "Presentation Scheduled", "0.6"), ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
        ("contractsent", "Contract Sent", "0.9"), ("closedwon", "Closed Won", "1.0"), ("closedlost", "Closed Lost", "0.0"),
    ]),
    "tickets": ("0", "Support Pipeline", [
        ("1", "New", ""), ("2", "Waiting on contact", ""), ("3", "Waiting on us", ""), ("4", "Closed", ""),
    ]),
    "leads": ("lead-pipeline-id", "Lead pipeline", [
        ("new-stage-id", "New", ""), ("connected-stage-id", "Connected", ""), ("qualified-stage-id", "Qualified", ""),
    ]),
}  # fmt: skip


def pipelines(items: Items) -> None:
    for kind, (pipeline_id, label, stages) in _PIPELINES.items():
        document = {
            "label": label,
            "displayOrder": 0,
            "id": pipeline_id,
            "stages": [
                {
                    "label": text,
                    "displayOrder": place,
                    "metadata": _stage_metadata(stage, probability),
                    "id": stage,
                    "createdAt": iso(START),
                    "updatedAt": iso(START + 1000),
                    "archived": False,
                    "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                }
                for place, (stage, text, probability) in enumerate(stages)
            ],
            "createdAt": iso(START),
            "updatedAt": iso(START + 1000),
            "archived": False,
        }
        items.put("pipelines", pipeline_id, document, parent=kind)


def _stage_metadata(stage: str, probability: str) -> dict[str, str]:
    if probability:
        return {"isClosed": str(stage.startswith("closed")).lower(), "probability": probability}
    return {"ticketState": "CLOSED" if stage == "4" else "OPEN"}


def groups(items: Items) -> None:
    for kind in OBJECT_TYPES:
        label = f"{kind.singular.replace('_', ' ').capitalize()} information"
        name = group_of(kind)
        items.put(
            "groups", name, {"name": name, "label": label, "displayOrder": 0, "archived": False}, parent=kind.name
        )


def schemas(items: Items) -> None:
    for kind, singular, plural, shown in (
        (BY_NAME["pets"], "Pet", "Pets", "pet_name"),
        (BY_NAME["subscriptions_x"], "Subscription X", "Subscriptions X", "plan_name"),
    ):
        full = f"p{HUB_ID}_{kind.name}"
        target = "0-1" if kind.name == "pets" else "0-2"
        document = {
            "labels": {"singular": singular, "plural": plural},
            "requiredProperties": [shown],
            "searchableProperties": [shown],
            "primaryDisplayProperty": shown,
            "secondaryDisplayProperties": [],
            "archived": False,
            "id": kind.type_id.split("-")[1],
            "fullyQualifiedName": full,
            "createdAt": iso(START),
            "updatedAt": iso(START + 5000),
            "createdByUserId": 88842095,
            "updatedByUserId": 88842095,
            "objectTypeId": kind.type_id,
            "properties": definitions(kind),
            "associations": [
                {
                    "fromObjectTypeId": kind.type_id,
                    "toObjectTypeId": target,
                    "name": f"{kind.singular}_to_{'contact' if target == '0-1' else 'company'}",
                    "id": "1201" if target == "0-1" else "1203",
                    "createdAt": iso(START),
                    "updatedAt": iso(START),
                }
            ],
            "name": kind.name,
        }
        items.put("schemas", kind.type_id, document)


_LISTS = (
    ("Newsletter readers", "MANUAL", "contacts", 0.2),
    ("Customers in Europe", "DYNAMIC", "contacts", 0.1),
    ("Event guests 2026", "SNAPSHOT", "contacts", 0.02),
    ("Key accounts", "MANUAL", "companies", 0.05),
)
MOST_MEMBERS = 20_000


def lists(connection: sqlite3.Connection, items: Items, counts: dict[str, int], rng: random.Random) -> None:
    for place, (name, processing, type_name, share) in enumerate(_LISTS):
        kind = BY_NAME[type_name]
        list_id = str(101 + place)
        size = min(int(counts.get(type_name, 0) * share), MOST_MEMBERS)
        document = {
            "listId": list_id,
            "listVersion": 1,
            "name": name,
            "objectTypeId": kind.type_id,
            "processingType": processing,
            "processingStatus": "COMPLETE",
            "createdById": "88842095",
            "updatedById": "88842095",
            "createdAt": iso(START + place * 1000),
            "updatedAt": iso(START + place * 86_400_000),
            "filtersUpdatedAt": iso(START + place * 86_400_000),
            "size": size,
        }
        if processing == "DYNAMIC":
            document["filterBranch"] = _european_customers()
        items.put("lists", list_id, document, modified=START + place * 86_400_000)
        step = max(counts.get(type_name, 0) // max(size, 1), 1)
        connection.executemany(
            "INSERT OR IGNORE INTO memberships VALUES (?, ?, ?)",
            [(list_id, record_id(kind, number * step), START + int(rng.random() * 9e10)) for number in range(size)],
        )


def _european_customers() -> dict[str, object]:
    return {
        "filterBranchType": "OR",
        "filterBranches": [
            {
                "filterBranchType": "AND",
                "filterBranches": [],
                "filters": [
                    {
                        "filterType": "PROPERTY",
                        "property": "country",
                        "operation": {
                            "operationType": "MULTISTRING",
                            "operator": "IS_EQUAL_TO",
                            "values": ["Germany", "France", "Spain", "Italy"],
                            "includeObjectsWithNoValueSet": False,
                        },
                    }
                ],
                "filterBranchOperator": "AND",
            }
        ],
        "filters": [],
        "filterBranchOperator": "OR",
    }
