"""Seeded calls, e-mails, meetings, notes and tasks."""

import random
from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.seed import words
from integrations.sandbox.seed.people import OWNER_IDS, company_name, pick_dates

Values = dict[str, Any]


def _common(rng: random.Random) -> tuple[int, int, Values]:
    created, modified = pick_dates(rng.random)
    values: Values = {
        "hs_timestamp": iso(created),
        "hubspot_owner_id": OWNER_IDS[int(rng.random() * len(OWNER_IDS))],
        "": (created, modified),
    }
    return created, modified, values


def call(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    _, _, values = _common(rng)
    return values | {
        "hs_call_body": f"<p>{rng.choice(words.SENTENCES)}</p>",
        "hs_call_direction": rng.choice(("INBOUND", "OUTBOUND")),
        "hs_call_duration": str(int(rng.random() * 1_800_000)),
        "hs_call_status": rng.choice(("COMPLETED", "COMPLETED", "NO_ANSWER", "BUSY")),
        "hs_call_title": f"Call about {rng.choice(words.PROJECTS)}",
    }


def email(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    _, _, values = _common(rng)
    text = f"{rng.choice(words.SENTENCES)} {rng.choice(words.SENTENCES)}"
    return values | {
        "hs_email_direction": rng.choice(("EMAIL", "INCOMING_EMAIL")),
        "hs_email_from_email": "sales@sandbox.example",
        "hs_email_html": f"<html><body><p>{text}</p></body></html>",
        "hs_email_status": "SENT",
        "hs_email_subject": f"Re: {rng.choice(words.PROJECTS)}",
        "hs_email_text": text,
        "hs_email_to_email": f"office@{company_name(int(rng.random() * max(companies, 20)))[1]}",
    }


def meeting(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    created, _, values = _common(rng)
    return values | {
        "hs_meeting_body": f"<p>{rng.choice(words.SENTENCES)}</p>",
        "hs_meeting_end_time": iso(created + 1_800_000),
        "hs_meeting_location": rng.choice(("Video call", "Their office", "Our office")),
        "hs_meeting_outcome": rng.choice(("SCHEDULED", "COMPLETED", "NO_SHOW")),
        "hs_meeting_start_time": iso(created),
        "hs_meeting_title": f"{rng.choice(words.PROJECTS).capitalize()}: review",
    }


def note(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    _, _, values = _common(rng)
    text = f"{rng.choice(words.SENTENCES)} {rng.choice(words.SENTENCES)}"
    return values | {"hs_body_preview": text, "hs_note_body": f"<p>{text}</p>"}


def task(number: int, record_id: int, rng: random.Random, companies: int) -> Values:
    _, _, values = _common(rng)
    return values | {
        "hs_task_body": rng.choice(words.SENTENCES),
        "hs_task_is_overdue": rng.choice(("true", "false")),
        "hs_task_priority": rng.choice(("NONE", "LOW", "MEDIUM", "HIGH")),
        "hs_task_status": rng.choice(("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED")),
        "hs_task_subject": f"Follow up: {rng.choice(words.PROJECTS)}",
        "hs_task_type": rng.choice(("TODO", "CALL", "EMAIL")),
    }
