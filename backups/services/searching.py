"""Search in what a source holds now, and in all that it ever held."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from backups.models import Snapshot, Source
from backups.query.rows import Past
from backups.services.snapshots import manifests_of, newest, view_of


@dataclass(frozen=True, slots=True)
class PastHit:
    """A version that was found. `since` and `until` are the times of the snapshots in which it came and ended; None: not
    known any more (`since`), or it still holds (`until`)."""

    past: Past
    label: str
    since: dt.datetime | None
    until: dt.datetime | None


def search_past(
    source: Source,
    text: str,
    *,
    streams: Sequence[str] | None = None,
    after: tuple[str, str, int] | None = None,
    limit: int = 50,
) -> list[PastHit]:
    """Versions that contain the text, by stream, key and time. Raises SnapshotMissing, NotFound, DamagedObject."""
    with view_of(newest(source)) as view:
        found = view.search_past(text, streams, manifests=manifests_of(source), after=after, limit=limit)
        labels = {name: label for name, label, _ in view.streams()}
    numbers = {hit.number for hit in found} | {hit.until for hit in found if hit.until is not None}
    rows = Snapshot.everything.filter(source=source, number__in=numbers).values_list("number", "taken_at")
    times: dict[int, dt.datetime] = dict(rows)
    return [
        PastHit(
            hit,
            labels.get(hit.stream, hit.stream),
            times.get(hit.number),
            None if hit.until is None else times.get(hit.until),
        )
        for hit in found
    ]
