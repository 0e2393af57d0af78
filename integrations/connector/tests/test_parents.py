"""Children read parent by parent: where a cut run goes on, and what a refusal means."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations.connector.errors import ScopeMissing
from integrations.connector.reader import Reader
from listbackup.testing.web_server import Answer, Asked, WebServer

Open = Callable[..., tuple[Reader, WebServer]]
BOARDS = """
streams:
  boards:
    request: {path: /boards}
    key: id
    page: {kind: cursor, from: last_record, next: id, param: after, size: 2, size_param: limit}
  cards:
    request: {path: "/boards/{parent.id}/cards"}
    key: ["{parent.id}", id]
    page: {kind: offset, param: skip, size: 2, stop: short}
    parent: {stream: boards}
    deletions: {sweep: true}
"""
COLOURS = """
streams:
  shades:
    request: {path: "/{parent.value}"}
    key: ["{parent.value}", id]
    page: {kind: offset, param: skip, size: 2, stop: short}
    parent: {values: [red, green, blue]}
    deletions: {sweep: true}
"""
ENTRIES = """
streams:
  entries:
    request: {path: "/{parent.value}"}
    key: ["{parent.value}", id]
    cursor: at
    incremental: {style: newest_first, format: integer}
    parent: {values: [open, closed]}
"""


class Boards:
    """Cards by board, in pages of two."""

    def __init__(self) -> None:
        self.cards = {"a": 3, "b": 5, "c": 1, "d": 4}

    def __call__(self, asked: Asked) -> Any:
        if asked.path == "/boards":
            names = [name for name in self.cards if name > asked.query.get("after", "")]
            return [{"id": name} for name in names[:2]]
        name = asked.path.split("/")[2] if asked.path.startswith("/boards") else asked.path[1:]
        if name not in self.cards:
            return Answer({"message": "gone"}, status=404)
        skip = int(asked.query.get("skip", 0))
        return [{"id": number} for number in range(self.cards[name])][skip : skip + 2]


def keys(pages: Any) -> list[str]:
    return [record.key for page in pages for record in page.records]


def all_keys(boards: Boards) -> list[str]:
    return [
        json.dumps([name, str(n)], separators=(",", ":")) for name, count in boards.cards.items() for n in range(count)
    ]


def test_cards_of_every_board_then_each_once(open_reader: Open) -> None:
    boards = Boards()
    reader, _ = open_reader(boards, BOARDS)
    assert keys(reader.read("cards")) == all_keys(boards)


@pytest.mark.parametrize(("text", "stream"), [(BOARDS, "cards"), (COLOURS, "shades")])
def test_every_checkpoint_then_exactly_the_rest(open_reader: Open, text: str, stream: str) -> None:
    boards = Boards()
    if stream == "shades":
        boards.cards = {"red": 3, "green": 5, "blue": 4}
    reader, _ = open_reader(boards, text)
    pages = list(reader.read(stream))
    for index, page in enumerate(pages[:-1]):
        rest = reader.read(stream, json.loads(json.dumps(page.state)))
        assert keys(rest) == keys(pages[index + 1 :])


def test_a_board_gone_while_it_was_read_then_the_next_is_read_from_its_start(open_reader: Open) -> None:
    boards = Boards()
    reader, _ = open_reader(boards, BOARDS)
    cut = next(page for page in reader.read("cards") if keys([page]) == ['["b","2"]', '["b","3"]'])
    del boards.cards["b"]
    rest = keys(reader.read("cards", cut.state))
    assert [key for key in all_keys(boards) if key[2] in "cd"] == rest


def test_a_refused_part_then_nothing_counts_as_deleted(open_reader: Open) -> None:
    boards = Boards()
    boards.cards = {"red": 1, "blue": 1}

    def answer(asked: Asked) -> Any:
        return Answer({"message": "no"}, status=403) if asked.path == "/green" else boards(asked)

    reader, _ = open_reader(answer, COLOURS)
    pages = list(reader.read("shades"))
    assert keys(pages) == ['["red","0"]', '["blue","0"]']
    assert (pages[-1].complete, pages[-1].sweep) == (True, False)


def test_all_parts_refused_then_the_stream_is(open_reader: Open) -> None:
    reader, _ = open_reader(lambda asked: Answer({"message": "no"}, status=403), COLOURS)
    with pytest.raises(ScopeMissing):
        list(reader.read("shades"))


def test_a_refused_part_then_the_cursor_does_not_pass_it(open_reader: Open) -> None:
    refused = {"/closed"}

    def answer(asked: Asked) -> Any:
        if asked.path in refused:
            return Answer({"message": "no"}, status=403)
        return [{"id": 1, "at": 50 if asked.path == "/open" else 40}]

    reader, _ = open_reader(answer, ENTRIES)
    first = list(reader.read("entries"))
    assert keys(first) == ['["open","1"]']
    refused.clear()
    second = list(reader.read("entries", first[-1].state))
    assert keys(second) == ['["open","1"]', '["closed","1"]']
    assert second[-1].state["cursor"] == "50"


COMMENTS = (
    BOARDS
    + """
  comments:
    request: {path: "/boards/{parent.board}/cards/{parent.id}/comments"}
    key: ["{parent.board}", "{parent.id}", id]
    page: {kind: offset, param: skip, size: 2, stop: short}
    parent: {stream: cards}
    deletions: {sweep: true}
