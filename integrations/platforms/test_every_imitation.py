"""Every platform that the sandbox imitates, read end to end: the test list for `fixtures/imitation.yaml`.

secrets: {api_key: sandbox-secret-0000000000000001}   # for reading with a key; leave out where only OAuth exists
config: {dc: us1}
streams: {lists: lists, members: members}             # each stream -> the imitation's kind of the same documents
kind: members                                         # the kind that is changed, and the stream that shows it
stream: members
path: /members                                        # part of the path of that stream's requests
deletion: flag | sweep | none                         # how the stream tells of deleted ones
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import ConnectorError, CredentialsRevoked
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.registry import FOLDER
from integrations.sandbox.imitations import imitations
from listbackup.testing.imitated import Imitated, imitated
from listbackup.testing.waiting import Clock

KEYS = sorted(imitations())


class Case:
    """One platform's facts and its running imitation."""

    def __init__(self, key: str, platform: Imitated) -> None:
        file: Path = FOLDER / key / "fixtures" / "imitation.yaml"
        self.facts: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.platform = platform
        self.stream: str = self.facts["stream"]
        self.kind: str = self.facts["kind"]
        self.clock = Clock()

    def credentials(self) -> Any:
        if "secrets" in self.facts:
            return StaticCredentials(self.facts["secrets"])
        return self.platform.credentials(self.platform.sign_in())

    def reader(self, credentials: Any = None) -> Reader:
        return Reader(
            self.platform.manifest,
            credentials=credentials or self.credentials(),
            config=self.facts.get("config", {}),
            http=self.platform.http,
            limiter=LocalLimiter(clock=self.clock, sleep=self.clock.sleep),
            limit_scope="test",
            sleep=self.clock.sleep,
        )

    def read(self, stream: str = "", state: Any = None, credentials: Any = None) -> list[Page]:
        """All pages of a stream, or of the pass that it is read within."""
        name = stream or self.stream
        streams = self.platform.manifest.streams
        root = name
        while streams[root].inline and (parent := streams[root].parent):
            root = parent.stream
        with self.reader(credentials) as reader:
            return list(reader.read(root, state, children=None if root != name else ()))

    def found(self, pages: list[Page], stream: str = "", *, deleted: bool = False) -> list[Any]:
        name = stream or self.stream
        return [
            json.loads(record.raw)
            for page in pages
            if page.stream == name
            for record in page.records
            if record.deleted == deleted
        ]


@pytest.fixture(params=KEYS)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with imitated(request.param) as platform:
        yield Case(request.param, platform)


def ordered(documents: list[Any]) -> list[str]:
    return sorted(json.dumps(one, sort_keys=True) for one in documents)


def test_every_stream_is_read_whole_and_as_the_platform_holds_it(case: Case) -> None:
    credentials = case.credentials()
    assert set(case.facts["streams"]) == set(case.platform.manifest.streams), "every stream needs a kind"
    for stream, kind in case.facts["streams"].items():
        pages = case.read(stream, credentials=credentials)
        expected = case.platform.truth(kind)
        assert pages[-1].complete, stream
        assert expected, f"the imitation has no {kind}"
        assert ordered(case.found(pages, stream)) == ordered(expected), stream


def test_a_change_comes_with_the_next_increment(case: Case) -> None:
    credentials = case.credentials()
    first = case.read(credentials=credentials)
    case.platform.admin("POST", "advance", {"seconds": 90})
    case.platform.admin("POST", "records/change", {"kind": case.kind, "count": 2})
    pages = case.read(state=json.loads(json.dumps(first[-1].state)), credentials=credentials)
    before = set(ordered(case.found(first)))
    news = [one for one in ordered(case.found(pages)) if one not in before]
    assert len(news) == 2
    assert set(news) <= set(ordered(case.platform.truth(case.kind)))


def test_a_deleted_record_is_noticed(case: Case) -> None:
    if case.facts["deletion"] == "none":
        pytest.skip("this platform does not tell of deletions in this stream: its notes say so")
    credentials = case.credentials()
    first = case.read(credentials=credentials)
    case.platform.admin("POST", "advance", {"seconds": 90})
    case.platform.admin("POST", "records/delete", {"kind": case.kind, "count": 1})
    sweep = case.facts["deletion"] == "sweep"
    pages = case.read(state=None if sweep else json.loads(json.dumps(first[-1].state)), credentials=credentials)
    if sweep:
        assert pages[-1].sweep
        gone = {record.key for page in first for record in page.records if page.stream == case.stream} - {
            record.key for page in pages for record in page.records if page.stream == case.stream
        }
        assert len(gone) == 1
    else:
        assert len([r for page in pages for r in page.records if r.deleted]) == 1


@pytest.mark.parametrize("fault", ["rate_limit", "server_error", "truncated_json", "disconnect"])
def test_a_fault_that_passes_loses_nothing(case: Case, fault: str) -> None:
    case.platform.admin("POST", "faults", {"kind": fault, "path": case.facts["path"], "count": 1, "seconds": 3})
    pages = case.read()
    assert case.platform.admin("GET", "faults")["results"] == [], "the fault hit nothing"
    assert ordered(case.found(pages)) == ordered(case.platform.truth(case.facts["streams"][case.stream]))
    assert case.clock.slept


def test_an_ended_token_is_renewed_in_mid_run(case: Case) -> None:
    style = case.platform.imitation.oauth
    if style is None or style.lifetime_s is None:
        pytest.skip("no token of this platform ends")
    credentials = case.platform.credentials(case.platform.sign_in())
    old = credentials.access_token()
    case.platform.admin("POST", "tokens/expire")
    pages = case.read(credentials=credentials)
    assert pages[-1].complete
    assert credentials.access_token() != old


def test_a_grant_that_was_taken_back_asks_for_a_person(case: Case) -> None:
    if case.platform.imitation.oauth is None:
        pytest.skip("this platform has keys only")
    credentials = case.platform.credentials(case.platform.sign_in())
    case.platform.admin("POST", "tokens/revoke")
    with pytest.raises(ConnectorError) as caught:
        case.read(credentials=credentials)
    assert isinstance(caught.value, CredentialsRevoked) or caught.value.kind == "customer"


def test_a_wrong_key_asks_for_a_person(case: Case) -> None:
    if "secrets" not in case.facts:
        pytest.skip("this platform has no keys")
    wrong = StaticCredentials(dict.fromkeys(case.facts["secrets"], "wrong-" + "0" * 24))
    with pytest.raises(ConnectorError) as caught:
        case.read(credentials=wrong)
    assert caught.value.kind == "customer"


def test_a_web_page_instead_of_a_list_deletes_nothing(case: Case) -> None:
    case.platform.admin("POST", "faults", {"kind": "html_login", "path": case.facts["path"]})
    with pytest.raises(ConnectorError):
        case.read()


def test_the_live_check_names_the_account(case: Case) -> None:
    with case.reader() as reader:
        check = reader.check()
    assert check.ok, check.message
    assert check.account_id or check.account_label
