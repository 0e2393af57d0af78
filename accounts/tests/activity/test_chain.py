"""A log that was tampered with shows, wherever and however."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.activity import chain, heads
from accounts.activity.models import Entry
from accounts.activity.services import record
from accounts.activity.verify import verify
from accounts.models import ActivityHead


@pytest.fixture
def log(tenant: Any) -> Any:
    for number in range(4):
        record(tenant.context(tenant.olga), "test.done", tenant.acme, number=number)
    return tenant


def why(people: Any) -> str:
    return verify(people.acme.organization).sentence


def test_whole_log_then_all_entries_fit(log):
    verdict = verify(log.acme.organization)
    assert verdict.ok and verdict.entries == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"actor": "Somebody else"},
        {"ip": "203.0.113.9"},
        {"device": "Chrome on Windows"},
        {"via": "token"},
        {"correlation_id": "x"},
        {"detail": {"number": 7}},
        {"at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_altered_fact_then_broken_there(log, changed):
    Entry.objects.filter(number=2).update(**changed)
    assert why(log) == "Entry 2: it was altered."


def test_entry_rewritten_with_its_hash_then_the_next_does_not_follow(log):
    entry = Entry.objects.get(number=2)
    entry.actor = "Somebody else"
    entry.hash = chain.digest(chain.facts(entry))
    entry.save()
    assert why(log) == "Entry 3: it does not follow from the entry before it."


def test_removed_in_the_middle_then_broken_there(log):
    Entry.objects.filter(number=2).delete()
    assert why(log) == "Entry 2: it was removed."


@pytest.mark.parametrize("kept", [0, 3])
def test_cut_off_at_the_end_then_broken_there(log, kept):
    Entry.objects.filter(number__gt=kept).delete()
    assert why(log) == f"Entry {kept + 1}: it and what followed were removed from the end."


def test_cut_off_and_the_head_moved_back_then_the_seal_does_not_fit(log):
    Entry.objects.filter(number=4).delete()
    last = Entry.objects.get(number=3)
    ActivityHead.objects.filter(organization=log.acme.organization).update(number=3, hash=last.hash)
    assert why(log) == "Entry 3: the record of the log's end was not written by this server."


def test_cut_off_and_the_head_removed_then_broken_also_after_the_next_entry(log):
    Entry.objects.filter(number=4).delete()
    ActivityHead.objects.filter(organization=log.acme.organization).delete()
    assert why(log) == "Entry 1: the record of the log's end is missing."
    record(log.context(log.olga), "test.done")
    assert why(log) == "Entry 3: the record of the log's end was missing here."


def test_last_entry_replaced_then_broken(log):
    entry = Entry.objects.get(number=4)
    entry.actor = "Somebody else"
    entry.hash = chain.digest(chain.facts(entry))
    entry.save()
    assert why(log) == "Entry 4: it is not the entry that was written last."


def test_entry_appended_past_the_head_then_broken(log):
    last = Entry.objects.get(number=4)
    forged = Entry(account=log.acme, number=5, at=last.at, actor="Eve", previous_hash=last.hash, action="x.y")
    forged.hash = chain.digest(chain.facts(forged))
    forged.save(force_insert=True)
    assert why(log) == "Entry 5: it was not written by this server."


def test_master_key_rotated_then_old_heads_fit_as_long_as_the_old_key_is_there(log, settings):
    old = settings.MASTER_KEY
    settings.MASTER_KEY = f"{'A' * 43}=,{old}"
    assert why(log) == ""
    settings.MASTER_KEY = f"{'A' * 43}="
    assert "not written by this server" in why(log)


def test_hostile_detail_then_kept_and_whole(log):
    odd = {"nul": "a\0b", "half": "\ud800", "big": 2**70, "when": dt.date(2026, 1, 1), "deep": [{"n": (1, 2.5, None)}]}
    entry = record(log.context(log.olga), "test.done", label="x\0y", **odd)
    entry.refresh_from_db()
    assert entry.object_label == "x�y" and entry.detail["deep"] == [{"n": [1, 2.5, None]}]
    assert why(log) == ""


def test_organization_older_than_the_heads_then_migrated_and_whole(log):
    """Its entries were hashed by version 1, and it had no head."""
    previous = ""
    for entry in Entry.objects.order_by("number"):
        entry.hash_version, entry.previous_hash = 1, previous
        entry.hash = previous = chain.digest(chain.facts(entry))
        entry.save()
    ActivityHead.objects.all().delete()
    with connection.schema_editor() as editor:
        import_module("accounts.migrations.0005_activity_head").head_of_each(apps, editor)
    assert why(log) == "" and verify(log.other.organization).ok
    record(log.context(log.olga), "test.done")
    assert why(log) == "" and heads.locked(log.acme.organization).number == 5
