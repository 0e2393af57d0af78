"""Exports as typed tables: Parquet for analysts, XLSX for people with a spreadsheet program.

Both read a stream twice: first to learn its fields and their types, then to write. Parquet keeps the exact record beside
its columns, in `_raw`.
"""

import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from listbackup.core.spreadsheets import writable

from .fields import Fields, one_type
from .rows import RecordRow, flatten

Rows = Callable[[], Iterator[list[RecordRow]]]
Told = Callable[[int], None]
SHEET_ROWS = 1_048_575  # without the head
MOST_COLUMNS = 16_000
CELL = 32_767  # characters that a cell holds
EXACT = 10**15  # whole numbers beyond are not kept by spreadsheet programs
OWN = ("_key", "_cursor", "_raw")


_ARROW = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}


def write_parquet(rows: Rows, out: io.RawIOBase, told: Told) -> None:
    """One file: `_key`, `_cursor`, the fields with their types (text where they differ), and `_raw`, the exact record."""
    fields = Fields.of(rows())
    kinds = {name: _ARROW[one_type(types)] for name, types in fields.types.items() if name not in OWN}
    columns = [("_key", pa.string()), ("_cursor", pa.string())]
    columns += [(writable(name), kind) for name, kind in kinds.items()]
    schema = pa.schema([*columns, ("_raw", pa.string())])
    count = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in rows():
            parsed = [flatten(row.parsed()) for row in batch]
            arrays = [pa.array([row.key for row in batch]), pa.array([row.cursor for row in batch], pa.string())]
            for name, kind in kinds.items():
                arrays.append(pa.array([_fitting(record.get(name), kind) for record in parsed], kind))
            arrays.append(pa.array([row.raw.decode() for row in batch], pa.string()))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(batch)
            told(count)


def write_xlsx(rows: Rows, out: io.RawIOBase, told: Told) -> None:
    """One workbook, further sheets past a million rows. Text is never a formula; what a cell cannot hold is cut, with a
    mark at its end."""
    names = list(Fields.of(rows()).types)[:MOST_COLUMNS]
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(file, {**options, "tmpdir": folder})
        bold, sheet, at, count = book.add_format({"bold": True}), None, SHEET_ROWS, 0
        for batch in rows():
            for row in batch:
                if at >= SHEET_ROWS:
                    sheet, at = _sheet(book, names, bold), 0
                at += 1
                _write_row(sheet, at, names, flatten(row.parsed()))
            count += len(batch)
            told(count)
        if sheet is None:
            _sheet(book, names, bold)
        book.close()
        file.seek(0)
        shutil.copyfileobj(file, out)


def _sheet(book: Any, names: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, _cut(writable(name)), bold)
    return sheet


def _write_row(sheet: Any, at: int, names: list[str], fields: dict[str, Any]) -> None:
    for column, name in enumerate(names):
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, bool):
            sheet.write_boolean(at, column, value)
        elif isinstance(value, int | float) and abs(value) < EXACT:
            sheet.write_number(at, column, value)
        else:
            sheet.write_string(at, column, _cut(_text(value)))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return writable(text)


def _cut(text: str) -> str:
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if kind == pa.string():
        return _text(value)
    if kind == pa.int64():
        return value if -(1 << 63) <= value < 1 << 63 else None  # the exact number is in _raw
    return float(value) if kind == pa.float64() else value
