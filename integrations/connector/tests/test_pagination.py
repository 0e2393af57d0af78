"""Every page style, to its end and no further."""

from typing import Any

import pytest

from integrations.connector.errors import BadResponse, CursorLoop
from integrations.connector.tests.conftest import Open
from listbackup.testing.web_server import Answer, Asked

ITEMS = [{"id": f"r{number}"} for number in range(7)]
STREAM = "streams:\n  s:\n    request: {path: /s}\n    records: data\n    key: id\n    page: %s\n"


def keys(reader: Any, state: Any = None) -> list[list[str]]:
    return [[record.key for record in page.records] for page in reader.read("s", state)]


def test_cursor_in_the_body(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        at = int(asked.query.get("c", 0))
        return {"data": ITEMS[at : at + 3], "meta": {"next": at + 3 if at + 3 < 7 else None}}

    reader, _ = open_reader(answer, STREAM % "{kind: cursor, next: meta.next, param: c}")
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]


def test_cursor_in_a_header_put_into_the_body(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        at = int((asked.json() or {}).get("page", {}).get("from", 0))
        return Answer({"data": ITEMS[at : at + 4]}, headers={"X-Next": str(at + 4)} if at == 0 else {})

    text = STREAM % "{kind: cursor, from: header, header: X-Next, param: page.from, in: body}"
    reader, server = open_reader(answer, text.replace("{path: /s}", "{path: /s, method: POST, body: {a: 1}}"))
    assert keys(reader) == [["r0", "r1", "r2", "r3"], ["r4", "r5", "r6"]]
    assert [asked.json() for asked in server.asked] == [{"a": 1}, {"a": 1, "page": {"from": "4"}}]


def test_cursor_is_the_last_record(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        after = asked.query.get("starting_after")
        at = [item["id"] for item in ITEMS].index(after) + 1 if after else 0
        return {"data": ITEMS[at : at + 3], "has_more": at + 3 < 7}

    text = STREAM % "{kind: cursor, from: last_record, next: id, param: starting_after, more: has_more}"
    reader, server = open_reader(answer, text)
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]
    assert len(server.asked) == 3


def test_next_url_relative_and_absolute(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        if asked.query.get("p") == "3":
            return {"data": ITEMS[6:], "next": None}
        if asked.query.get("p") == "2":
            return {"data": ITEMS[3:6], "next": f"http://{asked.headers['host']}/s?p=3"}
        return {"data": ITEMS[:3], "next": "/s?p=2"}

    reader, server = open_reader(answer, STREAM % "{kind: next_url, next: next}")
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]
    assert all(asked.headers["authorization"] == "Bearer secret" for asked in server.asked)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "https://evil.example/s", "//evil.example/", "http://[/"]
)
def test_next_url_to_another_host_is_refused(open_reader: Open, url: str) -> None:
    reader, server = open_reader(lambda asked: {"data": ITEMS, "next": url}, STREAM % "{kind: next_url, next: next}")
    with pytest.raises(BadResponse):
        keys(reader)
    assert len(server.asked) == 1


def test_link_header(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        if asked.query.get("page") == "2":
            return {"data": ITEMS[4:]}
        link = f'<http://{asked.headers["host"]}/s?page=2>; rel="next", <http://x/>; rel="last"'
        return Answer({"data": ITEMS[:4]}, headers={"Link": link})

    reader, _ = open_reader(answer, STREAM % "{kind: link_header}")
    assert keys(reader) == [["r0", "r1", "r2", "r3"], ["r4", "r5", "r6"]]


def numbered(asked: Asked) -> Any:
    page, size = int(asked.query["page"]), int(asked.query["n"])
    return {"data": ITEMS[(page - 1) * size : page * size], "pages": 3}


def test_page_number_until_an_empty_page(open_reader: Open) -> None:
    reader, server = open_reader(numbered, STREAM % "{kind: number, param: page, size: 3, size_param: n}")
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"], []]
    assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("stop", ["stop: short", "pages: pages"])
def test_page_number_with_a_known_end(open_reader: Open, stop: str) -> None:
    reader, server = open_reader(numbered, STREAM % f"{{kind: number, param: page, size: 3, size_param: n, {stop}}}")
    assert keys(reader)[-1] == ["r6"]
    assert len(server.asked) == 3


def test_offset_until_the_total(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        at = int(asked.query["offset"])
        return {"data": ITEMS[at : at + 3], "total": "7"}

    reader, server = open_reader(answer, STREAM % "{kind: offset, param: offset, total: total}")
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]
    assert len(server.asked) == 3


def test_keyset_goes_on_behind_the_last_key(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        return {"data": [item for item in ITEMS if item["id"] > asked.query.get("after_id", "")][:3]}

    reader, _ = open_reader(answer, STREAM % "{kind: keyset, param: after_id, size: 3, stop: short}")
    assert keys(reader) == [["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]


def test_past_its_cap_a_walk_starts_again_behind_the_last_key(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        rest = [item for item in ITEMS if item["id"] > asked.query.get("gt", "")]
        at = int(asked.query.get("offset", 0))
        if at >= 4:
            return Answer({"message": "the cap is 4"}, status=400)
        return {"data": rest[at : at + 2], "total": len(rest)}

    text = STREAM % "{kind: offset, param: offset, total: total, cap: 4}"
    reader, _ = open_reader(answer, text.replace("{path: /s}", '{path: /s, query: {gt: "{last_key}"}}'))
    assert [key for page in keys(reader) for key in page] == [item["id"] for item in ITEMS]


def test_cursor_loop_of_two_is_noticed(open_reader: Open) -> None:
    def answer(asked: Asked) -> Any:
        return {"data": ITEMS[:2], "next": "B" if asked.query.get("c") == "A" else "A"}

    reader, server = open_reader(answer, STREAM % "{kind: cursor, next: next, param: c}")
    with pytest.raises(CursorLoop):
        keys(reader)
    assert len(server.asked) <= 4


def test_a_platform_that_ignores_the_page_number_is_noticed(open_reader: Open) -> None:
    reader, server = open_reader(lambda asked: {"data": ITEMS[:3]}, STREAM % "{kind: number, param: page}")
    with pytest.raises(CursorLoop):
        keys(reader)
    assert len(server.asked) == 2


def test_one_duplicated_page_under_a_new_cursor_is_read_on(open_reader: Open) -> None:
    pages = {"": ("a", ITEMS[:2]), "a": ("b", ITEMS[2:4]), "b": ("c", ITEMS[2:4]), "c": (None, ITEMS[4:])}

    def answer(asked: Asked) -> Any:
        following, data = pages[asked.query.get("c", "")]
        return {"data": data, "next": following}

    reader, _ = open_reader(answer, STREAM % "{kind: cursor, next: next, param: c}")
    assert keys(reader) == [["r0", "r1"], ["r2", "r3"], ["r2", "r3"], ["r4", "r5", "r6"]]
