"""All versions of one record over many snapshots."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backups.store.manifest import Manifest

from .rows import Version

if TYPE_CHECKING:
    from .as_of import View


def versions(view: "View", stream: str, key: str, manifests: Sequence[Manifest]) -> list[Version]:
    """Newest first. Segments that several snapshots share are read once."""
    taken = {one.number: (one.snapshot, one.taken_at) for one in (*manifests, view.manifest)}
    segments = [one for one in view.all_segments(stream, manifests) if one.min_key <= key <= one.max_key]
    if not segments:
        return []
    sql = f"""SELECT DISTINCT ON (number, seq) number, seq, op, raw, hash FROM {view.table(segments)}
              WHERE key = ? ORDER BY number DESC, seq DESC"""  # noqa: S608
    answer = []
    for number, seq, op, raw, digest in view.execute(sql, [key]):
        snapshot, taken_at = taken.get(number, (None, None))
        answer.append(
            Version(number, seq, snapshot, taken_at, op, None if raw is None else raw.encode(), bytes(digest))
        )
    return answer
