"""The standard list of tests: every platform with `fixtures/standard.yaml` passes through it by having the file."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import (
    AuthExpired,
    AuthRefused,
    BadResponse,
    CursorLoop,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from integrations.connector.limits import LocalLimiter
from integrations.connector.manifest import load_manifest
from integrations.connector.model import Manifest
from integrations.connector.reader import Reader
from integrations.connector.records import Page
from integrations.connector.registry import FOLDER
from listbackup.core.http.client import HttpSettings
from listbackup.testing.waiting import Clock
from listbackup.testing.web_server import Answer, Asked, WebServer, serving

FIXTURES = sorted(FOLDER.glob("*/fixtures/standard.yaml"))
Handler = Callable[[Asked], Any]


class Platform:
    """One platform's manifest, imitated by its fixtures."""

    def __init__(self, file: Path) -> None:
        self.facts: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.folder = file.parent.parent
        self.stream: str = self.facts["stream"]

    def manifest(self) -> Manifest:
        return load_manifest((self.folder / "manifest.yaml").read_text(encoding="utf-8"))

    def answer(self, asked: Asked) -> Any:
        """The fixture that fits best: method, path and the most query parameters."""
        listed = self.facts["list"]
        routes = [*self.facts["others"], *({**listed, **page} for page in self.facts["pages"])]
        fitting = [
            route
            for route in routes
            if route["path"] == asked.path
            and route.get("method", "GET") == asked.method
            and all(asked.query.get(name) == value for name, value in route.get("query", {}).items())
        ]
        if not fitting:
            return Answer({"message": f"no fixture for {asked.method} {asked.path}"}, status=404)
        return max(fitting, key=lambda route: len(route.get("query", {})))["body"]

    def is_list(self, asked: Asked) -> bool:
        listed = self.facts["list"]
        archived = any(
            route["path"] == asked.path and all(asked.query.get(n) == v for n, v in route["query"].items())
            for route in self.facts["others"]
            if route.get("query")
        )
        return asked.path == listed["path"] and asked.method == listed["method"] and not archived


@pytest.fixture(params=FIXTURES, ids=[file.parent.parent.name for file in FIXTURES])
def platform(request: pytest.FixtureRequest) -> Platform:
    return Platform(request.param)


def open_reader(platform: Platform, server: WebServer, clock: Clock, credentials: Any = None) -> Reader:
    manifest = platform.manifest()
    host = manifest.base_url.split("//")[1].split("/")[0]
    return Reader(
        manifest,
        credentials=credentials or StaticCredentials(platform.facts["secrets"]),
        config=platform.facts.get("config", {}),
        http=HttpSettings(platform_hosts={host: server.url}),
        limiter=LocalLimiter(clock=clock, sleep=clock.sleep),
        limit_scope="test",
        sleep=clock.sleep,
    )


def read(
    platform: Platform, handler: Handler, state: Any = None, **options: Any
) -> tuple[list[Page], WebServer, Clock]:
    clock = options.pop("clock", None) or Clock()
    with serving(handler) as server, open_reader(platform, server, clock, **options) as reader:
        return list(reader.read(platform.stream, state, children=())), server, clock


def test_manifest_is_valid_and_named_as_its_folder(platform: Platform) -> None:
    assert platform.manifest().key == platform.folder.name
    assert platform.stream in platform.manifest().streams


def test_pages_are_read_to_the_last_one(platform: Platform) -> None:
    pages, _, _ = read(platform, platform.answer)
    live = [[record.key for record in page.records if not record.deleted] for page in pages]
    assert [keys for keys in live if keys] == platform.facts["keys"]
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].state.get("cursor") == platform.facts["cursor"]


def test_raw_records_are_the_bytes_received(platform: Platform) -> None:
    sent: list[bytes] = []

    def answer(asked: Asked) -> Any:
        body = json.dumps(platform.answer(asked), ensure_ascii=True, separators=(" , ", " : ")).encode()
        sent.append(body)
        return Answer(body, headers={"Content-Type": "application/json"})

    pages, _, _ = read(platform, answer)
    whole = b"\n".join(sent)
    raws = [record.raw for page in pages for record in page.records]
    assert raws
    assert all(raw in whole for raw in raws)


def test_an_empty_list_is_a_whole_pass_without_records(platform: Platform) -> None:
    pages, _, _ = read(platform, lambda asked: platform.facts["empty"])
    assert [page.records for page in pages] == [[]] * len(pages)
    assert pages[-1].complete


def test_a_repeated_token_ends_as_cursor_loop(platform: Platform) -> None:
    count = 0

    def answer(asked: Asked) -> Any:
        nonlocal count
        if not platform.is_list(asked):
            return platform.answer(asked)
        count += 1
        return platform.facts["repeated"]

    with pytest.raises(CursorLoop) as caught:
        read(platform, answer)
    assert (caught.value.code, caught.value.stream, count) == ("cursor.loop", platform.stream, 2)


class Renewable:
    """An OAuth grant whose token ended."""

    def __init__(self, good: str = "new") -> None:
        self.secrets = {"access_token": "old", "refresh_token": "r"}
        self.good = good
        self.asked: list[str] = []

    def access_token(self) -> str:
        return self.secrets["access_token"]

    def refresh(self, stale: str) -> str:
        self.asked.append(stale)
        self.secrets["access_token"] = self.good
        return self.good


