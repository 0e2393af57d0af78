"""A run over a stream as checkpoints hold it.

{"run": {...}}                     in the middle of a pass: reading goes on there
{"cursor": "...", "swept_at": ..}  after a pass: the next one asks for what changed since
{} or None                         never read
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from integrations.connector.cursors import ask_from, highest, is_time, moment_of, next_cursor, rendered, written
from integrations.connector.deletions import phases, sweep_is_due, sweeps
from integrations.connector.errors import ConnectorError, ScopeMissing
from integrations.connector.model import Stream
from integrations.connector.pagination import Position
from integrations.connector.records import Record


@dataclass(slots=True)
class Run:
    """`since` is the cursor the run started from (None: a full pass), `start` and `end` the present window.

    With parents: `outer` is the position of their page, `after` the last one read, `parent` the one `position` is of.
    """

    stream: Stream
    full: bool
    started: dt.datetime
    since: str | None = None
    high: str | None = None
    phase: str = "live"
    start: str | None = None
    end: str | None = None
    position: Position = field(default_factory=dict)
    outer: Position = field(default_factory=dict)
    after: str | None = None
    parent: str | None = None
    swept_at: str | None = None
    partial: bool = False
    moved: bool = False
    total: int | None = None
    refused: ScopeMissing | None = None  # the last part that the platform did not let us read

    @classmethod
    def begin(cls, stream: Stream, state: dict[str, Any] | None, now: dt.datetime) -> "Run":
        """Raises ConnectorError for a checkpoint that is not ours."""
        state = state or {}
        if "run" in state:
            return cls._resumed(stream, state["run"])
        cursor = state.get("cursor")
        rule = stream.incremental
        if rule is not None and cursor is not None and is_time(rule) and moment_of(cursor) is None:
            raise ConnectorError(f"{str(cursor)[:60]!r} is not a time.", stream=stream.name, code="state.invalid")
        due = sweep_is_due(stream, state, now)
        full = rule is None or cursor is None or due
        run = cls(stream, full, now, since=None if full else str(cursor), swept_at=state.get("swept_at"))
        if full and rule is not None and rule.start and rule.style == "filter" and rule.request is None:
            run.since = None
            run.start = rule.start
        elif not full and rule is not None:
            run.start = ask_from(rule, str(cursor))
        if run.start is not None:
            run.end = run._window_end(run.start)
        return run

    @classmethod
    def _resumed(cls, stream: Stream, saved: dict[str, Any]) -> "Run":
        try:
            moment = moment_of(saved["started"])
            if moment is None or saved.get("phase", "live") not in phases(stream):
                raise KeyError("started")
            return cls(stream, bool(saved["full"]), moment, **{k: saved[k] for k in _KEPT if k in saved})
        except (KeyError, TypeError) as error:
            raise ConnectorError(
                f"The checkpoint of {stream.name} cannot be used: {error}", stream=stream.name, code="state.invalid"
            ) from None

    def values(self) -> dict[str, Any]:
        """`{since}` and `{until}` of this window, as the platform wants them."""
        rule = self.stream.incremental
        if rule is None or self.start is None or self.phase != "live":
            return {}
        found = {"since": rendered(rule, self.start)}
        if self.end is not None:
            found["until"] = rendered(rule, self.end)
        return found

    def saw(self, records: list[Record]) -> None:
        if self.stream.incremental is not None and self.phase == "live":
            self.high = highest(self.stream.incremental, self.high, [record.cursor for record in records])

    def refuse(self, error: ScopeMissing) -> None:
        """A part was refused: what it holds was not listed."""
        self.refused, self.partial = error, True

    @property
    def sweeps(self) -> bool:
        """Whether what this pass did not show may be taken for deleted."""
        return sweeps(self.stream, full=self.full) and not self.partial and not self.moved

    def counted(self, total: int | None) -> None:
        """Pages by number or offset move up when a record goes while they are read: another may have been passed over."""
        if total is None or self.stream.page.kind not in ("number", "offset"):
            return
        if self.total is not None and total < self.total:
            self.moved = True
        self.total = total

    def advance(self) -> bool:
        """To the next window or phase; False when the run is over."""
        self.position, self.outer, self.after, self.parent, self.total = {}, {}, None, None, None
        rule = self.stream.incremental
        if self.phase == "live" and rule is not None and rule.window_s and self.end is not None:
            bound = written(self.bound)
            if self.end < bound:
                self.start, self.end = self.end, None
                self.end = self._window_end(self.start)
                return True
        order = phases(self.stream)
        index = order.index(self.phase) + 1
        if index >= len(order):
            return False
        self.phase = order[index]
        return True

    @property
    def bound(self) -> dt.datetime:
        """No cursor goes past the pass's start less the horizon."""
        rule = self.stream.incremental
        return self.started - dt.timedelta(seconds=rule.horizon_s if rule else 0)

    def checkpoint(self) -> dict[str, Any]:
        saved: dict[str, Any] = {"full": self.full, "started": written(self.started)}
        for name in _KEPT:
            value = getattr(self, name)
            if value not in (None, {}, False):
                saved[name] = value
        return {"run": saved}

    def finished(self) -> dict[str, Any]:
        rule = self.stream.incremental
        if rule is None:
            return {}
        if self.partial and self.since is None:
            return {}
        # A parent that was refused may be readable next time: the cursor must not pass what was not read.
        high = None if self.partial else self.high
        state: dict[str, Any] = {"cursor": next_cursor(rule, high=high, since=self.since, bound=self.bound)}
        if self.stream.deletions.sweep:
            state["swept_at"] = written(self.started) if self.full else self.swept_at or written(self.started)
        return state

    def _window_end(self, start: str) -> str:
        rule = self.stream.incremental
        bound = written(self.bound)
        moment = moment_of(start)
        if rule is None or rule.window_s is None or moment is None:
            return bound
        return min(bound, written(moment + dt.timedelta(seconds=rule.window_s)))


_KEPT = (
    "since",
    "high",
    "phase",
    "start",
    "end",
    "position",
    "outer",
    "after",
    "parent",
    "swept_at",
    "partial",
    "moved",
    "total",
)
