"""A wrong value of a documented variable stops the start with one line that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from listbackup.embedded.paths import BASE_DIR

WRONG = {
    "DATABASE_URL": ["mysql://host/name", "nonsense", "postgresql://host:port/name"],
    "REDIS_URL": ["http://host", "nonsense"],
    "SNAPSHOT_STORAGE_URL": ["ftp://host/folder", "/plain/path"],
    "SCRATCH_STORAGE_URL": ["ftp://host/folder"],
    "REPLICA_STORAGE_URL": ["ftp://host/folder"],
    "DEBUG": ["perhaps"],
    "BEHIND_PROXY": ["2"],
    "TRUSTED_PROXY_COUNT": ["many", "-1", "1.5"],
    "DATABASE_POOL": ["x"],
    "JOBS_PER_ACCOUNT": ["0", "all"],
    "JOB_LEASE_SECONDS": ["1", "two minutes"],
    "JOB_CHECKPOINT_SECONDS": ["0"],
    "PLATFORM_HOSTS": ["not json", "[]", "7"],
    "STATIC_FROM_SOURCE": ["maybe"],
    "SECRET_KEY_FILE": ["/there/is/no/such/file"],
}


def start(var: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    return subprocess.run(
        [sys.executable, "-c", "import listbackup.settings as s; print(s.JOBS_PER_ACCOUNT, s.CELERY_BROKER_URL)"],
        cwd=BASE_DIR, env=clean | {"LB_VAR": str(var), **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_one_line_with_the_name(tmp_path: Path, name: str, value: str) -> None:
    done = start(tmp_path, **{name: value})
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{name} ") and "expected" in line
    assert value not in line or len(value) < 3, "a value may hold a password"


def test_a_platform_client_without_its_secret_is_named(tmp_path: Path) -> None:
    done = start(tmp_path, PLATFORM_HUBSPOT_CLIENT_ID="abc")
    assert done.returncode == 1 and done.stderr.startswith("PLATFORM_HUBSPOT_CLIENT_SECRET ")


def test_right_values_are_used(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        JOBS_PER_ACCOUNT="3",
        DATABASE_URL="postgresql://user:p%40ss@db:5432/name",
        REDIS_URL="unix:///run/valkey.sock",
        SNAPSHOT_STORAGE_URL="s3://bucket/prefix?endpoint_url=http://127.0.0.1:9000",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["3", "redis+socket:///run/valkey.sock"]


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0
    files = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    assert {"secret_key", "field_encryption_keys", "master_key"} <= set(files)
    assert all((tmp_path / "secrets" / name).stat().st_mode & 0o077 == 0 for name in files)
    assert start(tmp_path).returncode == 0
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
