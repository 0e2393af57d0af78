"""What Mailchimp does differently, read from its imitation; and the imitation judged by Mailchimp's own client."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import BadResponse, ScopeMissing
from integrations.connector.limits import LocalLimiter
from integrations.connector.oauth import TokenSet, told_config
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.webhooks.events import read_events
from integrations.connector.webhooks.signature import Delivery, SignatureRefused, verify
from integrations.sandbox.imitations.frame import STATIC_SECRET
from integrations.sandbox.imitations.mailchimp.imitation import SIGNING_SECRET, Mailchimp, signature
from listbackup.testing.imitated import Imitated, imitated
from listbackup.testing.waiting import Clock

LISTS = ("16ed227131", "16ed227132")


@pytest.fixture
def platform() -> Iterator[Imitated]:
    with imitated("mailchimp", scale=40) as running:
        yield running


def read(platform: Imitated, stream: str, state: Any = None) -> list[Page]:
    clock = Clock()
    opened = Reader(
        platform.manifest, credentials=StaticCredentials({"api_key": f"{STATIC_SECRET}-us21"}), config={"dc": "us21"},
        http=platform.http, limiter=LocalLimiter(clock=clock, sleep=clock.sleep), limit_scope="test", sleep=clock.sleep,
    )  # fmt: skip
    with opened:
        return list(opened.read(stream, state))


def keys(pages: list[Page]) -> set[str]:
    return {record.key for page in pages for record in page.records}


def test_sign_in_then_the_token_never_ends_and_tells_the_data_centre(platform: Imitated) -> None:
    tokens = platform.sign_in()
    assert (tokens.expires_at, tokens.refresh_token) == (None, None)
    assert told_config(platform.manifest, tokens, platform.http) == {"dc": "us21"}


def test_metadata_of_a_bad_token_then_refused_though_it_answers_200(platform: Imitated) -> None:
    with pytest.raises(BadResponse):
        told_config(platform.manifest, TokenSet("bad"), platform.http)


def test_archived_member_then_leaves_one_stream_for_the_other(platform: Imitated) -> None:
    members, archived = keys(read(platform, "members")), keys(read(platform, "archived_members"))
    assert members and archived and not members & archived
    imitation = platform.imitation
    assert isinstance(imitation, Mailchimp)
    one = imitation.documents.all("members", LISTS[0])[0]["id"]
    imitation.archive(LISTS[0], one)
    moved = json.dumps([LISTS[0], one], separators=(",", ":"))
    assert moved not in keys(read(platform, "members"))
    assert moved in keys(read(platform, "archived_members"))


def test_same_address_in_two_audiences_then_two_records(platform: Imitated) -> None:
    found = [json.loads(key) for key in keys(read(platform, "members"))]
    shared = {member for list_id, member in found if list_id == LISTS[0]} & {
        m for list_id, m in found if list_id == LISTS[1]
    }
    assert len(shared) > 30


def test_increment_then_the_second_of_the_cursor_is_asked_for_again_in_whole_seconds(platform: Imitated) -> None:
    first = read(platform, "members")
    cursor = dt.datetime.fromisoformat(first[-1].state["cursor"])
    later = read(platform, "members", json.loads(json.dumps(first[-1].state)))
    asked = [
        one["query"] for one in platform.admin("GET", "requests")["results"] if "since_last_changed" in one["query"]
    ]
    assert asked and all("." not in query.partition("since_last_changed=")[2].partition("&")[0] for query in asked)
    newest = {
        json.dumps([one["list_id"], one["id"]], separators=(",", ":"))
        for one in platform.truth("members")
        if dt.datetime.fromisoformat(one["last_changed"]) >= cursor
    }
    assert newest
    assert newest <= keys(later)
    assert len(keys(later)) < 10


def test_empty_text_for_a_time_then_kept_and_no_trouble(platform: Imitated) -> None:
    campaigns = [json.loads(record.raw) for page in read(platform, "campaigns") for record in page.records]
    assert campaigns and all(one["send_time"] == "" for one in campaigns)


def test_403_then_a_refusal_as_json_and_a_pause_otherwise(platform: Imitated) -> None:
    rules = platform.manifest.errors
    assert [rule.do for rule in rules if 403 in rule.statuses] == ["stream_off", "retry"]
    platform.admin("POST", "faults", {"kind": "missing_scopes", "path": "/ecommerce/stores", "count": 1})
    with pytest.raises(ScopeMissing):
        read(platform, "stores")


def test_webhook_then_signed_over_time_and_body(platform: Imitated) -> None:
    rule = platform.manifest.webhooks
    assert rule is not None
    body = b"type=profile&fired_at=2026-05-21+18%3A03%3A59&data%5Bid%5D=u1&data%5Blist_id%5D=16ed227131"
    headers = {name.lower(): value for name, value in signature(body).items()}
    known = {"signing_secret": SIGNING_SECRET}
    now = dt.datetime.now(dt.UTC)
    verify(rule.signatures, Delivery("POST", "https://x.test/h", body, headers), secrets=known, now=now)
    with pytest.raises(SignatureRefused):
        verify(rule.signatures, Delivery("POST", "https://x.test/h", body + b"x", headers), secrets=known, now=now)
    with pytest.raises(SignatureRefused):
        late = now + dt.timedelta(minutes=6)
        verify(rule.signatures, Delivery("POST", "https://x.test/h", body, headers), secrets=known, now=late)
    assert [(hint.stream, hint.key) for event in read_events(rule, body) for hint in event.hints] == [("members", "")]
    campaign = read_events(rule, b"type=campaign&data%5Bid%5D=abc")
    assert [(hint.stream, hint.key) for event in campaign for hint in event.hints] == [("campaigns", "abc")]


def test_mailchimps_own_client_then_reads_the_imitation(platform: Imitated) -> None:
    client = mailchimp_marketing.Client()
    client.set_config({"api_key": f"{STATIC_SECRET}-us21"})
    client.api_client.host = f"{platform.http.platform_hosts['us21.api.mailchimp.com']}/3.0"
    assert client.ping.get()["health_status"]
    lists = client.lists.get_all_lists()
    assert [one["id"] for one in lists["lists"]] == list(LISTS)
    first = client.lists.get_list_members_info(LISTS[0], count=1000, exclude_fields=["members._links"])
    assert first["members"] == platform.imitation.documents.all("members", LISTS[0])
    assert first["total_items"] == len(first["members"])
    archived = client.lists.get_list_members_info(LISTS[0], status="archived")
    assert {one["status"] for one in archived["members"]} == {"archived"}
    with pytest.raises(ApiClientError) as caught:
        client.lists.get_list("nothing")
    assert caught.value.status_code == 404
