"""Increments, hostile answers, sign-in, limits of a run."""

import json
import threading
from typing import Any

import pytest

from integrations.connector.auth import StaticCredentials
from integrations.connector.errors import AuthRefused, BadResponse, Cancelled, ConnectorError
from integrations.connector.tests.conftest import HEAD, Open
from listbackup.core.http.client import HttpSettings
from listbackup.testing.web_server import Answer, Asked

PLAIN = "streams:\n  s: {request: {path: /s}, records: data, key: id, cursor: t, deletions: {flag: gone}}\n"
FILTER = """\
streams:
  s:
    request: {path: /s}
    records: data
    key: id
    cursor: t
    incremental:
      format: %s
      inclusive: %s
      look_back_s: %s
      request: {path: /s, query: {since: "{since}"}}
"""


def raw(body: bytes) -> Any:
    return Answer(body, headers={"Content-Type": "application/json"})


def only(reader: Any, state: Any = None) -> Any:
    pages = list(reader.read("s", state))
    assert len(pages) == 1
    return pages[0]


@pytest.mark.parametrize(
    ("rule", "cursor", "asked_for"),
    [
        (("rfc3339", "true", 0), "2026-03-01T10:00:00.700Z", "2026-03-01T10:00:00Z"),
        (("rfc3339_ms", "false", 0), "2026-03-01T10:00:00.000Z", "2026-03-01T09:59:59.999Z"),
        (("epoch_ms", "true", 60), "2026-03-01T10:00:00.000Z", "1772359140000"),
        (("epoch_s", "false", 0), "1772359200", "1772359199"),
        (("date", "true", 0), "2026-03-01T10:00:00+02:00", "2026-03-01"),
        (("integer", "false", 0), "41", "40"),
        (("epoch_ms", "true", 10**12), "2026-03-01T10:00:00Z", "1000"),
    ],
)
def test_increment_asks_in_the_platforms_format(open_reader: Open, rule: Any, cursor: str, asked_for: str) -> None:
    reader, server = open_reader(lambda asked: {"data": []}, FILTER % rule)
    only(reader, {"cursor": cursor})
    assert server.asked[0].query == {"since": asked_for}


def test_first_run_reads_all_and_its_cursor_is_the_highest_seen(open_reader: Open) -> None:
    data = [{"id": 1, "t": "2026-01-02T00:00:00Z"}, {"id": 2, "t": "2026-01-02T00:00:00.5Z"}, {"id": 3, "t": "junk"}]
    reader, server = open_reader(lambda asked: {"data": data}, FILTER % ("epoch_ms", "true", 0))
    page = only(reader)
    assert server.asked[0].query == {}
    assert page.state == {"cursor": "2026-01-02T00:00:00.500Z"}
    assert [record.key for record in page.records] == ["1", "2", "3"]


def test_cursor_never_passes_the_runs_start(open_reader: Open) -> None:
    data = [{"id": 1, "t": "2999-01-01T00:00:00Z"}]
    reader, _ = open_reader(lambda asked: {"data": data}, FILTER % ("epoch_ms", "true", 0))
    assert only(reader).state["cursor"] < "2990"


def test_windows_split_a_long_increment_and_resume(open_reader: Open) -> None:
    text = """\
streams:
  s:
    request: {path: /s, query: {from: "{since}", to: "{until}"}}
    records: data
    key: id
    cursor: t
    incremental: {format: rfc3339, window_s: 86400, start: "2026-01-01T00:00:00Z", horizon_s: 0}
"""

    def answer(asked: Asked) -> Any:
        return {"data": [{"id": asked.query["from"], "t": asked.query["from"]}]}

    reader, server = open_reader(answer, text)
    pages = []
    for page in reader.read("s"):
        pages.append(page)
        if len(pages) == 3:
            break
    assert [asked.query for asked in server.asked[:2]] == [
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"},
    ]
    resumed = next(reader.read("s", json.loads(json.dumps(pages[1].state))))
    assert resumed.records[0].key == "2026-01-03T00:00:00Z"


def test_a_due_sweep_reads_everything_again(open_reader: Open) -> None:
    text = FILTER % ("epoch_ms", "true", 0) + "    deletions: {sweep: true, sweep_every_h: 24}\n"
    reader, server = open_reader(lambda asked: {"data": []}, text)
    page = only(reader, {"cursor": "2026-01-01T00:00:00Z", "swept_at": "2020-01-01T00:00:00Z"})
    assert (page.sweep, server.asked[0].query) == (True, {})
    page = only(reader, {**page.state, "cursor": "2026-01-01T00:00:00Z"})
    assert (page.sweep, set(server.asked[1].query)) == (False, {"since"})


