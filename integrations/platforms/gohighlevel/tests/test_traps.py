"""What HighLevel does differently, read from its imitation."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import ConnectorError, ScopeMissing
from integrations.connector.limits import LocalLimiter
from integrations.connector.oauth import is_agency, told_config
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.webhooks.events import read_events
from integrations.connector.webhooks.signature import Delivery, SignatureRefused, verify
from integrations.sandbox.imitations.frame import STATIC_SECRET
from integrations.sandbox.imitations.gohighlevel.imitation import COMPANY, LOCATION, OTHER, GoHighLevel
from listbackup.testing.imitated import Imitated, imitated
from listbackup.testing.waiting import Clock


@pytest.fixture
def platform() -> Iterator[Imitated]:
    with imitated("gohighlevel", scale=250) as running:
        yield running


def opened(platform: Imitated, credentials: Any = None, location: str = LOCATION, **config: str) -> Reader:
    clock = Clock()
    return Reader(
        platform.manifest, credentials=credentials or StaticCredentials({"access_token": STATIC_SECRET}),
        config={"location_id": location, **config}, http=platform.http,
        limiter=LocalLimiter(clock=clock, sleep=clock.sleep), limit_scope="test", sleep=clock.sleep,
    )  # fmt: skip


def read(platform: Imitated, stream: str, state: Any = None, **options: Any) -> list[Page]:
    with opened(platform) as reader:
        return list(reader.read(stream, state, **options))


def keys(pages: list[Page], stream: str = "") -> list[str]:
    return [record.key for page in pages if not stream or page.stream == stream for record in page.records]


def asked(platform: Imitated, path: str) -> list[dict[str, Any]]:
    return [one for one in platform.admin("GET", "requests")["results"] if one["path"] == path]


def test_contacts_then_paged_by_what_stands_in_the_last_record(platform: Imitated) -> None:
    pages = read(platform, "contacts", children=())
    assert len(set(keys(pages))) == 250
    assert len(asked(platform, "/contacts/search")) == 3


def test_increment_then_back_to_what_is_known_and_no_further(platform: Imitated) -> None:
    first = read(platform, "contacts", children=())
    platform.admin("POST", "advance", {"seconds": 90 * 86_400})
    platform.admin("POST", "records/change", {"kind": "contacts", "ids": ["con00003"]})
    before = len(asked(platform, "/contacts/search"))
    later = read(platform, "contacts", json.loads(json.dumps(first[-1].state)), children=())
    assert keys(later)[0] == "con00003"
    assert len(asked(platform, "/contacts/search")) - before < 3


def test_next_page_address_on_another_host_then_never_followed(platform: Imitated) -> None:
    documents = platform.imitation.documents
    for number in range(130):
        one = documents.get("opportunities", "opp00000")
        documents.put("opportunities", f"more{number:04}", {**dict(one or {}), "id": f"more{number:04}"})
    pages = read(platform, "opportunities")
    assert len(set(keys(pages))) == len(keys(pages)) == 160
    queries = [one["query"] for one in asked(platform, "/opportunities/search")]
    assert len(queries) == 2
    assert sum("startAfter=" in query and "startAfterId=" in query for query in queries) == 1


def test_missing_scope_that_looks_like_an_ended_token_then_the_stream_is_off_and_nothing_renewed(
    platform: Imitated,
) -> None:
    credentials = platform.credentials(platform.sign_in())
    before = credentials.access_token()
    platform.admin("POST", "faults", {"kind": "missing_scopes", "path": "/workflows"})
    with opened(platform, credentials) as reader, pytest.raises(ScopeMissing):
        list(reader.read("workflows"))
    assert credentials.access_token() == before


def test_location_of_somebody_else_then_a_person_is_asked(platform: Imitated) -> None:
    with opened(platform, location=OTHER) as reader:
        check = reader.check()
    assert not check.ok
    assert "not for this sub-account" in check.message
    with opened(platform, location=OTHER) as reader, pytest.raises(ConnectorError) as caught:
        list(reader.read("contacts"))
    assert caught.value.kind == "customer"


def test_e_mail_messages_then_a_stream_of_their_own(platform: Imitated) -> None:
    assert {
        json.loads(record.raw)["messageType"] for page in read(platform, "messages") for record in page.records
    } == {"TYPE_SMS"}
    found = [
        json.loads(record.raw)["messageType"] for page in read(platform, "email_messages") for record in page.records
    ]
    assert set(found) == {"TYPE_EMAIL"}


def test_submissions_older_than_a_month_then_there_too(platform: Imitated) -> None:
    platform.admin("POST", "advance", {"seconds": 365 * 86_400})
    assert len(keys(read(platform, "form_submissions"))) == 6


def test_agencys_grant_then_its_locations_and_a_token_for_each(platform: Imitated) -> None:
    imitation = platform.imitation
    assert isinstance(imitation, GoHighLevel)
    imitation.agency = True
    tokens = platform.sign_in()
    assert is_agency(platform.manifest, tokens)
    told = told_config(platform.manifest, tokens, platform.http, client_id="632eab1e86e6-l8o0m9x5")
    assert told == {"company_id": COMPANY, "app_id": "632eab1e86e6"}
    with opened(platform, platform.credentials(tokens), **told) as reader:
        assert [key for key, _ in reader.members()] == [LOCATION, OTHER]
        member = reader.member_token(LOCATION)
        assert reader.check(agency=True).account_id == COMPANY
    with opened(platform, StaticCredentials({"access_token": member.access_token})) as reader:
        assert reader.check().account_id == LOCATION


def test_webhook_then_signed_by_key_and_refused_when_old_or_altered(platform: Imitated) -> None:
    imitation = platform.imitation
    assert isinstance(imitation, GoHighLevel)
    rule = platform.manifest.webhooks
    assert rule is not None
    now = dt.datetime.now(dt.UTC)
    stamp = now.isoformat().replace("+00:00", "Z")
    body = json.dumps(
        {"type": "ContactDelete", "locationId": LOCATION, "id": "c1", "timestamp": stamp, "webhookId": "w"}
    ).encode()
    headers = {name.lower(): value for name, value in imitation.signature(body).items()}

    def check(sent: bytes, at: dt.datetime) -> None:
        delivery = Delivery("POST", "https://x.test/h", sent, headers)
        verify(rule.signatures, delivery, secrets={}, public_keys=[imitation.public_key], now=at)

    check(body, now)
    with pytest.raises(SignatureRefused):
        check(body.replace(b"c1", b"c2"), now)
    with pytest.raises(SignatureRefused):
        check(body, now + dt.timedelta(minutes=6))
    event = read_events(rule, body)[0]
    assert event.account == LOCATION
    assert [(hint.stream, hint.key, hint.deleted) for hint in event.hints] == [
        ("contacts", "c1", True),
        ("contacts", "c1", False),
    ]
