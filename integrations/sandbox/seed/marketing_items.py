"""Seeded forms with submissions, marketing e-mails, campaigns and subscription types."""

import random
import uuid
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.config import HUB_ID
from integrations.sandbox.items import Items
from integrations.sandbox.seed import words
from integrations.sandbox.seed.people import EPOCH_MS, PLAIN_FIRST

DAY_MS = 86_400_000
SUBMISSIONS = 120  # more than two pages of 50


def guid(rng: random.Random) -> str:
    """A UUID from the seeded generator."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def forms(items: Items, rng: random.Random) -> None:
    kinds = ("hubspot", "hubspot", "captured", "flow", "blog_comment")
    for place, (kind, name) in enumerate(
        zip(kinds, ("Contact us", "Ask for a quote", "Old website form", "Pop-up", "Blog comments"), strict=True)
    ):
        form_id = guid(rng)
        created = EPOCH_MS - (900 - place) * DAY_MS
        items.put("forms", form_id, _form(form_id, name, kind, created, place == 1), modified=created + DAY_MS)
        if kind != "blog_comment":
            _submissions(items, form_id, SUBMISSIONS if place == 0 else 8, rng)


def _form(form_id: str, name: str, kind: str, created: int, archived: bool) -> dict[str, Any]:
    field = {
        "objectTypeId": "0-1",
        "name": "email",
        "label": "E-mail",
        "required": True,
        "hidden": False,
        "fieldType": "email",
        "validation": {"blockedEmailDomains": [], "useDefaultBlockList": False},
    }
    return {
        "id": form_id,
        "name": name,
        "createdAt": iso(created),
        "updatedAt": iso(created + DAY_MS),
        "archived": False,
        "fieldGroups": [{"groupType": "default_group", "richTextType": "text", "fields": [field]}],
        "configuration": {
            "language": "en",
            "cloneable": True,
            "postSubmitAction": {"type": "thank_you", "value": "Thank you."},
            "editable": True,
            "archivable": True,
            "recaptchaEnabled": False,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "createNewContactForNewEmail": False,
            "prePopulateKnownValues": True,
            "allowLinkToResetKnownValues": False,
            "lifecycleStages": [],
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": "Send",
            "cssClass": "hs-form stacked",
        },
        "legalConsentOptions": {"type": "none"},
        "formType": kind,
    }


def _submissions(items: Items, form_id: str, count: int, rng: random.Random) -> None:
    # Newest first, as the API lists them.
    for place in range(count):
        submitted = EPOCH_MS - place * 7_200_000 - int(rng.random() * 3_000_000)
        conversion = guid(rng)
        document = {
            "conversionId": conversion,
            "submittedAt": submitted,
            "values": [
                {"name": "email", "value": f"{rng.choice(PLAIN_FIRST)}{place}@visitor.example", "objectTypeId": "0-1"},
                {"name": "message", "value": rng.choice(words.SENTENCES), "objectTypeId": "0-1"},
            ],
            "pageUrl": "https://www.sandbox.example/contact",
        }
        items.put("submissions", conversion, document, parent=form_id, position=place, modified=submitted)


def emails(items: Items, rng: random.Random) -> None:
    for place in range(14):
        email_id = str(369218116794 + place * 977)
        created = EPOCH_MS - (400 - place * 20) * DAY_MS
        archived = place >= 12
        published = place % 3 == 0
        domain = f"{HUB_ID}.hs-sites-eu1.com"
        no_one: dict[str, list[str]] = {"exclude": [], "include": []}
        document = {
            "activeDomain": domain,
            "archived": archived,
            "businessUnitId": "0",
            "content": {"templatePath": "@hubspot/email/dnd/plain_text.html", "widgets": {}},
            "createdAt": iso(created),
            "createdById": "88842095",
            "emailTemplateMode": "DRAG_AND_DROP",
            "from": {"fromName": "Sandbox", "replyTo": "hello@sandbox.example"},
            "id": email_id,
            "isAb": False,
            "isPublished": published,
            "jitterSendTime": True,
            "language": "en",
            "name": f"Newsletter {place + 1}",
            "previewKey": guid(rng)[:8],
            "publishDate": iso(created)[:19] + "Z",
            "sendOnPublish": True,
            "state": "PUBLISHED" if published else "DRAFT",
            "subcategory": "batch",
            "subject": rng.choice(words.SENTENCES),
            "subscriptionDetails": {"officeLocationId": "369226069226", "subscriptionId": "801"},
            "to": {
                "contactIds": no_one,
                "contactIlsLists": {"exclude": [], "include": ["101"]},
                "contactLists": no_one,
                "suppressGraymail": True,
            },
            "type": "BATCH_EMAIL",
            "updatedAt": iso(created + place * 3600_000),
            "updatedById": "88842095",
            "webversion": {"domain": domain, "enabled": False, "isPageRedirected": False, "slug": f"-slug-{guid(rng)}"},
        }
        items.put("marketing_emails", email_id, document, archived=archived, modified=created + place * 3600_000)


def campaigns(items: Items, rng: random.Random) -> None:
    for place, name in enumerate(("Spring launch", "Trade fair 2026", "Customer stories")):
        campaign_id = guid(rng)
        created = EPOCH_MS - (300 - 50 * place) * DAY_MS
        document = {
            "id": campaign_id,
            "properties": {
                "hs_name": name,
                "hs_start_date": iso(created)[:10],
                "hs_campaign_status": ("planned", "in_progress", "completed")[place],
                "hs_notes": rng.choice(words.SENTENCES),
            },
            "createdAt": iso(created),
            "updatedAt": iso(created + DAY_MS),
        }
        items.put("campaigns", campaign_id, document, modified=created + DAY_MS)
        for number in range(2):
            asset_id = str(369218116794 + (place * 2 + number) * 977)
            items.put(
                "campaign_assets", asset_id, {"id": asset_id, "name": f"Newsletter {place * 2 + number + 1}"},
                parent=f"{campaign_id}/MARKETING_EMAIL",
            )  # fmt: skip


def subscriptions(items: Items) -> None:
    for number, (name, purpose) in enumerate(
        (("Marketing Information", "Marketing"), ("One to One", "Sales"), ("Product updates", "Marketing"))
    ):
        definition_id = str(801 + number)
        items.put(
            "subscription_definitions",
            definition_id,
            {
                "id": definition_id,
                "name": name,
                "description": f"{name} by e-mail",
                "purpose": purpose,
                "communicationMethod": "Email",
                "isActive": True,
                "isDefault": number < 2,
                "isInternal": False,
                "createdAt": iso(EPOCH_MS - 1000 * DAY_MS),
                "updatedAt": iso(EPOCH_MS - 900 * DAY_MS),
            },
        )
