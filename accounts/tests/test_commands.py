"""Commands of the accounts app."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.activity.services import record
from accounts.models import Account


def verify(*arguments: str) -> tuple[int, dict[str, Any]]:
    out, code = io.StringIO(), 0
    try:
        call_command("activity_verify", "--json", *arguments, stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


def write_entries(people: Any) -> None:
    with entered(people.acme.organization):
        for number in range(4):
            record(people.context(people.olga), "test.done", people.acme, number=number)


def test_whole_chain_then_exit_0(people):
    write_entries(people)
    assert verify() == (0, {"ok": True, "organizations": 2, "broken": []})


def test_changed_chain_then_exit_1_and_the_entry(people):
    write_entries(people)
    with entered(people.acme.organization):
        Entry.objects.filter(number=3).update(actor="Somebody else")
    code, line = verify("--account", people.acme.slug)
    assert code == 1
    assert [(one["broken_at"], one["why"]) for one in line["broken"]] == [(3, "it was altered")]


def test_erase_account_needs_its_name(people):
    with pytest.raises(CommandError, match="Nothing is done"):
        call_command("erase_account", people.other.slug, "--yes", "Otter")
    call_command("erase_account", people.other.slug, "--yes", "Other", stdout=io.StringIO())
    assert not Account.objects.filter(pk=people.other.pk).exists()
