"""Recorded answers of the real platforms, replayed to our reader; they lie beside the repository (`../shared/recordings`)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.limits import LocalLimiter
from integrations.connector.reader import Reader
from integrations.connector.records import Page, Record
from integrations.connector.registry import platforms
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Answer, Asked, serving

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings"


def needs_recordings(platform: str) -> pytest.MarkDecorator:
    """Skips where the recordings of a platform are not beside the repository."""
    missing = not (FOLDER / f"{platform}.jsonl").exists()
    return pytest.mark.skipif(missing, reason=f"the recorded answers of {platform} are not in ../shared/recordings")


def recorded(platform: str) -> list[dict[str, Any]]:
    """All recorded exchanges of a platform: method, path, params, status, headers, body; none where there is no file."""
    file = FOLDER / f"{platform}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def replay(
    platform: str,
    answer: Mapping[str, Any],
    stream: str,
    *,
    host: str,
    path: str,
    empty: Any,
    secrets: Mapping[str, str],
    config: Mapping[str, Any] | None = None,
    children: Sequence[str] = (),
) -> list[Page]:
    """The pages that a full pass of `stream` makes of one recorded list: it is the answer to the first request of `path`,
    all others get `empty`."""
    body = json.dumps(answer["body"]).encode()
    told = False

    def handler(asked: Asked) -> Any:
        nonlocal told
        if asked.path != path or told:
            return empty
        told = True
        return Answer(body, status=answer["status"], headers={"Content-Type": "application/json"})

    with serving(handler) as server:
        reader = Reader(
            platforms()[platform],
            credentials=StaticCredentials(secrets),
            config=config or {},
            http=HttpSettings(platform_hosts={host: server.url}),
            limiter=LocalLimiter(sleep=lambda seconds: None),
            limit_scope="test",
            sleep=lambda seconds: None,
        )
        with reader:
            pages = list(reader.read(stream, children=children))
    assert told, f"{stream} did not ask for {path}"
    return pages


def records_in(pages: Sequence[Page], stream: str) -> list[Record]:
    """The records of one stream."""
    return [record for page in pages if page.stream == stream for record in page.records]


def assert_as_recorded(records: Sequence[Record], expected: Sequence[Mapping[str, Any]]) -> None:
    """The records are the recorded ones, value by value, under their ids and in their order."""
    assert [json.loads(record.raw) for record in records] == list(expected)
    assert [record.key for record in records] == [str(one["id"]) for one in expected]
