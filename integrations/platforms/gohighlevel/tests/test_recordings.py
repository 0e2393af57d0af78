"""What the real HighLevel answered in 2026 must come out of our reader as it went in."""

import json
from typing import Any

import pytest

from integrations.connector.records import Record
from listbackup.testing.recorded import assert_as_recorded, needs_recordings, recorded, records_in, replay

pytestmark = needs_recordings("gohighlevel")

HOST = "services.leadconnectorhq.com"
PLACE = "AYg6rIXHN1fXdXjGcYvI"
# Recorded path -> stream, list in the answer.
LISTS = {
    "/calendars/": ("calendars", "calendars"),
    "/contacts/search": ("contacts", "contacts"),
    "/conversations/search": ("conversations", "conversations"),
    f"/locations/{PLACE}/customFields": ("custom_fields", "customFields"),
    f"/locations/{PLACE}/customValues": ("custom_values", "customValues"),
    "/workflows/": ("workflows", "workflows"),
}


def answers() -> list[dict[str, Any]]:
    return [one for one in recorded("gohighlevel") if one["path"] in LISTS and one["method"] in ("GET", "POST")]


def read(answer: dict[str, Any], stream: str, empty: Any) -> list[Record]:
    pages = replay(
        "gohighlevel", answer, stream, host=HOST, path=answer["path"], empty=empty,
        secrets={"access_token": "pit-1"}, config={"location_id": PLACE},
    )  # fmt: skip
    return records_in(pages, stream)


@pytest.mark.parametrize("answer", answers(), ids=lambda one: one["path"])
def test_recorded_list_then_comes_out_as_it_went_in(answer: dict[str, Any]) -> None:
    stream, name = LISTS[answer["path"]]
    records = read(answer, stream, {name: []})
    assert_as_recorded(records, answer["body"][name])


def test_recorded_events_of_a_calendar_then_with_their_change_and_their_deletion_flag() -> None:
    answer = next(
        one for one in recorded("gohighlevel") if one["path"] == "/calendars/events" and one["body"]["events"]
    )
    calendar = answer["params"]["calendarId"]
    records = read(answer, "appointments", {"calendars": [{"id": calendar}], "events": []})
    expected = answer["body"]["events"]
    assert [json.loads(record.raw) for record in records] == expected
    assert [record.cursor for record in records] == [one["dateUpdated"] for one in expected]
    assert [record.deleted for record in records] == [one["deleted"] for one in expected]


def test_recorded_notes_of_a_contact_then_come_out_as_they_went_in() -> None:
    answer = next(one for one in recorded("gohighlevel") if one["path"].endswith("/notes") and one["method"] == "GET")
    contact = answer["path"].split("/")[2]
    pages = replay(
        "gohighlevel", answer, "contacts", host=HOST, path=answer["path"], empty={"contacts": [{"id": contact}]},
        secrets={"access_token": "pit-1"}, config={"location_id": PLACE}, children=["contact_notes"],
    )  # fmt: skip
    records = records_in(pages, "contact_notes")
    assert_as_recorded(records, answer["body"]["notes"])
