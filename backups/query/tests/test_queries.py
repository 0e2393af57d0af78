import csv
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from backups.query.as_of import Snapshots, View
from backups.query.export import export_snapshot
from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest
from backups.store.testing import row, write_snapshot
from listbackup.core.errors import InvalidInput, NotFound
from listbackup.core.spreadsheets import neutral
from listbackup.core.storage import LocalBlobs

ODD = {
    "nul": b'{"a":"\\u0000 needle1"}',
    "surrogate": b'{"a":"\\ud800 needle2"}',
    "quote": b'{"a":"say \\"hi\\" 100% _x/y"}',
    "cafe-escaped": b'{"a":"caf\\u00e9"}',
    "cafe-plain": '{"a":"CAFÉ"}'.encode(),
    "pretty": b'{\n  "a": 1,\r\n  "b": "x\\ny"\n}',
    "k\0": b'{"a":1}',
}


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "storage")


@pytest.fixture
def keyring() -> Keyring:
    return Keyring("acc", [AccountKey.new(1)])


@pytest.fixture
def chain(blobs: LocalBlobs, keyring: Keyring) -> list[Manifest]:
    """Three snapshots: 20,000 records in random order; every third changed; some deleted, one returned."""
    numbers = list(range(20_000))
    random.Random(1).shuffle(numbers)
    first = write_snapshot(blobs, keyring, {"a": [row(str(n), v=1, name=f"name{n}") for n in numbers], "empty": []})
    change = [row(str(n), v=2, name=f"name{n}") for n in numbers if n % 3 == 0]
    second = write_snapshot(
        blobs, keyring, {"a": [*change, *((str(n), None, b"", True) for n in range(100, 200))]}, previous=first.manifest
    )
    third = write_snapshot(
        blobs, keyring, {"a": [row("150", v=3, name="back")], "odd": [(k, "c", raw, False) for k, raw in ODD.items()]},
        previous=second.manifest,
    )  # fmt: skip
    return [first.manifest, second.manifest, third.manifest]


@pytest.fixture
def view(blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest]) -> View:
    return Snapshots.open(blobs, keyring, chain[-1])


def model() -> dict[str, dict[str, object]]:
    state: dict[str, dict[str, object]] = {
        str(n): {"id": str(n), "v": 2 if n % 3 == 0 else 1, "name": f"name{n}"} for n in range(20_000)
    }
    for n in range(100, 200):
        del state[str(n)]
    state["150"] = {"id": "150", "v": 3, "name": "back"}
    return state


def test_pages_walk_through_all_records_in_order(view: View) -> None:
    expected, after, found = model(), None, {}
    while rows := view.page("a", after=after, limit=3000):
        assert after is None or rows[0].key > after
        assert [r.key for r in rows] == sorted(r.key for r in rows)
        found.update({r.key: r.parsed() for r in rows})
        after = rows[-1].key
    assert found == expected
    assert view.page("a", limit=0) == []
    assert view.page("empty") == []
    with pytest.raises(NotFound):
        view.page("nothing")


def test_iterate_gives_each_live_record_once(view: View) -> None:
    rows = [r for batch in view.iterate("a") for r in batch]
    assert len(rows) == len({r.key for r in rows}) == view.manifest.streams["a"].records
    assert {r.key: r.parsed() for r in rows} == model()


def test_streams_tell_live_counts(view: View) -> None:
    assert view.streams() == [("a", "a", 19_901), ("empty", "empty", 0), ("odd", "odd", len(ODD))]


def test_record_is_the_state_of_its_snapshot(blobs: LocalBlobs, keyring: Keyring, chain: list[Manifest]) -> None:
    values = []
    for manifest in chain:
        with Snapshots.open(blobs, keyring, manifest) as view:
            found = view.record("a", "150")
            values.append(found and found.parsed()["v"])
            assert view.record("a", "no such") is None
    assert values == [1, None, 3]