def guarded(platform: Platform) -> Handler:
    def answer(asked: Asked) -> Any:
        if asked.headers.get("authorization") != "Bearer new":
            return Answer({"message": "expired"}, status=401)
        return platform.answer(asked)

    return answer


def test_an_expired_token_is_renewed_once(platform: Platform) -> None:
    if "oauth2" not in platform.manifest().auth_kinds:
        with pytest.raises(AuthRefused):
            read(platform, guarded(platform))
        return
    credentials = Renewable()
    pages, _, _ = read(platform, guarded(platform), credentials=credentials)
    assert credentials.asked == ["old"]
    assert pages[-1].complete


def test_a_token_refused_after_renewal_asks_for_a_person(platform: Platform) -> None:
    if "oauth2" not in platform.manifest().auth_kinds:
        with pytest.raises(AuthRefused):
            read(platform, guarded(platform))
        return
    credentials = Renewable(good="bad")
    with pytest.raises(AuthExpired) as caught:
        read(platform, guarded(platform), credentials=credentials)
    assert (caught.value.kind, len(credentials.asked)) == ("customer", 1)


def once(platform: Platform, first: Answer) -> Handler:
    """Fails the first list request."""
    done = False

    def answer(asked: Asked) -> Any:
        nonlocal done
        if platform.is_list(asked) and not done:
            done = True
            return first
        return platform.answer(asked)

    return answer


def test_429_with_retry_after_waits_that_long(platform: Platform) -> None:
    limited = Answer({"message": "slow"}, status=429, headers={"Retry-After": "7"})
    pages, _, clock = read(platform, once(platform, limited))
    assert pages[-1].complete
    assert sum(clock.slept) == pytest.approx(7, abs=1)


def test_429_without_retry_after_waits_the_platforms_default(platform: Platform) -> None:
    wait = platform.manifest().limits.default_wait_s
    longest = platform.manifest().retries.longest_wait_s
    assert wait <= longest
    pages, _, clock = read(platform, once(platform, Answer({"message": "slow"}, status=429)))
    assert pages[-1].complete
    assert sum(clock.slept) == pytest.approx(wait, abs=1)


@pytest.mark.parametrize("junk", ["-1", "soon", ""])
def test_429_with_junk_in_retry_after_counts_as_without(platform: Platform, junk: str) -> None:
    limited = Answer({"message": "slow"}, status=429, headers={"Retry-After": junk})
    _, _, clock = read(platform, once(platform, limited))
    assert sum(clock.slept) == pytest.approx(platform.manifest().limits.default_wait_s, abs=1)


def test_a_long_wait_ends_the_run_with_a_time_instead_of_sleeping(platform: Platform) -> None:
    clock = Clock()
    limited = Answer({"message": "slow"}, status=429, headers={"Retry-After": "86400"})
    before = dt.datetime.now(dt.UTC)
    with pytest.raises(QuotaExhausted) as caught:
        read(platform, once(platform, limited), clock=clock)
    assert caught.value.kind == "wait"
    assert caught.value.retry_at is not None
    assert caught.value.retry_at - before > dt.timedelta(hours=23)
    assert sum(clock.slept) < 1


def test_429_for_ever_ends_with_a_time(platform: Platform) -> None:
    with pytest.raises(RateLimited) as caught:
        read(platform, lambda asked: Answer({"message": "slow"}, status=429))
    assert (caught.value.kind, caught.value.retry_at is not None) == ("wait", True)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_5xx_is_tried_again(platform: Platform, status: int) -> None:
    pages, _, clock = read(platform, once(platform, Answer({"message": "oops"}, status=status)))
    assert pages[-1].complete
    assert 0 < sum(clock.slept) < 5


def test_5xx_for_ever_is_the_platforms_fault(platform: Platform) -> None:
    with pytest.raises(Unavailable) as caught:
        read(platform, lambda asked: Answer({"message": "oops"}, status=503))
    assert (caught.value.kind, caught.value.code) == ("platform", "platform.unavailable")


def test_a_truncated_answer_is_asked_for_again(platform: Platform) -> None:
    pages, _, _ = read(platform, once(platform, Answer({"results": [1, 2, 3]}, cut=9)))
    assert pages[-1].complete


def test_a_web_page_is_not_taken_for_an_empty_list(platform: Platform) -> None:
    login = Answer(b"<html>Sign in</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(BadResponse) as caught:
        read(platform, lambda asked: login)
    assert caught.value.code == "response.not_json"


def test_deletions_are_found(platform: Platform) -> None:
    if not platform.facts["deleted"]:
        assert platform.manifest().streams[platform.stream].deletions.sweep
        return
    pages, _, _ = read(platform, platform.answer)
    deleted = [record.key for page in pages for record in page.records if record.deleted]
    assert deleted == platform.facts["deleted"]


def checkpoints(platform: Platform) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Every checkpoint with the keys that come after it."""
    pages, _, _ = read(platform, platform.answer)
    keys = [[record.key for record in page.records] for page in pages]
    for index, page in enumerate(pages[:-1]):
        yield page.state, [key for later in keys[index + 1 :] for key in later]


def test_reading_goes_on_behind_every_checkpoint(platform: Platform) -> None:
    whole, _, _ = read(platform, platform.answer)
    for state, expected in checkpoints(platform):
        pages, _, _ = read(platform, platform.answer, state=json.loads(json.dumps(state)))
        assert [record.key for page in pages for record in page.records] == expected
        assert pages[-1].state.get("cursor") == whole[-1].state.get("cursor")
