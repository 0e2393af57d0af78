"""All versions of one record over many snapshots."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backups.store.manifest import Manifest, Segment

from .rows import Version

if TYPE_CHECKING:
    from .as_of import View


def versions(view: "View", stream: str, key: str, manifests: Sequence[Manifest]) -> list[Version]:
    """Newest first. Segments that several snapshots share are read once."""
    segments: dict[str, Segment] = {}
    taken = {}
    for manifest in (*manifests, view.manifest):
        taken[manifest.number] = (manifest.snapshot, manifest.taken_at)
        entry = manifest.streams.get(stream)
        for segment in entry.segments if entry else ():
            if segment.min_key <= key <= segment.max_key:
                segments[manifest.object_name(segment)] = segment
    if not segments:
        return []
    sql = f"""SELECT number, seq, op, raw, hash FROM {view.table(list(segments.values()))}
              WHERE key = ? ORDER BY number DESC, seq DESC"""  # noqa: S608
    answer = []
    for number, seq, op, raw, digest in view.execute(sql, [key]):
        snapshot, taken_at = taken.get(number, (None, None))
        answer.append(
            Version(number, seq, snapshot, taken_at, op, None if raw is None else raw.encode(), bytes(digest))
        )
    return answer
