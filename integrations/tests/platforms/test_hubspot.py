"""Streams beside the CRM, read from the imitation, which is written from HubSpot's facts: all of it, and then what changed."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import ScopeMissing
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.registry import platforms
from listbackup.core.http.client import HttpSettings
from listbackup.testing.sandbox import Sandbox, sandbox_server

__all__ = ["sandbox_server"]
# Stream -> the sandbox's name of the same documents.
WHOLE = {
    "site_pages": "site_pages",
    "landing_pages": "landing_pages",
    "blog_posts": "blog_posts",
    "blog_authors": "blog_authors",
    "blog_tags": "blog_tags",
    "url_redirects": "url_redirects",
    "hubdb_tables": "hubdb_tables",
    "hubdb_rows": "hubdb_rows",
    "email_events": "email_events",
    "engagements": "engagements",
    "audit_logs": "audit_logs",
}
CMS = [stream for stream in WHOLE if platforms()["hubspot"].streams[stream].scopes == ("content",)]


@pytest.fixture
def server(sandbox_server: Sandbox) -> Iterator[Sandbox]:
    sandbox_server.admin("POST", "limits", {"enabled": False})
    yield sandbox_server
    sandbox_server.admin("DELETE", "faults")
    sandbox_server.admin("POST", "limits", {"enabled": True})


@pytest.fixture
def reader(server: Sandbox) -> Iterator[Reader]:
    found = Reader(
        platforms()["hubspot"],
        credentials=StaticCredentials({"access_token": server.static_token}),
        config={},
        http=HttpSettings(platform_hosts=server.hosts),
        limiter=LocalLimiter(sleep=lambda seconds: None),
        limit_scope="test",
        sleep=lambda seconds: None,
    )
    with found:
        yield found


def records(pages: list[Page], stream: str, *, deleted: bool = False) -> list[Any]:
    return [
        json.loads(record.raw)
        for page in pages
        if page.stream == stream
        for record in page.records
        if record.deleted == deleted
    ]


def ordered(documents: list[Any]) -> list[Any]:
    return sorted(documents, key=lambda one: json.dumps(one, sort_keys=True))


def truth(server: Sandbox, kind: str, *, archived: bool = False) -> list[Any]:
    answer = httpx.get(f"{server.url}/sandbox/api/truth/{kind}", params={"archived": str(archived).lower()})
    answer.raise_for_status()
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize(("stream", "kind"), WHOLE.items())
def test_full_pass_then_every_document_as_the_platform_holds_it(
    stream: str, kind: str, reader: Reader, server: Sandbox
) -> None:
    pages = list(reader.read(stream))
    assert pages[-1].complete
    expected = truth(server, kind)
    assert expected and ordered(records(pages, stream)) == ordered(expected)
    assert ordered(records(pages, stream, deleted=True)) == ordered(truth(server, kind, archived=True))


@pytest.mark.parametrize("stream", ["blog_posts", "url_redirects", "email_events", "audit_logs"])
def test_increment_then_only_what_is_newer_and_all_of_it(stream: str, reader: Reader, server: Sandbox) -> None:
    full = list(reader.read(stream))
    field = platforms()["hubspot"].streams[stream].cursor[0]
    stamps = sorted(one[field] for one in truth(server, WHOLE[stream]))
    middle = stamps[len(stamps) // 2]
    state = {**full[-1].state, "cursor": middle if isinstance(middle, str) else str(middle)}
    newer = [one for one in truth(server, WHOLE[stream]) if one[field] >= middle]
    found = records(list(reader.read(stream, state)), stream)
    keys = {json.dumps(one, sort_keys=True) for one in found}
    assert {json.dumps(one, sort_keys=True) for one in newer} <= keys
    assert len(keys) < len(stamps)


def test_property_history_then_with_every_contact_and_again_only_for_changed_ones(
    reader: Reader, server: Sandbox
) -> None:
    pages = list(reader.read("contacts", children=["contacts_history"]))
    histories = records(pages, "contacts_history")
    contacts = truth(server, "contacts")
    assert {one["id"] for one in histories} == {one["id"] for one in contacts}
    by_id = {one["id"]: one["propertiesWithHistory"] for one in histories}
    for contact in contacts:
        values = {name: value for name, value in contact["properties"].items() if value is not None}
        assert {name: versions[0]["value"] for name, versions in by_id[contact["id"]].items()} == values
    changed = server.admin("POST", "records/change", {"type": "contacts", "count": 3})
    server.admin("POST", "advance", {"seconds": 60})
    later = list(reader.read("contacts", pages[-1].state, children=["contacts_history"]))
    assert set(changed["ids"]) <= {one["id"] for one in records(later, "contacts_history")}
    assert len(records(later, "contacts_history")) < len(contacts)


def test_statistics_of_e_mails_then_also_of_those_that_the_list_leaves_out(reader: Reader, server: Sandbox) -> None:
    found = records(list(reader.read("marketing_email_statistics")), "marketing_email_statistics")
    listed = httpx.get(
        f"{server.url}/hubspot/marketing/v3/emails",
        params={"includeStats": "true", "limit": "100"},
        headers={"Authorization": f"Bearer {server.static_token}"},
    ).json()["results"]
    assert {one["id"] for one in found} == {one["id"] for one in truth(server, "marketing_emails")}
    assert len(listed) < len(found)
    assert all(one["stats"]["counters"]["sent"] >= one["stats"]["counters"]["open"] for one in found)


def test_table_that_was_never_published_then_its_rows_are_skipped_and_nothing_fails(reader: Reader) -> None:
    pages = list(reader.read("hubdb_rows"))
    assert (pages[-1].complete, pages[-1].sweep) == (True, True)
    assert {json.loads(record.key)[0] for page in pages for record in page.records} == {"48000001"}


@pytest.mark.parametrize("stream", ["audit_logs", *CMS])
def test_permission_missing_then_the_stream_says_so(stream: str, reader: Reader, server: Sandbox) -> None:
    server.admin("POST", "faults", {"kind": "missing_scopes", "path": "/"})
    with pytest.raises(ScopeMissing):
        list(reader.read(stream))
