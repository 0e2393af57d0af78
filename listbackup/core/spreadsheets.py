"""Text and tables that spreadsheet programs open. Pure Python."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from listbackup.core.text import encodable

# what a spreadsheet takes for a formula at the start of a cell; the full-width ones are folded by some
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def writable(text: str) -> str:
    """Without lone surrogates and NUL, which no file of text or tables can hold."""
    return encodable(text).replace("\0", "\ufffd")


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front of what looks like one."""
    text = writable(text)
    return (
        f"'{text}"
        if text.lstrip(" \u00a0\u3000\ufeff").startswith(_FORMULA) or text.startswith(("\t", "\r", "\n"))
        else text
    )


def cell(value: Any) -> str:
    """A value as a CSV cell: nothing for None, `true` and `false`, numbers as they are, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)  # a number stays one, also a negative one
    if isinstance(value, dict | list):
        return neutral(json.dumps(value, ensure_ascii=False, default=str))
    return neutral(str(value))


def csv_pieces(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file for people, in pieces of about 64 kB; it begins with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow([neutral(name) for name in names])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if text.tell() > 1 << 16:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
