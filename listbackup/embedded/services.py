"""Starts what the environment does not name, and stops it when the last user leaves."""

import atexit
import fcntl
import os
from io import TextIOWrapper

from listbackup.embedded import paths
from listbackup.embedded.postgres import Postgres
from listbackup.embedded.valkey import Valkey


class Embedded:
    """The embedded services of this process. `close()` stops them unless another process still uses them."""

    def __init__(self, *, fast: bool = False) -> None:
        self.parts: list[Postgres | Valkey] = []
        if not os.environ.get("DATABASE_URL"):
            self.parts.append(Postgres(fast=fast))
        if not os.environ.get("REDIS_URL"):
            self.parts.append(Valkey())
        self._users: TextIOWrapper | None = None
        self._owner = os.getpid()  # a forked child must not stop its parent's services

    def start(self) -> "Embedded":
        if not self.parts:
            return self
        folder = paths.var_dir()
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "embedded.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            self._users = (folder / "users.lock").open("w")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            for part in self.parts:
                part.start()
        atexit.register(self.close)
        return self

    def close(self) -> None:
        if self._users is None or os.getpid() != self._owner:
            return
        users, self._users = self._users, None
        with (paths.var_dir() / "embedded.lock").open("w") as stopping:
            fcntl.flock(stopping, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still works with them
            for part in reversed(self.parts):
                part.stop()
        users.close()
