"""How a pass learns of deletions: a flag in the record, an archived pass, a sweep of all keys."""

import datetime as dt
from typing import Any

from integrations.connector.cursors import moment_of
from integrations.connector.model import Stream


def sweeps(stream: Stream, *, full: bool) -> bool:
    """Whether a pass lists every live key, so that what it does not show is gone."""
    return full and stream.deletions.sweep


def sweep_is_due(stream: Stream, state: dict[str, Any] | None, moment: dt.datetime) -> bool:
    """Whether an incremental stream must be read in full again to find what disappeared without a trace."""
    if not stream.deletions.sweep or stream.incremental is None or not state:
        return False
    swept = moment_of(state.get("swept_at", ""))
    # A cursor without a date came from outside, such as a command line: it asks for the increment.
    return swept is not None and (moment - swept).total_seconds() >= stream.deletions.sweep_every_s


def phases(stream: Stream) -> tuple[str, ...]:
    return ("live", "archived") if stream.deletions.archived is not None else ("live",)
