"""A restore drill: records are rebuilt from the sealed objects into a file, and the file is compared with what was stored.

The file is made by the same reading that exports and restores use. What is compared: how many records there must be
(the manifest), and the content hash of each (written beside the record when it was received, docs/format.md).
"""

import random
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from backups.store.format import content_hashes
from backups.store.manifest import Stream

from .as_of import View
from .fields import Fields
from .rows import VERSION, RecordRow

WHOLE = 20_000  # records: a larger stream is rebuilt in a part
SAMPLE = 5_000  # records of a larger stream, from a place that differs each time
MOST = 200_000  # records of one drill
_BATCH = 1_000
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class StreamDrill:
    """`expected` records the manifest promises, `counted` are there, `rebuilt` were compared; `wrong` differ."""

    stream: str
    expected: int
    counted: int
    rebuilt: int
    wrong: int

    @property
    def proved(self) -> bool:
        return self.counted == self.expected and not self.wrong


def drill(
    view: View,
    *,
    choose: random.Random | None = None,
    step: Callable[[], None] = lambda: None,
    fields: dict[str, Fields] | None = None,
) -> list[StreamDrill]:
    """Rebuilds every stream, or a sample of it. `step` is called after each batch and may raise to end the drill. `fields`
    is filled with what the records of each stream look like.

    The file has no name and is gone with the process. Raises DamagedObject, KeyUnavailable, BlobMissing, OSError.
    """
    dice = choose or random.Random()
    names = list(view.manifest.streams)
    dice.shuffle(names)
    left, found = MOST, []
    for name in names:
        entry = view.manifest.streams[name]
        whole = entry.records <= min(WHOLE, left)
        rows = view.iterate(name) if whole else _sample(view, name, dice, min(SAMPLE, left))
        if fields is not None:
            fields[name] = Fields(whole=whole)
            rows = fields[name].watch(rows)
        rebuilt, wrong = _rebuild(rows, step)
        left -= rebuilt
        found.append(StreamDrill(name, entry.records, rebuilt if whole else _count(view, entry), rebuilt, wrong))
    return sorted(found, key=lambda one: one.stream)


def _rebuild(batches: Iterator[list[RecordRow]], step: Callable[[], None]) -> tuple[int, int]:
    """(records written and read back, those whose content is not what was received)."""
    stored: list[bytes] = []
    with tempfile.TemporaryFile() as file:
        for rows in batches:
            for row in rows:
                file.write(_LENGTH.pack(len(row.raw)) + row.raw)
                stored.append(row.hash)
            step()
        file.seek(0)
        wrong = at = 0
        for raws in _read_back(file):
            hashes = content_hashes(raws)
            wrong += sum(made != kept for made, kept in zip(hashes, stored[at : at + len(raws)], strict=True))
            at += len(raws)
            step()
    return at, wrong + abs(len(stored) - at)


def _read_back(file: IO[bytes]) -> Iterator[Sequence[bytes]]:
    while True:
        raws: list[bytes] = []
        while len(raws) < _BATCH and (head := file.read(_LENGTH.size)):
            raws.append(file.read(_LENGTH.unpack(head)[0]))
        if not raws:
            return
        yield raws


def _sample(view: View, name: str, dice: random.Random, wanted: int) -> Iterator[list[RecordRow]]:
    """`wanted` records in order of their keys from a place in the middle, going on at the first when they end."""
    segments = view.manifest.streams[name].segments
    after: str | None = dice.choice([segment.min_key for segment in segments]) if segments else None
    wrapped = after is None
    while wanted > 0:
        rows = view.page(name, after=after, limit=min(_BATCH, wanted))
        if rows:
            yield rows
            wanted -= len(rows)
            after = rows[-1].key
        elif wrapped:
            return
        else:
            after, wrapped = None, True


def _count(view: View, entry: Stream) -> int:
    """Live records of the stream, from keys and operations alone."""
    sql = f"""SELECT count(*) FROM (SELECT arg_max(op, {VERSION}) AS op FROM {view.table(entry.segments)} GROUP BY key)
              WHERE op = 'u'"""  # noqa: S608 - names of objects hold no quotes
    return int(view.execute(sql, [])[0][0]) if entry.segments else 0
