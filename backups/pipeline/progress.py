"""What people see of a running job: written to its row and published at most once a second."""

import json
import time
from typing import Any

from backups.errors import JobCancelled, LeaseLost
from backups.live import publish
from backups.models import Job
from backups.pipeline.lease import Keeper, mine
from backups.pipeline.write import Writing

EVERY = 1.0  # seconds between two messages
LOOK_EVERY = 0.25  # seconds between two looks at whether somebody cancelled


class Progress:
    """`step()` after every page."""

    def __init__(self, job: Job, keeper: Keeper) -> None:
        self.job, self.keeper = job, keeper
        self.totals: dict[str, int] = {}  # records expected, by stream
        self.states: dict[str, str] = {}  # waiting, reading, done, failed
        self.message = ""
        self._told = self._looked = 0.0
        self._begun = time.monotonic()
        self._base = -1

    def step(self, writing: Writing) -> None:
        """Raises JobCancelled, LeaseLost."""
        self.keeper.check()
        moment = time.monotonic()
        if moment - self._told >= EVERY:
            self.tell(writing)
        elif moment - self._looked >= LOOK_EVERY:
            self._look()

    def check(self) -> None:
        """The same without news, while nothing comes from the platform."""
        self.keeper.check()
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._look()

    def tell(self, writing: Writing) -> None:
        """Writes and publishes now."""
        self._told = time.monotonic()
        self.job.progress = json.dumps(self.content(writing), ensure_ascii=True)
        if not mine(self.job).update(progress=self.job.progress):
            self.keeper.lost.set()
            raise LeaseLost("Another worker took this job over.")
        self._look()
        publish(self.job)

    def content(self, writing: Writing) -> dict[str, Any]:
        read = int(writing.totals["records_read"])
        if self._base < 0:
            self._base = read
        seconds = max(0.001, time.monotonic() - self._begun)
        rate = (read - self._base) / seconds
        streams = [self._stream(name, info.label, writing) for name, info in writing.plan.infos.items()]
        known = [s for s in streams if s["total"]]
        expected = sum(s["total"] for s in known)
        got = sum(min(s["read"], s["total"]) for s in known)
        return {
            "streams": streams,
            "read": read,
            "percent": min(99, int(100 * got / expected)) if expected else None,
            "rate": round(rate, 1),
            "eta_s": round((expected - got) / rate) if expected and rate > 0 else None,
            "requests": int(writing.totals["requests"]),
            "waited_s": round(writing.totals["waited_s"], 1),
            "message": self.message,
        }

    def _stream(self, name: str, label: str, writing: Writing) -> dict[str, Any]:
        writer = writing.writers.get(name)
        counts = writer.counts if writer else None
        read, state = writing.read.get(name, 0), self.states.get(name, "waiting")
        total = self.totals.get(name)
        if state == "done":
            total = max(read, 0)
        percent = 100 if state == "done" else min(99, int(100 * read / total)) if total else None
        return {
            "name": name,
            "label": label or name,
            "state": state,
            "read": read,
            "written": counts.new + counts.changed if counts else 0,
            "unchanged": counts.unchanged if counts else 0,
            "deleted": counts.deleted if counts else 0,
            "total": total,
            "percent": percent,
        }

    def _look(self) -> None:
        self._looked = time.monotonic()
        cancelled = mine(self.job).values_list("cancel_requested", flat=True).first()
        if cancelled is None:
            self.keeper.lost.set()
            raise LeaseLost("Another worker took this job over.")
        if cancelled:
            raise JobCancelled("The job was cancelled.")
