"""What Keap does differently, read from its imitation."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import ConnectorError, CredentialsRevoked
from integrations.connector.limits import LocalLimiter
from integrations.connector.oauth import refresh_token
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.webhooks.events import read_events
from integrations.sandbox.imitations.frame import STATIC_SECRET
from listbackup.testing.imitated import Imitated, imitated
from listbackup.testing.waiting import Clock


@pytest.fixture
def platform() -> Iterator[Imitated]:
    with imitated("keap", scale=1200) as running:
        yield running


def read(platform: Imitated, stream: str, state: Any = None, credentials: Any = None, **options: Any) -> list[Page]:
    clock = Clock()
    opened = Reader(
        platform.manifest, credentials=credentials or StaticCredentials({"api_key": STATIC_SECRET}), config={},
        http=platform.http, limiter=LocalLimiter(clock=clock, sleep=clock.sleep), limit_scope="test", sleep=clock.sleep,
    )  # fmt: skip
    with opened:
        return list(opened.read(stream, state, **options))


def records(pages: list[Page], stream: str) -> list[Any]:
    return [json.loads(record.raw) for page in pages if page.stream == stream for record in page.records]


def renew(platform: Imitated, token: str | None) -> Any:
    settings = platform.imitation.settings
    return refresh_token(
        platform.manifest, client_id=settings.client_id, client_secret=settings.client_secret, refresh_token=token or "",
        http=platform.http,
    )  # fmt: skip


def test_refresh_then_the_client_is_in_the_header_and_the_old_token_dies(platform: Imitated) -> None:
    tokens = platform.sign_in()
    fresh = renew(platform, tokens.refresh_token)
    assert fresh.refresh_token and fresh.refresh_token != tokens.refresh_token
    with pytest.raises(CredentialsRevoked):
        renew(platform, tokens.refresh_token)
    url = f"{platform.http.platform_hosts['api.infusionsoft.com']}/token"
    form = {
        "grant_type": "refresh_token",
        "refresh_token": fresh.refresh_token,
        "client_id": "sandbox-client-id",
        "client_secret": "sandbox-client-secret",
    }
    assert httpx.post(url, data=form).status_code == 401  # as the exchange does it: refused


def test_ended_grant_that_is_called_an_invalid_request_then_a_person_is_asked(platform: Imitated) -> None:
    credentials = platform.credentials(platform.sign_in())
    platform.admin("POST", "tokens/revoke")
    with pytest.raises(CredentialsRevoked):
        read(platform, "tags", credentials=credentials)


def test_fields_that_come_only_when_asked_then_there(platform: Imitated) -> None:
    contacts = records(read(platform, "contacts"), "contacts")
    assert len(contacts) == 1200
    assert all({"custom_fields", "notes", "tag_ids", "links", "update_time"} <= set(one) for one in contacts)
    assert all("custom_fields" in one for one in records(read(platform, "opportunities"), "opportunities"))


def test_next_page_as_an_address_then_only_its_token_is_used(platform: Imitated) -> None:
    users = records(read(platform, "users"), "users")
    assert len(users) == 130
    asked = [one for one in platform.admin("GET", "requests")["results"] if one["path"].endswith("/users")]
    assert [("include_inactive" in one["query"], "page_token" in one["query"]) for one in asked] == [
        (True, True),
        (True, False),
    ]


def test_smaller_pages_where_keap_wants_them_then_all_are_read(platform: Imitated) -> None:
    assert len(records(read(platform, "automations"), "automations")) == 30


def test_increment_then_by_one_filter_with_milliseconds(platform: Imitated) -> None:
    first = read(platform, "contacts")
    platform.admin("POST", "advance", {"seconds": 3600})
    platform.admin("POST", "records/change", {"kind": "contacts", "ids": ["9"]})
    later = read(platform, "contacts", json.loads(json.dumps(first[-1].state)))
    assert "9" in {one["id"] for one in records(later, "contacts")}
    assert len(records(later, "contacts")) < 10
    query = next(one["query"] for one in platform.admin("GET", "requests")["results"] if "filter=" in one["query"])
    assert "start_update_time%3D%3D20" in query and ".000Z" in query.replace("%3A", ":")


def test_opportunities_then_walked_from_the_newest_back(platform: Imitated) -> None:
    first = read(platform, "opportunities")
    later = read(platform, "opportunities", json.loads(json.dumps(first[-1].state)))
    query = platform.admin("GET", "requests")["results"][0]["query"]
    assert "order_by=update_time+desc" in query or "order_by=update_time%20desc" in query
    assert records(later, "opportunities")[0]["id"] == "12"


def test_last_page_of_version_1_that_names_a_next_one_then_the_end(platform: Imitated) -> None:
    assert [one["id"] for one in records(read(platform, "appointments"), "appointments")] == [1, 2, 3]


def test_web_page_as_an_error_then_no_empty_list(platform: Imitated) -> None:
    platform.imitation.documents.delete("email_templates", "2")
    platform.imitation.documents.delete("template_contents", "1")  # 404 with a web page
    assert records(read(platform, "email_template_contents"), "email_template_contents") == []
    platform.admin("POST", "faults", {"kind": "html_login", "path": "/tags"})
    with pytest.raises(ConnectorError):
        read(platform, "tags")


def test_day_of_all_customers_then_counted_by_what_the_headers_say(platform: Imitated) -> None:
    quota = platform.manifest.limits.quotas[0]
    assert (quota.app, quota.remaining_header) == (True, "x-keap-product-quota-available")
    assert platform.manifest.limits.app_buckets == ("default",)


def test_webhook_then_ids_only_and_each_is_one_event(platform: Imitated) -> None:
    rule = platform.manifest.webhooks
    assert rule is not None and rule.echo_header == "X-Hook-Secret"
    keys = [{"id": number, "apiUrl": "", "timestamp": "2026-05-01T00:00:00Z"} for number in (7, 8)]
    events = read_events(
        rule, json.dumps({"event_key": "contact.edit", "object_type": "contact", "object_keys": keys}).encode()
    )
    assert [(hint.stream, hint.key) for event in events for hint in event.hints] == [
        ("contacts", "7"),
        ("contacts", "8"),
    ]
    assert len({event.identity for event in events}) == 2


def test_scope_with_the_account_behind_it_then_granted(platform: Imitated) -> None:
    assert platform.sign_in().scopes == ("full", "ab123.infusionsoft.com")
