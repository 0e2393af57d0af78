"""What a run reads: which streams, from where on, and what is left out with a word of warning."""

import json
from dataclasses import dataclass, field
from typing import Any

from backups.errors import StreamUnknown
from backups.models import Job, Source
from backups.pipeline.read import StreamReader
from backups.store.manifest import Manifest
from integrations.connector.records import StreamInfo


@dataclass(slots=True)
class Plan:
    """`roots` are read by themselves, their inline children come along; `infos` are all of them, parents first."""

    roots: list[str] = field(default_factory=list)
    infos: dict[str, StreamInfo] = field(default_factory=dict)
    states: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    accept_deletions: frozenset[str] = frozenset()

    def children(self, root: str) -> list[str]:
        found = [root]
        for info in self.infos.values():  # parents stand before their children
            if info.inline and info.parent in found and info.name not in self.roots and info.name not in found:
                found.append(info.name)
        return found


def make_plan(source: Source, job: Job, reader: StreamReader, previous: Manifest | None) -> Plan:
    """Raises StreamUnknown when none of the chosen streams exists any more, and the platform's errors."""
    infos = {info.name: info for info in reader.discover()}
    off = source.connection.off_streams
    wanted = list(job.parameters.get("streams") or source.streams) or list(infos)
    chosen: dict[str, StreamInfo] = {}
    plan = Plan(accept_deletions=frozenset(job.parameters.get("accept_deletions") or ()))
    for name in wanted:
        if name not in infos:
            plan.warnings.append(f"{name}: the platform no longer has this stream; its last state is kept.")
        elif name in off:
            plan.warnings.append(f"{infos[name].label or name}: not read. {off[name]}")
        else:
            chosen[name] = infos[name]
    if not chosen:
        raise StreamUnknown(
            "None of the chosen streams can be read.",
            remedy="Change the source's streams, or give the connection more permissions at the platform.",
        )
    plan.infos = _parents_first(chosen, infos)
    plan.roots = [name for name, info in plan.infos.items() if not (info.inline and info.parent in chosen)]
    plan.states = {name: _state(name, previous) for name in plan.roots}
    return plan


def _parents_first(chosen: dict[str, StreamInfo], infos: dict[str, StreamInfo]) -> dict[str, StreamInfo]:
    """In the platform's order, a parent before its children."""
    found: dict[str, StreamInfo] = {}

    def add(info: StreamInfo) -> None:
        if info.parent in chosen and info.parent not in found:
            add(chosen[info.parent])
        found[info.name] = info

    for name in infos:
        if name in chosen:
            add(infos[name])
    return found


def _state(name: str, previous: Manifest | None) -> dict[str, Any] | None:
    """Where the last snapshot ended, None for a stream that is read for the first time."""
    stream = previous.streams.get(name) if previous else None
    if stream is None or not stream.state:
        return None
    state: dict[str, Any] | None = json.loads(stream.state)
    return state
