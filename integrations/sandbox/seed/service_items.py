"""Seeded workflows, files, folders, account users, teams and conversations."""

import hashlib
import random
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.config import HUB_ID, UI_DOMAIN
from integrations.sandbox.items import Items
from integrations.sandbox.seed import words
from integrations.sandbox.seed.people import EPOCH_MS, OWNER_IDS

DAY_MS = 86_400_000
ACCOUNT = f"""{{"portalId": {HUB_ID}, "accountType": "STANDARD", "timeZone": "US/Eastern", "companyCurrency": "USD",
"additionalCurrencies": [], "utcOffset": "-04:00", "utcOffsetMilliseconds": -14400000, "uiDomain": "{UI_DOMAIN}",
"dataHostingLocation": "na1"}}"""
FILE_BYTES = 3_000


def flows(items: Items, rng: random.Random) -> None:
    for place, name in enumerate(("Welcome new leads", "Remind about renewals", "Route tickets")):
        flow_id = str(1_500_001 + place)
        created, updated = EPOCH_MS - (500 - place) * DAY_MS, EPOCH_MS - (100 - place) * DAY_MS
        document = {
            "id": flow_id,
            "isEnabled": place != 1,
            "flowType": "WORKFLOW",
            "revisionId": str(3 + place),
            "createdAt": iso(created),
            "updatedAt": iso(updated),
            "uuid": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
            "name": name,
            "objectTypeId": "0-5" if place == 2 else "0-1",
            "type": "PLATFORM_FLOW" if place == 2 else "CONTACT_FLOW",
            "startActionId": "1",
            "nextAvailableActionId": "2",
            "actions": [
                {
                    "actionId": "1",
                    "actionTypeVersion": 0,
                    "actionTypeId": "0-8",
                    "type": "SINGLE_CONNECTION",
                    "fields": {
                        "user_ids": [rng.choice(OWNER_IDS)],
                        "subject": name,
                        "body": rng.choice(words.SENTENCES),
                    },
                }
            ],
            "enrollmentCriteria": {"shouldReEnroll": False, "type": "LIST_BASED"},
            "timeWindows": [],
            "blockedDates": [],
            "customProperties": {},
            "suppressionListIds": [],
            "canEnrollFromSalesforce": False,
        }
        items.put("flows", flow_id, document, modified=updated)


def file_content(file_id: str) -> bytes:
    """The bytes of a seeded file; the same for the same id."""
    block = hashlib.sha256(file_id.encode()).digest()
    return (block * (FILE_BYTES // len(block) + 1))[:FILE_BYTES]


def files(items: Items, rng: random.Random) -> None:
    for place, name in enumerate(("brochures", "images", "contracts")):
        folder_id = str(90_001 + place)
        document = {
            "id": folder_id,
            "createdAt": iso(EPOCH_MS - 700 * DAY_MS),
            "updatedAt": iso(EPOCH_MS - (700 - place) * DAY_MS),
            "archived": False,
            "name": name,
            "path": f"/{name}",
        }
        items.put("folders", folder_id, document, modified=EPOCH_MS - (700 - place) * DAY_MS)
    for number in range(25):
        file_id = str(180_000_001 + number * 3)
        folder = number % 3
        extension, kind = (("pdf", "DOCUMENT"), ("jpg", "IMG"), ("pdf", "DOCUMENT"))[folder]
        folder_name = ("brochures", "images", "contracts")[folder]
        name = f"{rng.choice(words.PROJECTS).replace(' ', '-')}-{number + 1}"
        content = file_content(file_id)
        updated = EPOCH_MS - (600 - number * 10) * DAY_MS
        url = f"https://{HUB_ID}.fs1.hubspotusercontent-na1.net/hubfs/{HUB_ID}/{folder_name}/{name}.{extension}"
        document = {
            "id": file_id,
            "createdAt": iso(updated - DAY_MS),
            "updatedAt": iso(updated),
            "archived": False,
            "parentFolderId": str(90_001 + folder),
            "name": name,
            "path": f"/{folder_name}/{name}.{extension}",
            "size": len(content),
            "type": kind,
            "extension": extension,
            "defaultHostingUrl": url,
            "url": url,
            "isUsableInContent": True,
            "access": "PRIVATE" if folder == 2 else "PUBLIC_INDEXABLE",
            "fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        }
        items.put("files", file_id, document, modified=updated)


def users_and_teams(items: Items) -> None:
    for place, owner_id in enumerate(OWNER_IDS[:6]):
        first = words.FIRST_NAMES[place * 9 + 2]
        document: dict[str, Any] = {
            "id": owner_id,
            "email": f"{first.lower()}@sandbox.example",
            "roleIds": [],
            "superAdmin": place == 0,
            "primaryTeamId": "1001" if place < 4 else "1002",
        }
        items.put("settings_users", owner_id, document)
    items.put("teams", "1001", {"id": "1001", "name": "Sales", "userIds": list(OWNER_IDS[:4]), "secondaryUserIds": []})
    items.put(
        "teams", "1002", {"id": "1002", "name": "Support", "userIds": list(OWNER_IDS[4:6]), "secondaryUserIds": []}
    )


def conversations(items: Items, rng: random.Random) -> None:
    for number in range(9):
        thread_id = str(7_700_001 + number)
        started = EPOCH_MS - (90 - number * 9) * DAY_MS
        latest = started + 3 * 3600_000
        thread = {
            "id": thread_id,
            "createdAt": iso(started),
            "status": "CLOSED" if number % 2 else "OPEN",
            "originalChannelId": "1000",
            "originalChannelAccountId": "424242",
            "latestMessageTimestamp": iso(latest),
            "latestMessageReceivedTimestamp": iso(started),
            "spam": False,
            "inboxId": "3001",
            "associatedContactId": str(700_000_000_013 + number * 13),
            "archived": False,
        }
        items.put("threads", thread_id, thread, modified=latest)
        for place in range(4):
            _message(items, thread_id, number, place, started + place * 3600_000, rng)


def _message(items: Items, thread_id: str, number: int, place: int, at: int, rng: random.Random) -> None:
    message_id = hashlib.md5(f"{thread_id}:{place}".encode(), usedforsecurity=False).hexdigest()
    incoming = place % 2 == 0
    actor = f"V-{700_000_000_013 + number * 13}" if incoming else f"A-{OWNER_IDS[number % 6]}"
    text = rng.choice(words.SENTENCES)
    message = {
        "type": "MESSAGE",
        "id": message_id,
        "conversationsThreadId": thread_id,
        "createdAt": iso(at),
        "updatedAt": iso(at),
        "createdBy": actor,
        "client": {"clientType": "HUBSPOT"},
        "senders": [{"actorId": actor}],
        "recipients": [],
        "archived": False,
        "text": text,
        "richText": f"<p>{text}</p>",
        "attachments": [],
        "truncationStatus": "NOT_TRUNCATED",
        "inReplyToId": None,
        "status": {"statusType": "RECEIVED" if incoming else "SENT"},
        "direction": "INCOMING" if incoming else "OUTGOING",
        "channelId": "1000",
        "channelAccountId": "424242",
    }
    items.put("messages", message_id, message, parent=thread_id, position=place, modified=at)