def test_hostile_text_comes_out_byte_for_byte(open_reader: Open) -> None:
    items = [
        rb'{"id":"1","t":"x","v":"\u0000 \ud800 \udfff\ud800"}',
        '{"id" : "2", "v":"🦊\u202e../CON. ","n":1e999,"big":123456789012345678901234567890 }'.encode(),
        rb'{"id":"3","v":"\\ud800 \uD83E\uDD8A","gone":true}',
        b'{"id":4,"v":' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"id":"5","v":"' + b"x" * 3_000_000 + b'"}',
    ]
    body = b'{"data":[ ' + b" ,\n".join(items) + b" ]}"
    reader, _ = open_reader(lambda asked: raw(body), PLAIN)
    page = only(reader)
    assert [record.raw for record in page.records] == items
    assert [record.key for record in page.records] == ["1", "2", "3", "4", "5"]
    assert [record.deleted for record in page.records] == [False, False, True, False, False]
    assert page.bytes_in == len(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"data": [{"id": 1}', "response.truncated"),
        (b"nope", "response.not_json"),
        (b'{"items": []}', "response.shape"),
        (b'{"data": {"id": 1}}', "response.shape"),
        (b'{"data": [{"name": 1}]}', "response.shape"),
        (b'{"data": [{"id": {}}]}', "response.shape"),
        (b'{"data": [7]}', "response.shape"),
        (b'{"data": [{"id": 1, "v": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "response.shape"),
        (b'"data"', "response.shape"),
    ],
)
def test_broken_answers_are_named(open_reader: Open, body: bytes, code: str) -> None:
    reader, _ = open_reader(lambda asked: raw(body), PLAIN)
    with pytest.raises(BadResponse) as caught:
        only(reader)
    assert (caught.value.code, caught.value.stream) == (code, "s")


def test_a_field_that_changed_its_shape_loses_its_cursor_not_its_record(open_reader: Open) -> None:
    text = PLAIN.replace("cursor: t", "cursor: p.t")
    reader, _ = open_reader(lambda asked: {"data": [{"id": 1, "p": ["x"]}, {"id": 2, "p": None}, {"id": 3}]}, text)
    assert [(record.key, record.cursor) for record in only(reader).records] == [("1", None), ("2", None), ("3", None)]


def test_too_large_an_answer_is_refused(open_reader: Open) -> None:
    http = HttpSettings(allowed_private_hosts=frozenset({"127.0.0.1"}), max_response_bytes=1000)
    reader, _ = open_reader(lambda asked: {"data": [{"id": 1, "v": "x" * 2000}]}, PLAIN, http=http)
    with pytest.raises(BadResponse) as caught:
        only(reader)
    assert caught.value.code == "response.too_large"


def test_a_redirect_is_not_followed(open_reader: Open) -> None:
    away = Answer(b"", status=302, headers={"Location": "http://169.254.169.254/"})
    reader, server = open_reader(lambda asked: away, PLAIN)
    with pytest.raises(BadResponse) as caught:
        only(reader)
    assert (caught.value.code, len(server.asked)) == ("response.redirect", 1)


@pytest.mark.parametrize(
    ("auth", "secrets", "header", "query"),
    [
        ("{kind: bearer, secret: token}", {"token": "t0k"}, ("authorization", "Bearer t0k"), {}),
        ("{kind: api_key, name: X-Key, secret: k, prefix: 'Key '}", {"k": "abc"}, ("x-key", "Key abc"), {}),
        ("{kind: api_key, in: query, name: key, secret: k}", {"k": "a b&c"}, None, {"key": "a b&c"}),
        ("{kind: basic, username: u, password: p}", {"u": "me", "p": "é"}, ("authorization", "Basic bWU6w6k="), {}),
        ("{kind: none}", {}, None, {}),
    ],
)
def test_requests_are_signed(open_reader: Open, auth: str, secrets: Any, header: Any, query: Any) -> None:
    head = HEAD.replace("[{{kind: bearer, secret: token}}]", "[" + auth.replace("{", "{{").replace("}", "}}") + "]")
    reader, server = open_reader(lambda asked: {"data": []}, PLAIN, head=head, credentials=StaticCredentials(secrets))
    only(reader)
    assert server.asked[0].query == query
    if header:
        assert server.asked[0].headers[header[0]] == header[1]


def test_client_credentials_fetch_their_own_token(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/token":
            assert asked.headers["authorization"].startswith("Basic ")
            assert asked.body == b"grant_type=client_credentials&scope=read"
            return {"access_token": "fresh", "expires_in": 3600}
        if asked.headers["authorization"] != "Bearer fresh":
            return Answer({}, status=401)
        return {"data": [{"id": 1}]}

    auth = "[{{kind: client_credentials, token_url: '{url}/token', scopes: [read], client_auth: basic}}]"
    head = HEAD.replace("[{{kind: bearer, secret: token}}]", auth)
    secrets = StaticCredentials({"client_id": "me", "client_secret": "s"})
    reader, _ = open_reader(answer, PLAIN, head=head, credentials=secrets)
    assert [record.key for record in only(reader).records] == ["1"]


def test_a_refused_key_is_the_customers_to_mend(open_reader: Open) -> None:
    reader, _ = open_reader(lambda asked: Answer({"message": "bad key sk_live_1234567890"}, status=401), PLAIN)
    with pytest.raises(AuthRefused) as caught:
        only(reader)
    assert caught.value.kind == "customer"
    assert "1234567890" not in caught.value.message
    assert reader.check().ok is False


def test_a_cancelled_run_sends_nothing_more(open_reader: Open) -> None:
    reader, server = open_reader(lambda asked: {"data": []}, PLAIN, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        only(reader)
    assert server.asked == []


def test_error_rules_of_the_manifest_come_first(open_reader: Open) -> None:
    rules = "errors: [{status: 200, path: ok, equals: 'False', do: fail, message: it said no}]\n"
    reader, _ = open_reader(lambda asked: {"ok": False, "data": []}, rules + PLAIN)
    with pytest.raises(ConnectorError, match="it said no"):
        only(reader)


def test_streams_are_read_by_several_threads_at_once(open_reader: Open) -> None:
    barrier = threading.Barrier(4)

    def answer(asked: Asked) -> Any:
        if "after" not in asked.query:
            barrier.wait(5)  # passes only when all four are asking together
        at = int(asked.query.get("after", 0))
        return {"data": [{"id": f"{asked.path}{at}"}], "next": at + 1 if at < 20 else None}

    streams = "".join(
        f"  s{n}: {{request: {{path: /{n}}}, records: data, key: id, page: {{kind: cursor, next: next, param: after}}}}\n"
        for n in range(4)
    )
    reader, _ = open_reader(answer, "streams:\n" + streams)
    found: dict[int, list[str]] = {}

    def run(number: int) -> None:
        found[number] = [record.key for page in reader.read(f"s{number}") for record in page.records]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == {n: [f"/{n}{at}" for at in range(21)] for n in range(4)}


def test_unknown_stream_is_named(open_reader: Open) -> None:
    reader, _ = open_reader(lambda asked: {}, PLAIN)
    with pytest.raises(ConnectorError) as caught:
        reader.read("nope")
    assert caught.value.code == "stream.unknown"


def test_children_of_each_parent_are_keyed_with_it(open_reader: Open) -> None:
    text = PLAIN + (
        "  notes: {request: {path: '/s/{parent.id}/notes'}, records: data, key: ['{parent.id}', id],"
        " parent: {stream: s, mode: each}}\n"
    )

    def answer(asked: Asked) -> Any:
        if asked.path == "/s":
            return {"data": [{"id": "a/../b"}, {"id": "c"}]}
        return {"data": [{"id": 1}]} if "notes" in asked.path else Answer({}, status=404)

    reader, server = open_reader(answer, text)
    pages = list(reader.read("s"))
    assert [(page.stream, [record.key for record in page.records]) for page in pages] == [
        ("notes", ['["a/../b","1"]']),
        ("notes", ['["c","1"]']),
        ("s", ["a/../b", "c"]),
    ]
    assert [asked.path for asked in server.asked] == ["/s", "/s/a%2F..%2Fb/notes", "/s/c/notes"]
    alone = list(reader.read("notes"))
    assert [[record.key for record in page.records] for page in alone] == [['["a/../b","1"]'], ['["c","1"]'], []]
    assert alone[-1].complete
