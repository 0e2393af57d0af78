"""Seeded engagements of the first version, e-mail events and the audit log."""

import random
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.config import HUB_ID
from integrations.sandbox.items import Items
from integrations.sandbox.seed import words
from integrations.sandbox.seed.marketing_items import guid
from integrations.sandbox.seed.people import EPOCH_MS, PLAIN_FIRST

HOUR_MS = 3_600_000
ENGAGEMENTS = 260  # more than a page of 250
EVENTS = 1_100  # more than a page of 1,000
AUDITED = 130
TYPES = ("NOTE", "CALL", "TASK", "MEETING", "EMAIL")


def legacy(items: Items, rng: random.Random) -> None:
    _engagements(items, rng)
    _email_events(items, rng)
    _audit_log(items)


def _engagements(items: Items, rng: random.Random) -> None:
    for place in range(ENGAGEMENTS):
        number = 51_000_001 + place
        changed = EPOCH_MS - (ENGAGEMENTS - place) * 6 * HOUR_MS
        document = {
            "engagement": {
                "id": number,
                "portalId": HUB_ID,
                "active": True,
                "createdAt": changed - HOUR_MS,
                "lastUpdated": changed,
                "ownerId": 88842095,
                "type": TYPES[place % len(TYPES)],
                "timestamp": changed,
            },
            "associations": {"contactIds": [700_000_000_013], "companyIds": [], "dealIds": [], "ownerIds": []},
            "attachments": [],
            "metadata": {"body": rng.choice(words.SENTENCES)},
        }
        items.put("engagements", str(number), document, position=place, modified=changed)


def _email_events(items: Items, rng: random.Random) -> None:
    # Newest first, as the API lists them.
    for place in range(EVENTS):
        created = EPOCH_MS - place * 2 * HOUR_MS - rng.randrange(HOUR_MS)
        event_id = guid(rng)
        document: dict[str, Any] = {
            "id": event_id,
            "created": created,
            "type": ("SENT", "DELIVERED", "OPEN", "CLICK")[place % 4],
            "recipient": f"{rng.choice(PLAIN_FIRST)}{place}@visitor.example",
            "portalId": HUB_ID,
            "appId": 113,
            "appName": "Batch",
            "emailCampaignId": 3_690_000 + place % 12,
        }
        items.put("email_events", event_id, document, position=place, modified=created)


def _audit_log(items: Items) -> None:
    for place in range(AUDITED):
        occurred = EPOCH_MS - place * 9 * HOUR_MS
        item_id = str(61_000_000 + AUDITED - place)
        document = {
            "id": item_id,
            "category": ("LOGIN", "CRM_OBJECT", "PROPERTY")[place % 3],
            "subCategory": None,
            "action": ("PERFORM", "UPDATE", "CREATE")[place % 3],
            "targetObjectId": str(700_000_000_013 + place),
            "occurredAt": iso(occurred),
            "actingUser": {"userId": 88842095, "userEmail": "ada@sandbox.example"},
        }
        items.put("audit_logs", item_id, document, position=place, modified=occurred)