def test_history_is_newest_first_with_deletions(view: View, chain: list[Manifest]) -> None:
    versions = view.history("a", "150", chain)
    assert [(v.number, v.op, v.snapshot) for v in versions] == [
        (3, "u", "snap3"),
        (2, "d", "snap2"),
        (2, "u", "snap2"),
        (1, "u", "snap1"),
    ]
    assert versions[1].raw is None and json.loads(versions[-1].raw or b"")["v"] == 1
    assert view.history("a", "nothing", chain) == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("NEEDLE1", ["nul"]),
        ("needle2", ["surrogate"]),
        ('say "HI"', ["quote"]),
        ("100% _x/y", ["quote"]),
        ("100%%", []),
        ("café", ["cafe-escaped", "cafe-plain"]),
        ("\0 needle1", ["nul"]),
        ("\ud800", ["surrogate"]),
        ("a.b*", []),
        ("(", []),
    ],
)
def test_search_in_odd_text(view: View, text: str, keys: list[str]) -> None:
    assert [hit.row.key for hit in view.search(text, ["odd"])] == keys


def test_search_of_all_time_then_every_version_with_its_end(view: View) -> None:
    found = [(hit.key, hit.number, hit.until, hit.end) for hit in view.search_past('name150"')]
    assert found == [("150", 1, 2, "changed"), ("150", 2, 2, "deleted")]
    assert [(hit.number, hit.until, hit.end) for hit in view.search_past('"back"')] == [(3, None, "")]
    assert [(hit.number, hit.until, hit.end) for hit in view.search_past('name121"')] == [(1, 2, "deleted")]
    assert view.search_past("nothing like it") == []


def test_search_of_all_time_in_pages_then_the_same_as_at_once(view: View) -> None:
    at_once = view.search_past("name1", limit=100_000)
    assert len(at_once) == sum(1 + (n % 3 == 0) for n in range(20_000) if str(n).startswith("1"))
    after, paged = None, []
    while page := view.search_past("name1", after=after, limit=700):
        paged += page
        after = (page[-1].stream, page[-1].key, page[-1].version)
    assert paged == at_once


@pytest.mark.parametrize("text, keys", [("CAFÉ", ["cafe-escaped", "cafe-plain"]), ('say "hi" 100% _X/y', ["quote"])])
def test_search_of_all_time_in_odd_text(view: View, text: str, keys: list[str]) -> None:
    assert [hit.key for hit in view.search_past(text)] == keys


def test_search_finds_only_what_is_live(view: View) -> None:
    assert [(hit.stream, hit.row.key) for hit in view.search('name19999"')] == [("a", "19999")]
    assert view.search('"name150"') == []  # an older version
    assert view.search('"name120"') == []  # deleted
    assert [r.key for r in view.page("a", search='"BACK"')] == ["150"]
    two = view.page("a", search='"v": 2', limit=7)
    assert [r.key for r in two] == sorted(k for k, r in model().items() if r["v"] == 2)[:7]
    assert len(view.search("name", limit=5)) == 5


def test_columns_are_the_fields_met(view: View) -> None:
    assert view.columns("a") == ["id", "v", "name"]
    assert view.columns("odd") == ["a", "b"]


def test_jsonl_export_is_exact(view: View, tmp_path: Path) -> None:
    sums = export_snapshot(view, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "a.jsonl",
        "checksums.txt",
        "empty.jsonl",
        "odd.jsonl",
    ]
    for name, digest in sums.items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
        assert f"{digest}  {name}\n" in (tmp_path / "out" / "checksums.txt").read_text()
    lines = (tmp_path / "out" / "odd.jsonl").read_bytes().split(b"\n")
    assert set(lines[:-1]) == {raw.replace(b"\n", b" ").replace(b"\r", b" ") for raw in ODD.values()}
    assert {(r := json.loads(line))["id"]: r for line in (tmp_path / "out" / "a.jsonl").open()} == model()


