"""ListBackup's own database, dumped and restored into an empty one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command

from backups.services import platform_backup as service
from backups.services.keys import keyring_for_writing
from backups.services.platform_backup import _parameters, backup_platform, platform_backups, restore_platform
from backups.store.errors import DamagedObject, KeyUnavailable

pytestmark = pytest.mark.slow
EMPTY = "proof_empty"


def run(database: str, sql: str) -> list[Any]:
    with psycopg.connect(**_parameters(database), autocommit=True) as link:
        done = link.execute(sql)  # type: ignore[call-overload]
        return done.fetchall() if done.description else []


@pytest.fixture
def empty(storage: Path) -> Iterator[str]:
    run("postgres", f"DROP DATABASE IF EXISTS {EMPTY}")
    run("postgres", f"CREATE DATABASE {EMPTY}")
    yield EMPTY
    run("postgres", f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")


def test_restored_into_an_empty_database_every_row_is_there(
    racing: Any, empty: str, settings: Any, storage: Path
) -> None:
    settings.REPLICA_STORAGE_URL = f"file://{storage.parent / 'replica'}"
    keyring_for_writing(racing.account)
    name, size = backup_platform()
    assert platform_backups() == [name] and size > 10_000
    stored = (storage / f"platform/{name}/database.dump").read_bytes()
    assert stored[:3] == b"LBS" and b"PGDMP" not in stored and b"Racers" not in stored
    assert restore_platform("latest", empty, replica=True) == name
    schema, own = racing.account.organization.schema_name, str(live.DATABASES["default"]["NAME"])
    for table in ("public.accounts_account", "public.django_migrations", f'"{schema}".backups_accountkey'):
        sql = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)), count(*) FROM {table} t"
        assert run(own, sql) == run(empty, sql) and run(empty, sql)[0][1] >= 1
    with pytest.raises(service.DatabaseNotEmpty):
        restore_platform(name, empty)


@pytest.mark.parametrize("how", ["flipped", "cut", "key"])
def test_what_is_damaged_is_not_restored_at_all(racing: Any, empty: str, storage: Path, how: str) -> None:
    name, _ = backup_platform()
    path = storage / f"platform/{name}/{'key.json' if how == 'key' else 'database.dump'}"
    data = bytearray(path.read_bytes())
    if how == "cut":
        data = data[: len(data) - 100]
    elif how == "key":
        data = data[:20]
    else:
        data[len(data) - 200] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedObject):
        restore_platform(name, empty)
    assert run(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_another_master_key_does_not_open_it(racing: Any, empty: str, settings: Any, storage: Path) -> None:
    name, _ = backup_platform()
    settings.MASTER_KEY = "A" * 43 + "="
    with pytest.raises(KeyUnavailable):
        restore_platform(name, empty)


def test_a_dump_that_fails_leaves_no_backup(racing: Any, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_database", lambda: "no_such_database")
    with pytest.raises(service.ToolFailed, match="no_such_database"):
        backup_platform()
    assert platform_backups() == []


def test_commands_say_what_is_wrong(racing: Any, storage: Path) -> None:
    with pytest.raises(CommandError, match="no backup latest"):
        call_command("platform_restore", "--into", "nowhere")
