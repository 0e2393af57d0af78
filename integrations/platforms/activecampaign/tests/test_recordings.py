"""What the real ActiveCampaign answered in 2026 must come out of our reader as it went in."""

import datetime as dt
from typing import Any

import pytest

from integrations.connector.records import Page
from listbackup.testing.recorded import assert_as_recorded, needs_recordings, recorded, records_in, replay

pytestmark = needs_recordings("activecampaign")

HOST = "nango56865.api-us1.com"
# Recorded path -> stream, list in the answer, field of the cursor.
LISTS = {
    "/3/accounts": ("accounts", "accounts", "updatedTimestamp"),
    "/3/campaigns": ("campaigns", "campaigns", "mdate"),
    "/3/contacts": ("contacts", "contacts", "udate"),
    "/3/automations": ("automations", "automations", "mdate"),
    "/3/dealGroups": ("pipelines", "dealGroups", "udate"),
    "/3/dealStages": ("deal_stages", "dealStages", "udate"),
    "/3/deals": ("deals", "deals", "mdate"),
    "/3/lists": ("lists", "lists", ""),
    "/3/tags": ("tags", "tags", ""),
}


def answers() -> list[dict[str, Any]]:
    return [one for one in recorded("activecampaign") if one["method"] == "GET" and one["path"] in LISTS]


def pages_of(answer: dict[str, Any], stream: str, name: str) -> list[Page]:
    return replay(
        "activecampaign", answer, stream, host=HOST, path=f"/api{answer['path']}", empty={name: []},
        secrets={"api_key": "k"}, config={"host": HOST},
    )  # fmt: skip


def test_every_recorded_list_is_replayed() -> None:
    lists = {
        one["path"] for one in recorded("activecampaign") if one["method"] == "GET" and not one["path"][-1].isdigit()
    }
    assert lists == set(LISTS)


@pytest.mark.parametrize("answer", answers(), ids=lambda one: one["path"])
def test_recorded_list_then_comes_out_as_it_went_in(answer: dict[str, Any]) -> None:
    stream, name, cursor = LISTS[answer["path"]]
    records = records_in(pages_of(answer, stream, name), stream)
    expected = answer["body"][name]
    assert_as_recorded(records, expected)
    assert [bool(record.cursor) for record in records] == [bool(one.get(cursor)) for one in expected]
    assert not any(record.deleted for record in records)


def test_recorded_change_then_its_cursor_is_the_instant_with_the_offset_not_the_field_called_utc() -> None:
    answer = next(one for one in answers() if one["path"] == "/3/contacts")
    pages = pages_of(answer, "contacts", "contacts")
    newest = max(answer["body"]["contacts"], key=lambda one: str(one["udate"]))
    assert newest["updated_utc_timestamp"].replace(" ", "T") == newest["udate"][:19]
    instant = dt.datetime.fromisoformat(newest["udate"])
    assert dt.datetime.fromisoformat(pages[-1].state["cursor"]) == instant
