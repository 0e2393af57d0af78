"""A custom connector against a server of somebody else: what the SDK wrote is what we read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import CredentialsRevoked
from integrations.connector.limits import LocalLimiter
from integrations.connector.manifest import load_manifest
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from listbackup.core.http.client import HttpSettings
from listbackup.core.http.guard import HostRefused
from listbackup.testing.stripe_server import KEY, StripeServer, stripe_server

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "localstripe.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[StripeServer]:
    with stripe_server() as running:
        running.add_customers(200)
        yield running


def open_reader(server: StripeServer, *, key: str = KEY, allowed: bool = True) -> Reader:
    return Reader(
        load_manifest(EXAMPLE.read_text(encoding="utf-8"), name=EXAMPLE.name),
        credentials=StaticCredentials({"api_key": key}),
        config={"host": server.host},
        http=HttpSettings(allowed_private_hosts=frozenset({server.host} if allowed else ())),
        limiter=LocalLimiter(),
        limit_scope="test",
    )


def read(server: StripeServer, stream: str, state: dict[str, Any] | None = None) -> list[Page]:
    with open_reader(server) as reader:
        return list(reader.read(stream, state))


def customers(pages: list[Page]) -> dict[str, Any]:
    return {record.key: json.loads(record.raw) for page in pages for record in page.records}


def test_customers_read_then_equal_to_what_the_sdk_reads(server: StripeServer) -> None:
    pages = read(server, "customers")
    assert customers(pages) == {key: customer.to_dict() for key, customer in server.customers().items()}
    assert [len(page.records) for page in pages] == [100, 100]
    assert (pages[-1].complete, pages[-1].sweep) == (True, True)


def test_customers_changed_and_deleted_then_the_next_sweep_shows_both(server: StripeServer) -> None:
    before = read(server, "customers")
    known = sorted(customers(before))
    for key in known[:10]:
        server.sdk.v1.customers.update(key, {"description": "changed"})
    for key in known[10:13]:
        server.sdk.v1.customers.delete(key)
    after = customers(read(server, "customers", before[-1].state))
    assert sorted(after) == sorted(set(known) - set(known[10:13]))
    changed = [key for key in after if after[key] != customers(before)[key]]
    assert sorted(changed) == known[:10]


def test_every_stream_read_then_whole_and_one_cut_short_goes_on_where_it_was(server: StripeServer) -> None:
    with open_reader(server) as reader:
        for stream in reader.manifest.streams:
            assert list(reader.read(stream))[-1].complete
    pages = read(server, "customers")
    rest = read(server, "customers", json.loads(json.dumps(pages[0].state)))
    assert [record.key for page in rest for record in page.records] == [record.key for record in pages[1].records]


def test_events_read_again_then_only_those_since_the_cursor(server: StripeServer) -> None:
    first = read(server, "events")
    made = {key: event for key, event in customers(first).items() if event["type"] == "customer.created"}
    assert len(made) >= 200
    newest = max(event["created"] for event in customers(first).values())
    state = {"cursor": str(newest + 3600)}
    later = read(server, "events", state)
    assert customers(later) == {}
    assert later[-1].complete


def test_check_with_a_wrong_key_then_says_what_to_do(server: StripeServer) -> None:
    with open_reader(server) as reader:
        assert reader.check().ok
    with open_reader(server, key="nonsense") as reader:
        check = reader.check()
        assert (check.ok, check.message) == (False, "The secret key was not accepted.")
        with pytest.raises(CredentialsRevoked):
            list(reader.read("customers"))


def test_a_private_address_not_allowed_then_nothing_is_sent(server: StripeServer) -> None:
    with open_reader(server, allowed=False) as reader, pytest.raises(HostRefused):
        list(reader.read("customers"))
