"""Reading records of a snapshot for people: one page of a stream, or what a text is found in."""

from dataclasses import dataclass

from backups.errors import StreamUnknown
from backups.models import Snapshot
from backups.query.rows import RecordRow
from backups.services.snapshots import view_of


@dataclass(frozen=True, slots=True)
class RecordPage:
    """`streams`: (name, label, records) of the snapshot; `next`: for `after`, "" at the end."""

    streams: list[tuple[str, str, int]]
    stream: str
    rows: list[RecordRow]
    next: str

    @property
    def label(self) -> str:
        return next((label for name, label, _ in self.streams if name == self.stream), self.stream)

    @property
    def count(self) -> int:
        """Records of the whole stream."""
        return next((count for name, _, count in self.streams if name == self.stream), 0)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    stream: str
    label: str
    row: RecordRow


def read_page(snapshot: Snapshot, *, stream: str = "", search: str = "", after: str = "", size: int = 50) -> RecordPage:
    """Records by key; without `stream` those of the first that has any. Raises StreamUnknown, DamagedObject."""
    with view_of(snapshot) as view:
        streams = view.streams()
        chosen = stream or next((name for name, _, count in streams if count), streams[0][0] if streams else "")
        if chosen and chosen not in {name for name, _, _ in streams}:
            raise StreamUnknown("The snapshot has no such stream.", fields={"stream": [f"Unknown: {chosen[:60]}"]})
        rows = view.page(chosen, after=after or None, limit=size + 1, search=search or None) if chosen else []
    more, rows = len(rows) > size, rows[:size]
    return RecordPage(streams, chosen, rows, rows[-1].key if more else "")


def search_now(snapshot: Snapshot, text: str, *, limit: int) -> list[FoundRecord]:
    """In all streams as of the snapshot. Raises DamagedObject."""
    with view_of(snapshot) as view:
        labels = {name: label for name, label, _ in view.streams()}
        return [
            FoundRecord(hit.stream, labels.get(hit.stream, hit.stream), hit.row)
            for hit in view.search(text, limit=limit)
        ]
