import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbackup.core.spreadsheets import cell, csv_pieces, neutral


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (True, "true"), (-5, "-5"), (1.5, "1.5"), ("=1+1", "'=1+1"), ({"a": True}, '{"a": true}'), ([], "[]")],
)
def test_value_then_a_cell_that_reads_the_same_in_every_file(value: Any, written: str) -> None:
    assert cell(value) == written


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=30))
def test_rows_then_all_come_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    text = b"".join(csv_pieces(["one", "=two"], rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["one", "'=two"], *([neutral(each) for each in row] for row in rows)]


def test_long_file_then_in_pieces() -> None:
    pieces = list(csv_pieces(["n"], ([f"{number:0100}"] for number in range(5_000))))
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 70_000
    assert b"".join(pieces).startswith("\ufeffn\r\n".encode())
