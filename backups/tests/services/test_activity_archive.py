"""Old entries of the activity log in the archive: sealed, readable, and still one chain with the table."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity import archive as archiving
from accounts.activity import chain
from accounts.activity import services as activity
from accounts.activity.archive import archive_due, archived_to
from accounts.activity.models import Archive, Entry
from accounts.activity.services import record
from accounts.activity.verify import verify
from accounts.models import ActivityHead
from backups.services import activity_vault
from listbackup.core.errors import Unavailable
from listbackup.core.storage import LocalBlobs

TODAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
# 1 to 3 on one day, 4 on the next, 5 on the last old day, 6 on the first day that is kept, 7 now.
DAYS = ["2026-05-30T08:00", "2026-05-30T09:00", "2026-05-30T23:59", "2026-05-31T00:00", "2026-08-21T23:59"]
DAYS += ["2026-08-22T00:00", "2026-11-20T11:00"]


@pytest.fixture
def log(tenant: Any, storage: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Seven entries; the second is of the child account North."""
    for number, day in enumerate(DAYS, start=1):
        monkeypatch.setattr(activity, "now", lambda day=day: dt.datetime.fromisoformat(f"{day}:00+00:00"))
        account = tenant.north if number == 2 else tenant.acme
        record(tenant.context(tenant.olga, account), "source.created", account, label=f"Thing {number}", rows=number)
    monkeypatch.undo()
    return tenant


def whole(people: Any) -> str:
    return verify(people.acme.organization).sentence


def in_table() -> list[int]:
    return list(Entry.objects.filter(action="source.created").order_by("number").values_list("number", flat=True))


def test_old_days_then_a_file_each_and_the_chain_goes_through_them(log, storage):
    assert archive_due(TODAY) == 3
    assert in_table() == [6, 7]
    assert list(Archive.objects.values_list("first_number", "last_number")) == [(1, 3), (4, 4), (5, 5)]
    assert archived_to() == 5
    verdict = verify(log.acme.organization)
    assert verdict.ok and verdict.entries == 11  # seven, an entry for each file, and the first key
    assert archive_due(TODAY) == 0
    assert archive_due(TODAY + dt.timedelta(days=1)) == 1 and in_table() == [7]
    record(log.context(log.olga), "test.done")
    assert whole(log) == ""


def test_files_are_sealed(log, storage):
    archive_due(TODAY)
    files = sorted((storage / "accounts" / str(log.acme.pk) / "activity").rglob("*.zst"))
    assert files[0].name == "000000000001-000000000003.jsonl.zst"
    assert files[0].parent.relative_to(storage / "accounts" / str(log.acme.pk)) == Path("activity/2026/05/30")
    assert not any(b"Thing" in file.read_bytes() for file in files)


def test_busy_day_then_several_files(log, storage, monkeypatch):
    monkeypatch.setattr(archiving, "MOST_ENTRIES", 2)
    assert archive_due(TODAY) == 4
    assert list(Archive.objects.values_list("first_number", "last_number")) == [(1, 2), (3, 3), (4, 4), (5, 5)]
    assert whole(log) == ""


def test_archived_file_swapped_then_broken_there(log, storage):
    archive_due(TODAY)
    first, second = sorted((storage / "accounts").rglob("2026/05/*/*.zst"))
    second.write_bytes(first.read_bytes())
    assert whole(log).startswith("Entry 4: its archive cannot be read (")


def test_archived_file_removed_then_broken_there(log, storage):
    archive_due(TODAY)
    next((storage / "accounts").rglob("2026/05/31/*.zst")).unlink()
    assert whole(log).startswith("Entry 4: its archive cannot be read (")


def test_note_of_an_archive_removed_then_broken_there(log, storage):
    archive_due(TODAY)
    Archive.objects.filter(first_number=4).delete()
    assert whole(log) == "Entry 4: it was removed."


def test_altered_before_it_was_archived_then_still_shows(log, storage):
    Entry.objects.filter(number=2).update(actor="Somebody else")
    archive_due(TODAY)
    assert whole(log) == "Entry 2: it was altered."


def test_everything_archived_and_the_end_cut_off_then_shows(log, storage):
    archive_due(TODAY + dt.timedelta(days=400))
    last = ActivityHead.objects.get(organization=log.acme.organization).number
    Entry.objects.all().delete()
    # Not archived yet: the entry of the first key, and those of five files.
    assert f"Entry {last - 5}: it and what followed were removed" in whole(log)


def test_storage_fails_then_nothing_is_lost_and_others_go_on(log, storage, monkeypatch):
    with entered(log.other.organization):
        monkeypatch.setattr(activity, "now", lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        record(log.context(log.eve), "test.done", log.other)
        monkeypatch.undo()
    put = LocalBlobs.put

    def fail(self: Any, name: str, data: bytes, **options: Any) -> None:
        if f"{log.acme.pk}/activity" in name:
            raise Unavailable("The storage is full.")
        put(self, name, data, **options)

    monkeypatch.setattr(LocalBlobs, "put", fail)
    monkeypatch.setattr(activity_vault, "snapshot_blobs", lambda: LocalBlobs(storage))
    assert archive_due(TODAY) == 1
    assert in_table() == [1, 2, 3, 4, 5, 6, 7] and not Archive.objects.exists()
    assert whole(log) == "" and verify(log.other.organization).ok
    monkeypatch.undo()


def exported(user: Any, query: str) -> bytes:
    leave()
    client = APIClient()
    client.force_login(user)
    answer = client.get(f"/api/v1/activity/export?{query}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def test_month_of_the_archive_then_exported_as_what_the_person_may_see(log, storage):
    archive_due(TODAY)
    lines = [json.loads(line) for line in exported(log.olga, "month=2026-05").splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3, 4]
    assert all(chain.digest(line) == line["hash"] for line in lines)
    rows = list(csv.DictReader(io.StringIO(exported(log.nora, "month=2026-05&type=csv").decode("utf-8-sig"))))
    assert [(row["number"], row["object_label"], row["what"]) for row in rows] == [("2", "Thing 2", "added a source")]
    with entered(log.acme.organization):
        assert Entry.objects.order_by("-number")[0].detail == {"type": "csv", "month": "2026-05"}


@pytest.mark.parametrize(
    ("query", "status"), [("month=2026-04", 404), ("month=x", 400), ("month=2026-13", 400), ("month=2026-05&q=a", 400)]
)
def test_wrong_month_then_refused(log, storage, query, status):
    archive_due(TODAY)
    leave()
    client = APIClient()
    client.force_login(log.olga)
    assert client.get(f"/api/v1/activity/export?{query}").status_code == status


def test_page_and_feed_say_where_older_entries_are(log, storage):
    archive_due(TODAY)
    leave()
    client = Client()
    client.force_login(log.olga)
    page = client.get("/activity/").content.decode()
    assert "May 2026" in page and "?month=2026-08&amp;type=csv" in page
    feed = client.get("/api/v1/activity/feed").json()
    assert feed["archived_to"] == 5 and feed["results"][0]["number"] == 6
