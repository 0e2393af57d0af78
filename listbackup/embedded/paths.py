"""Where the embedded services keep their data and sockets."""

import hashlib
import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's limit is 107 with the file name in it


def var_dir() -> Path:
    """The folder of everything that is made at run time: `LB_VAR`, else `var/` in the project."""
    return Path(os.environ.get("LB_VAR") or BASE_DIR / "var").resolve()


def digest() -> str:
    """A short name for this project folder, for files that must live outside of it."""
    return hashlib.sha256(str(var_dir()).encode()).hexdigest()[:12]


def run_dir() -> Path:
    """The folder of sockets: `var/run`, or a hashed one elsewhere.

    Elsewhere when the path is too long for a socket, and for root, whose project folder may be closed to the
    unprivileged account that PostgreSQL runs as.
    """
    if os.geteuid() == 0 and Path("/run").is_dir():
        return Path("/run") / f"listbackup-{digest()}"
    wanted = var_dir() / "run"
    if len(str(wanted)) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
        return wanted
    return Path(tempfile.gettempdir()) / f"listbackup-{digest()}"


def postgres_socket_dir() -> Path:
    return run_dir() / "pg"


def valkey_socket() -> Path:
    return run_dir() / "valkey.sock"
