"""What ActiveCampaign does differently, read from its imitation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.webhooks.events import read_events
from integrations.sandbox.imitations.frame import STATIC_SECRET
from listbackup.testing.imitated import Imitated, imitated
from listbackup.testing.waiting import Clock

HOST = "sandbox.api-us1.com"


@pytest.fixture
def platform() -> Iterator[Imitated]:
    with imitated("activecampaign", scale=250) as running:
        yield running


def reader(platform: Imitated, key: str = STATIC_SECRET) -> Reader:
    clock = Clock()
    return Reader(
        platform.manifest, credentials=StaticCredentials({"api_key": key}), config={"host": HOST}, http=platform.http,
        limiter=LocalLimiter(clock=clock, sleep=clock.sleep), limit_scope="test", sleep=clock.sleep,
    )  # fmt: skip


def test_account_then_known_by_its_host(platform: Imitated) -> None:
    with reader(platform) as opened:
        check = opened.check()
    assert (check.ok, check.account_id, check.account_label) == (True, HOST, "owner@sandbox.example")


def test_wrong_key_then_the_check_says_so_though_the_answer_is_403(platform: Imitated) -> None:
    with reader(platform, "wrong") as opened:
        check = opened.check()
    assert not check.ok
    assert check.message


def test_contacts_then_walked_by_key_and_never_by_offset(platform: Imitated) -> None:
    with reader(platform) as opened:
        pages = list(opened.read("contacts", children=()))
    asked = [one for one in platform.admin("GET", "requests")["results"] if one["path"] == "/api/3/contacts"]
    assert sum(len(page.records) for page in pages) == 250
    assert len(asked) == 3
    assert not any("offset" in one["query"] for one in asked)


def test_increment_then_children_of_changed_contacts_only(platform: Imitated) -> None:
    with reader(platform) as opened:
        first = list(opened.read("contacts"))
    platform.admin("POST", "advance", {"seconds": 7200})
    platform.admin("POST", "records/change", {"kind": "contacts", "ids": ["7", "200"]})
    platform.admin("POST", "advance", {"seconds": 120})
    before = platform.admin("GET", "state")["requests"]
    with reader(platform) as opened:
        later = list(opened.read("contacts", json.loads(json.dumps(first[-1].state))))
    asked = platform.admin("GET", "state")["requests"] - before
    changed = {record.key for page in later if page.stream == "contacts" for record in page.records}
    assert {"7", "200"} <= changed
    assert asked <= 1 + 3 * len(changed) + 1


def test_zero_date_and_absent_total_then_neither_a_cursor_nor_an_end(platform: Imitated) -> None:
    documents = platform.imitation.documents
    documents.put("contacts", "3", {**dict(documents.get("contacts", "3") or {}), "udate": "0000-00-00 00:00:00"})
    with reader(platform) as opened:
        pages = list(opened.read("contacts", children=()))
        hooks = list(opened.read("webhooks"))
    assert sum(len(page.records) for page in pages) == 250
    assert str(pages[-1].state["cursor"]).startswith("2026-")
    assert [record.key for page in hooks for record in page.records] == ["1"]


def test_numbers_as_text_and_styles_of_changing_type_then_kept_as_they_came(platform: Imitated) -> None:
    documents = platform.imitation.documents
    documents.put("forms", "1", {**dict(documents.get("forms", "1") or {}), "style": {"width": "100%"}})
    with reader(platform) as opened:
        forms = [json.loads(record.raw) for page in opened.read("forms") for record in page.records]
    assert sorted(json.dumps(one["style"]) for one in forms) == ['{"width": "100%"}', '{"width": 500}']


def test_webhook_then_the_contact_or_the_deal_that_it_names(platform: Imitated) -> None:
    rule = platform.manifest.webhooks
    assert rule is not None and rule.signatures == ()

    def hints(body: bytes) -> list[tuple[Any, ...]]:
        return [(hint.stream, hint.key) for event in read_events(rule, body) for hint in event.hints]

    assert hints(b"type=subscribe&contact%5Bid%5D=7&contact%5Bemail%5D=a%40b.example&date_time=x") == [
        ("contacts", "7")
    ]
    assert hints(b"type=deal_stage_add&deal%5Bid%5D=3") == [("deals", "3")]
    assert hints(b"type=open&contact%5Bid%5D=7") == []
