"""Writing a snapshot: streams at once, a checkpoint at any time, one commit."""

import hashlib
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from listbackup.core.clock import rfc3339
from listbackup.core.storage.blobs import BlobExists, Blobs

from .errors import DamagedObject
from .format import FORMAT, Place, check_id
from .keys import Keyring
from .manifest import Manifest, Previous, Stream, load_manifest, manifest_sha256
from .sealed import seal_bytes
from .stream import PageCounts, Run, StreamWriter


@dataclass(frozen=True, slots=True)
class Committed:
    """A snapshot that exists. `adopted`: an earlier attempt of the same snapshot had committed already."""

    manifest: Manifest
    name: str  # object name of the manifest
    sha256: str  # of its stored bytes
    stored_bytes: int  # of the objects this run added and the snapshot uses
    adopted: bool = False


class SnapshotWriter:
    """One run. `date` is YYYY-MM-DD and stays the same over all attempts of one snapshot.

    Streams of `previous` that this run does not open are carried over unchanged. Used as a context manager, it gives
    up unfinished parts at the end.
    """

    def __init__(
        self,
        blobs: Blobs,
        keyring: Keyring,
        *,
        account: str,
        source: str,
        snapshot: str,
        date: str,
        previous: Manifest | None = None,
    ) -> None:
        for value in (account, source, snapshot, date):
            check_id(value)
        if previous is not None and (previous.account, previous.source) != (account, source):
            raise ValueError("the previous snapshot is another source's")
        self.previous = previous
        self.number = previous.number + 1 if previous else 1
        place = Place(account, source, date, snapshot)
        self._run = Run(blobs, keyring, keyring.current, place, self.number, secrets.token_hex(4))
        self._streams: dict[str, StreamWriter] = {}
        self._checkpoints: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        # noted now: from here on only this state is built upon
        self._previous_sha256 = manifest_sha256(blobs, previous.place.manifest) if previous else ""

    def __enter__(self) -> "SnapshotWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    @property
    def place(self) -> Place:
        return self._run.place

    def resume(self, checkpoints: Mapping[str, dict[str, Any]]) -> None:
        """Go on after a dead attempt of the same snapshot, from its stored `checkpoint()`s by stream. Call it first."""
        if self._streams:
            raise RuntimeError("resume comes before the first stream")
        self._checkpoints = dict(checkpoints)

    def stream(self, name: str, *, label: str = "", key: Sequence[str] = ("id",)) -> StreamWriter:
        """The writer of a stream; the same one for the same name."""
        with self._lock:
            writer = self._streams.get(name)
            if writer is None:
                before = self.previous.streams.get(name) if self.previous else None
                writer = StreamWriter(self._run, name, label or (before.label if before else "") or name, key, before)
                if name in self._checkpoints:
                    writer.restore(self._checkpoints.pop(name))
                self._streams[name] = writer
            return writer

    def forget(self, name: str) -> None:
        """Take a stream out of this run: its previous state is carried over as if it had not been opened."""
        with self._lock:
            self._checkpoints.pop(name, None)
            writer = self._streams.pop(name, None)
        if writer is not None:
            writer.abandon()

    def abandon(self) -> None:
        """Give up what is not durable. Objects that are stay invisible until a resumed run commits them."""
        for writer in self._streams.values():
            writer.abandon()

    def commit(
        self,
        *,
        taken_at: datetime,
        states: Mapping[str, str | None] | None = None,
        counts: Mapping[str, Any] | None = None,
        drop: Sequence[str] = (),
    ) -> Committed:
        """Make the snapshot: segments, manifest, checksums.txt. The caller then writes its database row.

        `states` is each stream's text for the next run (a stream without one keeps its previous); `drop` names streams
        that this and later snapshots no longer have. Raises StorageUnavailable, DamagedObject.
        """
        for name, checkpoint in list(self._checkpoints.items()):  # streams the dead attempt had finished
            self.stream(name, label=checkpoint["label"], key=checkpoint["key"])
        manifest = self._manifest(taken_at, states or {}, counts or {}, drop)
        place, blobs = self.place, self._run.blobs
        sealed = seal_bytes(manifest.encode(), self._run.key, place.identity("manifest"))
        adopted = False
        try:
            blobs.put(place.manifest, sealed, if_absent=True)
        except BlobExists:
            stored = blobs.get(place.manifest)
            adopted = stored != sealed  # equal: our own write, whose answer was lost
            if adopted:
                manifest, sealed = load_manifest(blobs, self._run.keyring, place.manifest), stored
        self._compare(place.manifest, sealed)
        sha256 = hashlib.sha256(sealed).hexdigest()
        checksums = manifest.checksums(sha256)
        blobs.put(place.checksums, checksums)
        self._compare(place.checksums, checksums)
        stored_bytes = sum(segment.bytes for segment in manifest.own_segments()) + len(sealed)
        return Committed(manifest, place.manifest, sha256, stored_bytes, adopted)

    def _manifest(
        self, taken_at: datetime, states: Mapping[str, str | None], counts: Mapping[str, Any], drop: Sequence[str]
    ) -> Manifest:
        before = self.previous
        streams: dict[str, Stream] = {}
        for name, stream in before.streams.items() if before else ():
            zero = dict.fromkeys(PageCounts.__slots__, 0)
            streams[name] = Stream(
                label=stream.label,
                key=stream.key,
                records=stream.records,
                counts=zero,
                state=stream.state,
                segments=stream.segments,
            )
        totals = PageCounts()
        for name, writer in sorted(self._streams.items()):
            state = states.get(name, streams[name].state if name in streams else None)
            streams[name] = writer.finish(state)
            totals.add(writer.counts)
        for name in drop:
            streams.pop(name, None)
        place = self.place
        return Manifest(
            format=FORMAT,
            account=place.account,
            source=place.source,
            snapshot=place.snapshot,
            date=place.date,
            number=self.number,
            taken_at=rfc3339(taken_at),
            key_version=self._run.key.version,
            previous=None
            if before is None
            else Previous(
                snapshot=before.snapshot, date=before.date, number=before.number, sha256=self._previous_sha256
            ),
            counts={name: getattr(totals, name) for name in PageCounts.__slots__} | dict(counts),
            streams=streams,
        )

    def _compare(self, name: str, data: bytes) -> None:
        if self._run.blobs.get(name) != data:
            raise DamagedObject(
                f"The storage returns other bytes of {name} than it was given.",
                remedy="The storage is not reliable: check the disk or the S3 service, then run the backup again.",
            )
