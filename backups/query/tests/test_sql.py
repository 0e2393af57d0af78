"""SQL of customers: what it answers, and what it cannot do."""

from pathlib import Path

import pytest

from backups.query import sql
from backups.query.as_of import Snapshots, View
from backups.store.keys import AccountKey, Keyring
from backups.store.testing import row, write_snapshot
from listbackup.core.storage import LocalBlobs

ODD = ("odd", None, b'{"id":"odd","n":"\\u0000x\\ud800","amount":null}', False)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    blobs, keyring = LocalBlobs(tmp_path_factory.mktemp("sql")), Keyring("acc", [AccountKey.new(1)])
    people = [row(str(n), name=f"Person {n}", amount=n, p={"email": f"{n}@x.test", "a.b": n}) for n in range(300)]
    first = write_snapshot(
        blobs, keyring, {"people": [*people, ODD], "deals": [row("1", owner="7", won=True, price=1.5)]}
    )
    second = write_snapshot(
        blobs,
        keyring,
        {"people": [row("7", name="Renamed", amount=7), ("8", None, b"", True)]},
        previous=first.manifest,
    )
    return Snapshots.open(blobs, keyring, second.manifest)


def test_select_then_typed_columns_of_the_live_state(view: View) -> None:
    found = sql.run(view, "SELECT count(*) AS c, sum(amount) AS s FROM people")
    assert found.columns[0][0] == "c" and found.rows == [[300, sum(range(300)) - 8]]
    found = sql.run(view, "SELECT p.name, d.won, d.price FROM people p JOIN deals d ON d.owner = p._key")
    assert found.rows == [["Renamed", True, 1.5]]
    assert sql.run(view, """SELECT "p.email" FROM people WHERE _key = '9'""").rows == [["9@x.test"]]


def test_records_that_are_odd_then_null_and_never_an_error(view: View) -> None:
    assert sql.run(view, "SELECT amount FROM people WHERE _key = 'odd'").rows == [[None]]
    assert len(sql.run(view, "SELECT * FROM people").rows) == 300


def test_more_rows_than_asked_for_then_said(view: View) -> None:
    found = sql.run(view, "SELECT _key FROM people ORDER BY _key", rows=10)
    assert len(found.rows) == 10 and found.more
    assert not sql.run(view, "SELECT 1", rows=10).more


def test_values_that_json_does_not_have_then_text(view: View) -> None:
    found = sql.run(view, "SELECT 2::HUGEINT ** 100, 'nan'::DOUBLE, '\\xAA'::BLOB, DATE '2026-01-02', [1, 2]")
    assert [type(value) for value in found.rows[0]][1:] == [str] * 4
    assert sql.run(view, "SELECT 170141183460469231731687303715884105727::HUGEINT").rows == [
        ["170141183460469231731687303715884105727"]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_text('/proc/1/environ')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('/proc/self/fd/0')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM sqlite_scan('/tmp/x', 'y')",
        "SELECT getenv('HOME')",
        "ATTACH '/tmp/x.db'",
        "COPY people TO '/tmp/y.csv'",
        "EXPORT DATABASE '/tmp/z'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '10GB'",
        "PRAGMA memory_limit = '10GB'",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW people",
        "SELECT 1; SELECT 2",
        "CALL pragma_version()",
        "SELECT * FROM nobody",
        "SELEC",
        "",
        "SELECT '\0'",
        "SELECT 1 --" + "x" * 30_000,
    ],
)
def test_what_does_not_only_read_these_tables_then_refused(view: View, text: str) -> None:
    with pytest.raises(sql.QueryRefused):
        sql.run(view, text + (" /* people */" if text and len(text) < 100 else ""))


@pytest.mark.parametrize(
    "text",
    [
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
        "SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = 3",
        "SELECT repeat('x', 2000000000)",
        "SELECT repeat('x', 30000000)",
        "SELECT list(a.range) FROM range(1000000000) a",
    ],
    ids=["recursion", "time", "huge", "large answer", "memory"],
)
def test_what_needs_too_much_then_ended_and_said(view: View, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "CPU_SECONDS", 2)
    with pytest.raises((sql.QueryTooLarge, sql.QueryRefused)):
        sql.run(view, text)


def test_longer_than_allowed_then_killed(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "SECONDS", 0.5)
    with pytest.raises(sql.QueryTooLarge, match="longer than"):
        sql.run(view, "SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = 3")


def test_streams_with_too_many_records_then_refused_before_they_are_read(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "MOST_RECORDS", 100)
    with pytest.raises(sql.QueryTooLarge):
        sql.run(view, "SELECT * FROM people")
    assert sql.run(view, "SELECT count(*) FROM deals").rows == [[1]]


def test_the_process_then_it_knows_nothing_of_ours(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment, no working folder of ours, no descriptor but the tables'."""
    seen: dict[str, object] = {}
    real = sql.subprocess.Popen

    def popen(command: list[str], **options: object) -> object:
        seen.update(options)
        return real(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(sql.subprocess, "Popen", popen)
    sql.run(view, "SELECT 1 FROM deals")
    assert seen["env"] == {} and seen["cwd"] == "/" and len(seen["pass_fds"]) == 1  # type: ignore[arg-type]
    assert (
        "import listbackup" not in Path(sql.CHILD).read_text() and "import backups" not in Path(sql.CHILD).read_text()
    )
