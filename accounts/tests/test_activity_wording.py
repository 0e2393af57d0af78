"""Every fact that the code writes down has a sentence."""

import re

from django.conf import settings

from accounts.activity.wording import sentence

WRITTEN = re.compile(r"""\brecord\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)\"""")


def test_every_action_in_the_code_has_a_sentence():
    found = set()
    for app in ("accounts", "integrations", "backups", "domains"):
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            if "tests" not in file.parts:
                found |= set(WRITTEN.findall(file.read_text()))
    assert len(found) > 20
    spelt_out = {action for action in found if sentence(action) == action.replace(".", " ").replace("_", " ")}
    assert not spelt_out


def test_what_became_of_a_job_then_a_sentence():
    assert sentence("backup.failed") == "could not finish a backup"
    assert sentence("export.requested") == "asked for an export"


def test_unknown_action_then_spelt_out():
    assert sentence("client.invited_again") == "client invited again"