"""
)


class Comments(Boards):
    """`n` comments on card `n` of each board; a card says which board it is on."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: set[str] = set()

    def __call__(self, asked: Asked) -> Any:
        parts = asked.path.strip("/").split("/")
        if len(parts) == 3 and parts[1] in self.refused:
            return Answer({"message": "no"}, status=403)
        if len(parts) == 5:
            skip = int(asked.query.get("skip", 0))
            return [{"id": number} for number in range(int(parts[3]))][skip : skip + 2]
        found = super().__call__(asked)
        return [{**one, "board": parts[1]} for one in found] if len(parts) == 3 and isinstance(found, list) else found

    def expected(self) -> list[str]:
        return [
            json.dumps([board, str(card), str(n)], separators=(",", ":"))
            for board, count in self.cards.items()
            for card in range(count)
            for n in range(card)
            if board not in self.refused
        ]


def test_parents_that_have_parents_then_every_record_of_all_levels(open_reader: Open) -> None:
    comments = Comments()
    reader, _ = open_reader(comments, COMMENTS)
    pages = list(reader.read("comments"))
    assert keys(pages) == comments.expected()
    assert (pages[-1].complete, pages[-1].sweep) == (True, True)


def test_parents_that_have_parents_then_reading_goes_on_behind_every_checkpoint(open_reader: Open) -> None:
    comments = Comments()
    reader, _ = open_reader(comments, COMMENTS)
    pages = list(reader.read("comments"))
    for index, page in enumerate(pages[:-1]):
        rest = list(reader.read("comments", json.loads(json.dumps(page.state))))
        assert keys(rest) == keys(pages[index + 1 :])


def test_level_that_is_gone_when_reading_goes_on_then_only_its_own_are_missing(open_reader: Open) -> None:
    comments = Comments()
    reader, _ = open_reader(comments, COMMENTS)
    pages = list(reader.read("comments"))
    middle = next(page for page in pages if page.records and page.records[-1].key.startswith('["b"'))
    comments.cards.pop("b")
    rest = keys(reader.read("comments", json.loads(json.dumps(middle.state))))
    assert set(rest) >= {key for key in comments.expected() if key.startswith(('["c"', '["d"'))}
    assert not any(key.startswith('["b"') for key in rest)


def test_level_that_is_refused_then_the_others_are_read_and_nothing_is_deleted(open_reader: Open) -> None:
    comments = Comments()
    comments.refused = {"b"}
    reader, _ = open_reader(comments, COMMENTS)
    pages = list(reader.read("comments"))
    assert keys(pages) == comments.expected()
    assert not pages[-1].sweep


def test_every_level_refused_then_the_stream_is(open_reader: Open) -> None:
    comments = Comments()
    comments.refused = set(comments.cards)
    reader, _ = open_reader(comments, COMMENTS)
    with pytest.raises(ScopeMissing):
        list(reader.read("comments"))


def test_total_of_one_parent_that_falls_then_nothing_is_deleted(open_reader: Open) -> None:
    text = BOARDS.replace("stop: short}", "stop: short, total: total, total_ends: false}").replace(
        'request: {path: "/boards/{parent.id}/cards"}',
        'request: {path: "/boards/{parent.id}/cards"}\n    records: cards',
    )
    boards = Boards()
    totals = iter([9, 9, 5, 4, 4, 1, 4, 4])

    def answer(asked: Asked) -> Any:
        found = boards(asked)
        return found if asked.path == "/boards" else {"cards": found, "total": next(totals, 4)}

    reader, _ = open_reader(answer, text)
    pages = list(reader.read("cards"))
    assert keys(pages) == all_keys(boards)  # a wrong total ends nothing
    assert pages[-1].complete
    assert not pages[-1].sweep
