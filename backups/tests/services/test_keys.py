"""Keys of accounts: made once, stored wrapped, and the owner's recovery key opens the files without us."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts.activity.models import Entry
from accounts.errors import PermissionMissing
from backups.enums import JobState
from backups.models import AccountKey, RecoveryKey
from backups.services.keys import keyring_for_writing, keyring_of, recovery_key
from backups.services.storage import snapshot_blobs
from backups.store.errors import KeyUnavailable
from backups.store.format import keys_name
from backups.tests.platform import Platform

PROGRAM = Path(django_settings.BASE_DIR) / "bin" / "read-backup"


def read_backup(files: Path, key: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Nothing of ours: another process, no Django, the files and the key."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO", "LB_"))}
    command = [sys.executable, "-I", str(PROGRAM), "--files", str(files), "--recovery-key", key, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=clean, check=False, timeout=60)


def test_the_recovery_key_opens_the_files_without_the_server(
    olga: Any, back_up: Any, platform: Platform, storage: Path, tmp_path: Path
) -> None:
    platform.put("items", *range(15))
    first = back_up().snapshot
    platform.put("items", 3, name="changed")
    platform.remove("items", 4)
    second = back_up().snapshot
    key = recovery_key(olga)
    listed = read_backup(storage, key, "list")
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [str(first.pk), str(second.pk)]
    done = read_backup(storage, key, "export", str(second.pk), "--to", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in map(json.loads, (tmp_path / "out" / "items.jsonl").read_text().splitlines())}
    assert rows == platform.records["items"]


def test_it_is_always_the_same_key_and_every_showing_is_noted(olga: Any, storage: Path) -> None:
    assert recovery_key(olga) == recovery_key(olga)
    assert Entry.objects.filter(action="recovery_key.shown").count() == 2
    row = RecoveryKey.objects.get()
    assert row.shown_at and recovery_key(olga).encode() not in bytes(row.wrapped)


@pytest.mark.parametrize("name", ["adam", "mia", "vera"])
def test_only_owners_may_see_it(tenant: Any, storage: Path, name: str) -> None:
    with pytest.raises(PermissionMissing):
        recovery_key(tenant.context(getattr(tenant, name)))
    assert not RecoveryKey.objects.exists() and not Entry.objects.filter(action="recovery_key.shown").exists()


def test_the_keys_file_is_made_again_with_the_same_recovery_key(olga: Any, storage: Path) -> None:
    key = recovery_key(olga)
    snapshot_blobs().delete(keys_name(str(olga.account_id)))
    keyring_for_writing(olga.account)
    assert recovery_key(olga) == key and snapshot_blobs().exists(keys_name(str(olga.account_id)))


def test_keys_of_two_accounts_differ_and_do_not_open_each_other(olga: Any, tenant: Any, storage: Path) -> None:
    keyring_for_writing(olga.account)
    keyring_for_writing(tenant.north)
    mine, other = AccountKey.objects.get(account=olga.account), AccountKey.objects.get(account=tenant.north)
    other.wrapped = mine.wrapped
    other.save()
    with pytest.raises(KeyUnavailable):
        keyring_of(tenant.north)


def test_c09_without_the_master_key_the_job_says_so_and_nothing_is_lost(
    olga: Any, back_up: Any, platform: Platform, settings: Any, storage: Path
) -> None:
    platform.put("items", *range(5))
    good, right = back_up(), settings.MASTER_KEY
    settings.MASTER_KEY = base64.urlsafe_b64encode(os.urandom(32)).decode()
    job = back_up()
    assert job.state in (JobState.FAILED, JobState.WAITING) and "key" in job.error_message.lower()
    assert job.error_effect and job.snapshot is None
    settings.MASTER_KEY = f"{settings.MASTER_KEY},{right}"  # rotated: new ones first, old ones still open
    assert keyring_of(olga.account)
    assert good.snapshot.pk