def test_zip_export_holds_the_same_files(view: View, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    sums = export_snapshot(view, buffer, streams=["odd"])
    with zipfile.ZipFile(buffer) as archive:
        assert archive.namelist() == ["odd.jsonl", "checksums.txt"]
        assert hashlib.sha256(archive.read("odd.jsonl")).hexdigest() == sums["odd.jsonl"]
    export_snapshot(view, tmp_path / "x.zip", "csv", ["odd"])
    assert zipfile.is_zipfile(tmp_path / "x.zip")
    with pytest.raises(InvalidInput):
        export_snapshot(view, buffer, "exe")
    with pytest.raises(NotFound):
        export_snapshot(view, buffer, streams=["x"])


def test_csv_cells_are_no_formulas(blobs: LocalBlobs, keyring: Keyring, tmp_path: Path) -> None:
    """Fault E5."""
    evil = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1+2", "\tx", "\rx", "＝1+1", " =1", "a\0b"]
    rows = [row(str(i), text=text, nested={"=x": text}, number=-5, flag=True, none=None) for i, text in enumerate(evil)]
    done = write_snapshot(blobs, keyring, {"s": rows})
    export_snapshot(Snapshots.open(blobs, keyring, done.manifest), tmp_path, "csv")
    with (tmp_path / "s.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [r["text"] for r in table] == [f"'{text}" for text in evil[:-1]] + ["a\ufffdb"]
    assert table[0] == {
        "id": "0",
        "text": f"'{evil[0]}",
        "nested.=x": f"'{evil[0]}",
        "number": "-5",
        "flag": "true",
        "none": "",
    }
    assert neutral("plain = text") == "plain = text"


@pytest.fixture
def mixed(blobs: LocalBlobs, keyring: Keyring) -> View:
    """Records of every type, and strings that formats stumble over."""
    rows = [row(str(n), amount=n, ratio=n / 2, ok=n % 2 == 0, name=f"N{n}", deep={"x": [n]}) for n in range(2500)]
    odd = [
        ("o1", None, b'{"id":"o1","name":"=1+1","amount":12345678901234567890,"ok":null}', False),
        ("o2", None, b'{"id":"o2","name":"\\ud800\\u0000","ratio":"text"}', False),
        ("o3", None, json.dumps({"id": "o3", "name": "x" * 40_000, "http": "https://a.example"}).encode(), False),
    ]
    made = write_snapshot(blobs, keyring, {"m": [*rows, *odd], "none": []})
    return Snapshots.open(blobs, keyring, made.manifest)


def test_parquet_then_typed_columns_and_the_exact_records(mixed: View, tmp_path: Path) -> None:
    sums = export_snapshot(mixed, tmp_path, "parquet")
    assert sums["m.parquet"] == hashlib.sha256((tmp_path / "m.parquet").read_bytes()).hexdigest()
    table = pq.read_table(tmp_path / "m.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["amount"], types["ok"], types["ratio"], types["deep.x"]) == ("int64", "bool", "string", "string")
    found = {one["_key"]: one for one in table.to_pylist()}
    assert len(found) == 2503 and found["7"]["amount"] == 7 and found["7"]["ok"] is False
    assert found["o1"]["amount"] is None and "12345678901234567890" in found["o1"]["_raw"]
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_xlsx_then_text_is_no_formula_and_numbers_are_numbers(mixed: View, tmp_path: Path) -> None:
    target = io.BytesIO()
    export_snapshot(mixed, target, "xlsx")
    with zipfile.ZipFile(target) as archive:
        book = openpyxl.load_workbook(io.BytesIO(archive.read("m.xlsx")))
    rows = list(book.active.iter_rows())
    names = [cell.value for cell in rows[0]]
    by_id = {row[names.index("id")].value: dict(zip(names, row, strict=True)) for row in rows[1:]}
    assert len(by_id) == 2503 and by_id["7"]["amount"].value == 7
    assert (by_id["o1"]["name"].value, by_id["o1"]["name"].data_type) == ("=1+1", "s")
    assert by_id["o1"]["amount"].value == "12345678901234567890"
    assert len(by_id["o3"]["name"].value) == 32_767 and by_id["o3"]["http"].hyperlink is None


def test_xlsx_past_the_rows_of_a_sheet_then_another_sheet(
    mixed: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backups.query.export_tables.SHEET_ROWS", 1000)
    export_snapshot(mixed, tmp_path, "xlsx", ["m"])
    book = openpyxl.load_workbook(tmp_path / "m.xlsx", read_only=True)
    assert [sheet.max_row for sheet in book] == [1001, 1001, 504]


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_export_of_what_contains_a_text_then_the_records_that_the_search_finds(
    mixed: View, tmp_path: Path, format: str
) -> None:
    told: dict[str, int] = {}
    export_snapshot(mixed, tmp_path, format, ["m"], progress=told.__setitem__, search="n12")
    assert told["m"] == len(mixed.search("n12", ["m"], limit=10_000)) > 100
