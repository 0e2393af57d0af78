"""What the real Mailchimp answered in 2026 must come out of our reader as it went in."""

import json
from typing import Any

import pytest

from integrations.connector.records import Record
from listbackup.testing.recorded import assert_as_recorded, needs_recordings, recorded, records_in, replay

pytestmark = needs_recordings("mailchimp")

LIST = "16ed227135"
# Recorded path -> stream, list in the answer.
LISTS = {"/3.0/lists": ("lists", "lists"), "/3.0/campaigns": ("campaigns", "campaigns")}


def answers(*paths: str) -> list[dict[str, Any]]:
    return [one for one in recorded("mailchimp") if one["method"] == "GET" and one["path"] in paths]


def read(answer: dict[str, Any], stream: str, empty: Any) -> list[Record]:
    pages = replay(
        "mailchimp", answer, stream, host="us3.api.mailchimp.com", path=answer["path"], empty=empty,
        secrets={"api_key": "k-us3"}, config={"dc": "us3"},
    )  # fmt: skip
    return records_in(pages, stream)


@pytest.mark.parametrize("answer", answers(*LISTS), ids=lambda one: f"{one['path']} {one['params']['count']}")
def test_recorded_list_then_comes_out_as_it_went_in(answer: dict[str, Any]) -> None:
    stream, name = LISTS[answer["path"]]
    records = read(answer, stream, {name: []})
    assert_as_recorded(records, answer["body"][name])


def test_recorded_segments_of_a_list_then_keyed_by_both() -> None:
    answer = answers(f"/3.0/lists/{LIST}/segments")[0]
    records = read(answer, "segments", {"lists": [{"id": LIST}], "segments": []})
    assert [json.loads(record.raw) for record in records] == answer["body"]["segments"]
    assert [json.loads(record.key) for record in records] == [
        [LIST, str(one["id"])] for one in answer["body"]["segments"]
    ]


def test_recorded_member_then_its_change_is_the_cursor() -> None:
    member = next(one["body"] for one in recorded("mailchimp") if "/members/" in one["path"] and one["method"] == "GET")
    answer = {"path": f"/3.0/lists/{LIST}/members", "status": 200, "body": {"members": [member], "total_items": 1}}
    records = read(answer, "members", {"lists": [{"id": LIST}], "members": []})
    assert [json.loads(record.raw) for record in records] == [member]
    assert records[0].cursor == member["last_changed"]
    assert json.loads(records[0].key) == [LIST, member["id"]]
