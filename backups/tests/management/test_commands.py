"""Every command, as a script calls it: one JSON line and an exit code."""

import hashlib
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access.schema import entered
from backups.models import Snapshot, Source
from backups.tests.platform import MANIFEST, SECRET, Platform

Command = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(12))
    platform.put("notes", 1, name="a needle in the hay")


@pytest.fixture
def run() -> Command:
    """(exit code, the one line)"""

    def call(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        out = StringIO()
        code = 0
        try:
            call_command(name, *arguments, "--json", stdout=out)
        except SystemExit as exit:
            code = int(exit.code or 0)
        [line] = out.getvalue().splitlines()
        return code, json.loads(line)

    return call


@pytest.fixture
def added(run: Command, tenant: Any, platform: Platform, storage: Path, tmp_path: Path) -> str:
    """A source's id, added by the command."""
    connector = tmp_path / "things.yaml"
    connector.write_text(MANIFEST)
    account = str(tenant.acme.pk)
    code, line = run(
        "source_add", "--account", account, "--connector", str(connector), "--name", "By hand",
        "--secret", f"token={SECRET}", "--config", f"host={platform.host}", "--streams", "items,notes",
    )  # fmt: skip
    assert code == 0 and line["schedule"] == "manual" and SECRET not in json.dumps(line)
    return str(line["source"])


@pytest.fixture
def backed_up(run: Command, added: str) -> str:
    code, line = run("backup", added, "--inline")
    assert code == 0, line
    return added


def test_a_source_is_backed_up_and_the_line_says_what_happened(run: Command, added: str, platform: Platform) -> None:
    code, line = run("backup", added, "--inline")
    assert code == 0 and line["ok"] and line["state"] == "succeeded"
    assert (line["records"], line["records_new"], line["snapshot_number"]) == (13, 13, 1)
    assert line["requests"] > 0 and line["bytes_stored"] > 0 and line["phases_s"] and line["error"] == ""
    platform.put("items", 1, name="changed")
    platform.remove("items", 2)
    _, line = run("backup", "By hand", "--inline")
    assert (line["records_changed"], line["records_deleted"], line["records_unchanged"]) == (1, 1, 11)
    platform.records["items"].clear()
    platform.put("items", *range(100, 103))
    _, line = run("backup", added, "--inline", "--streams", "notes")
    assert line["records_deleted"] == 0


def test_a_backup_that_fails_exits_with_one_and_says_why(run: Command, added: str, platform: Platform) -> None:
    platform.fault = lambda path, query, number: (200, {"Content-Type": "text/html"}, b"<html>sign in</html>")
    code, line = run("backup", added, "--inline")
    assert code == 1 and not line["ok"] and line["state"] == "failed"
    assert line["code"] == "response.not_json" and line["error"] and line["snapshot"] is None


def test_wrong_credentials_are_refused_before_anything_is_stored(
    run: Command, tenant: Any, platform: Platform, tmp_path: Path
) -> None:
    connector = tmp_path / "things.yaml"
    connector.write_text(MANIFEST)
    code, line = run(
        "source_add", "--account", str(tenant.acme.pk), "--connector", str(connector),
        "--secret", "token=wrong", "--config", f"host={platform.host}",
    )  # fmt: skip
    assert code == 1 and line["code"] == "connection.test_failed" and line["error"]
    assert not Source.objects.exists()


def test_a_wrong_manifest_names_line_and_column(run: Command, tenant: Any, tmp_path: Path) -> None:
    connector = tmp_path / "broken.yaml"
    connector.write_text(MANIFEST.replace("kind: bearer", "kind: telepathy"))
    code, line = run("source_add", "--account", str(tenant.acme.pk), "--connector", str(connector))
    assert code == 1 and "line" in json.dumps(line).lower(), line
    code, line = run("source_add", "--account", str(tenant.acme.pk), "--connector", str(tmp_path / "missing.yaml"))
    assert code == 1 and "cannot be read" in line["error"]


def test_snapshots_are_listed_newest_first(run: Command, backed_up: str) -> None:
    run("backup", backed_up, "--inline")
    code, line = run("snapshots", backed_up)
    assert code == 0 and [row["number"] for row in line["snapshots"]] == [2, 1]
    assert line["snapshots"][1]["records"] == 13 and line["snapshots"][0]["verified_at"] is None
    assert len(run("snapshots", backed_up, "--limit", "1")[1]["snapshots"]) == 1


def test_verify_reads_everything_and_names_what_is_damaged(run: Command, backed_up: str, storage: Path) -> None:
    code, line = run("verify", backed_up)
    assert (code, line["ok"], line["snapshots"], line["damages"]) == (0, True, 1, [])
    victim = next(storage.rglob("items-*.parquet"))
    content = bytearray(victim.read_bytes())
    content[50] ^= 1
    victim.write_bytes(bytes(content))
    code, line = run("verify", "--all")
    assert code == 1 and [damage["kind"] for damage in line["damages"]] == ["flipped"]
    assert victim.name in line["damages"][0]["object"]
    with pytest.raises(CommandError):
        call_command("verify")


def test_garbage_is_counted_first_and_collected_on_demand(
    run: Command, backed_up: str, storage: Path, tenant: Any
) -> None:
    run("backup", backed_up, "--inline")
    before = sorted(storage.rglob("*.parquet"))
    with entered(tenant.acme.organization):
        Snapshot.objects.filter(number=1).update(delete_at="2020-01-01T00:00:00Z", delete_by="hand")
    code, line = run("collect_garbage", backed_up)
    assert code == 0 and line["snapshots_due"] == 1 and not line["executed"]
    assert sorted(storage.rglob("*.parquet")) == before
    code, line = run("collect_garbage", "--execute")
    assert code == 0 and line["executed"] and line["objects"] >= 2
    assert len(run("snapshots", backed_up)[1]["snapshots"]) == 1
    assert run("verify", backed_up)[0] == 0


def test_history_gives_every_version(run: Command, backed_up: str, platform: Platform) -> None:
    platform.put("items", 3, name="changed")
    run("backup", backed_up, "--inline")
    platform.remove("items", 3)
    run("backup", backed_up, "--inline")
    code, line = run("history", backed_up, "items", "000003")
    assert code == 0
    assert [(row["number"], row["op"]) for row in line["versions"]] == [(3, "deleted"), (2, "stored"), (1, "stored")]
    assert json.loads(line["versions"][1]["record"])["name"] == "changed"
    assert run("history", backed_up, "items", "nobody")[0] == 1


def test_search_finds_text_in_records(run: Command, backed_up: str) -> None:
    code, line = run("search", backed_up, "needle")
    assert code == 0 and [(hit["stream"], hit["key"]) for hit in line["hits"]] == [("notes", "000001")]
    assert run("search", backed_up, "no such text")[0] == 1


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_export_writes_files_whose_checksums_agree(
    run: Command, backed_up: str, tmp_path: Path, platform: Platform, form: str
) -> None:
    to = tmp_path / "out"
    code, line = run("export", backed_up, "--to", str(to), "--format", form)
    assert code == 0 and line["records"] == {"items": 12, "notes": 1}
    for text in (to / "checksums.txt").read_text().splitlines():
        digest, name = text.split("  ", 1)
        assert hashlib.sha256((to / name).read_bytes()).hexdigest() == digest
    if form == "jsonl":
        rows = map(json.loads, (to / "items.jsonl").read_text().splitlines())
        assert {row["id"]: row for row in rows} == platform.records["items"]


def test_an_older_state_is_exported_by_number(run: Command, backed_up: str, tmp_path: Path, platform: Platform) -> None:
    platform.put("notes", 2)
    run("backup", backed_up, "--inline")
    archive = tmp_path / "old.zip"
    assert run("export", backed_up, "--to", str(archive), "--at", "1")[1]["records"]["notes"] == 1
    assert archive.exists()
    code, line = run("export", backed_up, "--to", str(archive), "--at", "99")
    assert code == 1 and line["code"] == "snapshot.not_found"


def test_the_recovery_key_is_printed_for_one_account(run: Command, tenant: Any, storage: Path) -> None:
    code, line = run("recovery_key", "--account", str(tenant.acme.pk))
    assert code == 0 and len(line["recovery_key"].split("-")) == 8


def test_an_unknown_source_or_account_is_one_sentence(run: Command, tenant: Any) -> None:
    for name, arguments in {
        "backup": ("nobody", "--inline"),
        "snapshots": ("nobody",),
        "verify": ("nobody",),
        "recovery_key": ("--account", "nobody"),
    }.items():
        code, line = run(name, *arguments)
        assert code == 1 and line["error"] and line["code"].endswith("not_found"), name


def test_people_read_sentences(backed_up: str, tenant: Any, tmp_path: Path) -> None:
    for name, arguments, expected in (
        ("backup", ("--inline",), "Snapshot"),
        ("snapshots", (), "13 records"),
        ("verify", (), "0 damaged"),
        ("search", ("needle",), "notes 000001"),
        ("history", ("notes", "000001"), "stored"),
        ("export", ("--to", str(tmp_path / "shown")), "13 records in"),
    ):
        out = StringIO()
        call_command(name, backed_up, *arguments, stdout=out)
        assert expected in out.getvalue(), name


def test_a_name_of_another_organization_is_not_found_in_this_account(run: Command, backed_up: str, people: Any) -> None:
    code, line = run("snapshots", backed_up, "--account", str(people.other.pk))
    assert code == 1 and line["code"] == "source.not_found"
    with entered(people.acme.organization):
        assert Source.objects.count() == 1
