"""Daily quotas end a run with the time of the next day; buckets of several kinds on one request."""

import datetime as dt
import itertools
from typing import Any

import pytest

from integrations.connector import quotas
from integrations.connector.errors import QuotaExhausted
from integrations.connector.limits import LocalLimiter
from integrations.connector.quotas import app_scope
from integrations.connector.tests.conftest import Open
from listbackup.testing.web_server import Answer, Asked

NOW = dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC)
STREAM = """
streams:
  things:
    request: {path: /things}
    records: data
    key: id
    page: {kind: number, param: page}
"""
PAGES = 20


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "now", lambda: NOW)


def things(asked: Asked) -> Any:
    page = int(asked.query.get("page", 1))
    return {"data": [{"id": page}] if page <= PAGES else []}


def read(reader: Any) -> int:
    return sum(len(page.records) for page in reader.read("things"))


@pytest.mark.parametrize(
    ("quota", "share", "asked"), [("{requests: 10}", 100, 10), ("{requests: 10}", 50, 5), ("{requests: 10}", 1, 0)]
)
def test_a_share_of_the_day_is_used_then_the_run_waits_for_midnight(
    open_reader: Open, quota: str, share: int, asked: int
) -> None:
    reader, server = open_reader(things, f"limits: {{quotas: {{day: {quota}}}}}\n{STREAM}", quota_share=share)
    with pytest.raises(QuotaExhausted) as caught:
        read(reader)
    assert len(server.asked) == asked
    assert caught.value.retry_at == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert (f"{share} %" in caught.value.message) is (share < 100)


def test_midnight_is_that_of_the_quotas_zone(open_reader: Open) -> None:
    text = "limits: {quotas: {day: {requests: 1, zone: America/New_York}}}\n"
    with pytest.raises(QuotaExhausted) as caught:
        read(open_reader(things, text + STREAM)[0])
    assert caught.value.retry_at == dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)


def test_headers_tell_the_quota_and_what_others_used(open_reader: Open) -> None:
    left = itertools.count(400, -100)

    def answer(asked: Asked) -> Answer:
        return Answer(things(asked), headers={"X-Day": "1000", "X-Day-Left": str(next(left))})

    text = "limits: {quotas: {day: {limit_header: X-Day, remaining_header: X-Day-Left}}}\n"
    reader, server = open_reader(answer, text + STREAM, quota_share=80)
    with pytest.raises(QuotaExhausted, match="80 % of Demo's quota of 1,000"):
        read(reader)
    assert len(server.asked) == 3  # 400, 300, 200 left: 800 are used


@pytest.mark.parametrize("junk", ["", "-1", "1e9", "999999999999999", "١٢", "10, 20"])
def test_headers_that_are_no_numbers_are_not_believed(open_reader: Open, junk: str) -> None:
    text = "limits: {quotas: {day: {limit_header: X-Day, remaining_header: X-Day-Left}}}\n"
    headers = {"X-Day": junk.encode().decode("latin-1"), "X-Day-Left": "0"}
    assert read(open_reader(lambda asked: Answer(things(asked), headers=headers), text + STREAM)[0]) == PAGES


def test_an_applications_quota_then_all_its_accounts_count_together_and_nobody_elses(open_reader: Open) -> None:
    limiter = LocalLimiter(sleep=lambda seconds: None)
    text = "limits: {quotas: {day: {requests: 30, app: true}}}\n" + STREAM

    def reader(scope: str) -> Any:
        return open_reader(things, text, limiter=limiter, limit_scope=scope)[0]

    assert read(reader("keapish:one")) == PAGES  # 21 requests
    with pytest.raises(QuotaExhausted, match="whole of"):
        read(reader("keapish:two"))
    assert read(reader("custom:1:one")) == PAGES
    assert read(reader("custom:2:one")) == PAGES
    assert app_scope("custom:1:a:b") == "app:custom:1" and app_scope("keapish:a:b") == "app:keapish"


def test_several_buckets_on_one_request_and_more_headers_to_learn_from(open_reader: Open) -> None:
    waits: list[float] = []
    text = """
limits:
  buckets: {default: [{requests: 1000, per_s: 1}], search: [{requests: 1, per_s: 7}]}
  app_buckets: [search]
  learn: [{bucket: search, remaining_header: X-Left, reset_header: X-Reset, reset_as: milliseconds}]
""" + STREAM.replace("path: /things", "path: /things, bucket: [default, search]")
    limiter = LocalLimiter(clock=lambda: 0.0, sleep=lambda seconds: None)

    def answer(asked: Asked) -> Answer:
        return Answer({"data": []}, headers={"X-Left": "0", "X-Reset": "60000"})

    options = {"limiter": limiter, "on_wait": lambda seconds, reason: waits.append(seconds)}
    read(open_reader(answer, text, limit_scope="demo:one", **options)[0])
    assert waits == []
    read(open_reader(answer, text, limit_scope="demo:two", **options)[0])  # another account, the same application
    assert waits == [60.0]


def test_cursors_that_are_addresses_lists_or_pairs_travel_as_the_platform_wants(open_reader: Open) -> None:
    """Keap sends an address for a token; GoHighLevel a list of the last record, and two parameters that belong together."""
    head = "streams:\n  things: {request: %s, records: data, key: id, page: %s}\n"
    get, post = "{path: /t}", "{method: POST, path: /t, body: {limit: 1}}"

    def walk(request: str, page: str, reply: Any) -> Asked:
        replies = iter([{"data": [{"id": 1, "sort": [5, "x"]}], **reply}, {"data": []}])
        reader, server = open_reader(lambda asked: next(replies), head % (request, page))
        read(reader)
        return server.asked[1]

    seen = walk(
        get, "{kind: cursor, next: token, param: page_token, from_url: true}",
        {"token": "https://evil.test/x?page_size=1&page_token=91&fields=no"},
    )  # fmt: skip
    assert (seen.path, seen.query) == ("/t", {"page_token": "91"})
    seen = walk(get, "{kind: cursor, next: token, param: page_token, from_url: true}", {"token": "opaque"})
    assert seen.query == {"page_token": "opaque"}
    page = "{kind: cursor, from: last_record, next: sort, param: searchAfter, in: body, more: more}"
    assert walk(post, page, {"more": True}).json() == {"limit": 1, "searchAfter": [5, "x"]}
    page = "{kind: cursor, next: meta.after, param: startAfter, also: {startAfterId: meta.afterId}}"
    seen = walk(get, page, {"meta": {"after": 7, "afterId": "abc"}})
    assert seen.query == {"startAfter": "7", "startAfterId": "abc"}


@pytest.mark.parametrize(
    "body", [b"Quota exceeded, call support", b"<html>Quota exceeded</html>", b'{"m": "Quota exceeded"}']
)
def test_errors_in_plain_text_or_html_fit_rules_too(open_reader: Open, body: bytes) -> None:
    text = "errors: [{status: 400, path: ., contains: quota exceeded, do: wait, wait_s: 7200}]\n" + STREAM
    with pytest.raises(QuotaExhausted):
        read(open_reader(lambda asked: Answer(body, status=400), text)[0])
