"""Verification: re-read every byte of a snapshot and name what is damaged (docs/format.md, section 9)."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from listbackup.core.storage.blobs import BlobMissing, Blobs

from .errors import DAMAGE_CODES, DamagedObject
from .format import CHECKSUMS, MANIFEST, Place
from .keys import Keyring
from .manifest import Manifest, Previous, Segment, decode_manifest, load_manifest, parse_place
from .sealed import open_bytes, open_sealed
from .segment import open_segment, read_batches

KINDS = tuple(DAMAGE_CODES)
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)\n")
_CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Damage:
    kind: str  # one of KINDS
    object: str  # object name
    detail: str
    streams: list[str] = field(default_factory=list)  # whose records are affected; empty: none
    records: int = 0  # versions of records in the object


def verify_snapshot(
    blobs: Blobs,
    keyring: Keyring,
    manifest_name: str,
    *,
    sha256: str | None = None,
    known: Iterable[str] = (),
) -> list[Damage]:
    """All damage of one snapshot and of every segment its state needs; an empty list proves every byte.

    `sha256` is what the database notes of the manifest: with it an older manifest in its place is seen. `known` are
    object names proved a moment ago (shared segments), which are not read again.
    Raises KeyUnavailable and StorageUnavailable: then nothing is known.
    """
    check = _Check(blobs, keyring, parse_place(manifest_name))
    manifest = check.manifest(sha256)
    if manifest is None:
        return check.found
    check.checksums(manifest, sha256)
    proved = set(known)
    for stream, segment in manifest.segments():
        if manifest.object_name(segment) not in proved:
            check.segment(manifest, stream, segment)
    check.extras(manifest)
    check.previous(manifest)
    return check.found


def verify_chain(
    blobs: Blobs, keyring: Keyring, manifest_names: list[str], *, newest: tuple[int, str] | None = None
) -> list[Damage]:
    """Check that manifests (oldest first) follow each other; `newest` is the number and SHA-256 the database notes."""
    found: list[Damage] = []
    before: Previous | None = None
    for name in manifest_names:
        manifest, stored = load_manifest(blobs, keyring, name), blobs.get(name)
        link = manifest.previous
        if before and link and link.snapshot == before.snapshot and link != before:
            place = Place(manifest.account, manifest.source, before.date, before.snapshot)
            found.append(
                Damage("replayed", place.manifest, "it is not the manifest that the next snapshot was built on")
            )
        digest = hashlib.sha256(stored).hexdigest()
        before = Previous(snapshot=manifest.snapshot, date=manifest.date, number=manifest.number, sha256=digest)
    if newest and (before is None or (before.number, before.sha256) != newest):
        last = manifest_names[-1] if manifest_names else ""
        found.append(Damage("replayed", last, f"the newest snapshot must have number {newest[0]}: newer ones are gone"))
    return found


class _Check:
    def __init__(self, blobs: Blobs, keyring: Keyring, place: Place) -> None:
        self.blobs, self.keyring, self.place = blobs, keyring, place
        self.found: list[Damage] = []
        self._all_hashes: dict[str, str] | None = None

    def add(self, kind: str, name: str, detail: str, streams: Iterable[str] = (), records: int = 0) -> None:
        self.found.append(Damage(kind, name, detail, list(streams), records))

    # -- the parts ------------------------------------------------------------------------------------------------

    def manifest(self, expected: str | None) -> Manifest | None:
        name = self.place.manifest
        try:
            stored = self.blobs.get(name)
        except BlobMissing:
            self.add("missing", name, "the manifest is gone: the snapshot cannot be read")
            return None
        listed = self._listed(self.place).get(MANIFEST)
        actual = hashlib.sha256(stored).hexdigest()
        try:
            plain = open_bytes(self.blobs, self.keyring, name, self.place.identity("manifest"))
            manifest = decode_manifest(plain, self.place)
        except DamagedObject:
            self.add(
                self._why(name, stored_size=len(stored), actual=actual, size=None), name, "the manifest does not open"
            )
            return None
        if (expected or listed or actual) != actual:
            self.add("replayed", name, "an authentic manifest, but not the one that was committed")
        return manifest

    def checksums(self, manifest: Manifest, expected: str | None) -> None:
        name = self.place.checksums
        try:
            stored = self.blobs.get(name)
        except BlobMissing:
            self.add("missing", name, "the list of checksums is gone; the data is not affected")
            return
        # without the database's note, the manifest's own line can only be compared with the manifest (done before)
        noted = expected or self._listed(self.place).get(MANIFEST, "")
        if stored != manifest.checksums(noted):
            whole = manifest.checksums("0" * 64)
            kind = "truncated" if len(stored) < len(whole) else "flipped"
            self.add(kind, name, "the list of checksums is not what the manifest says; the data is not affected")

    def segment(self, manifest: Manifest, stream: str, segment: Segment) -> None:
        name = manifest.object_name(segment)
        try:
            size, actual = self._hash(name)
        except BlobMissing:
            self.add("missing", name, "a segment is gone", [stream], segment.rows)
            return
        if (size, actual) != (segment.bytes, segment.sha256):
            kind = self._why(name, stored_size=size, actual=actual, size=segment.bytes)
            self.add(kind, name, "a segment has other bytes than were written", [stream], segment.rows)
            return
        try:
            problem = self._decode(manifest, segment)
        except DamagedObject as error:
            problem = error.message
        if problem:
            self.add("flipped", name, problem, [stream], segment.rows)

    def extras(self, manifest: Manifest) -> None:
        place = self.place
        expected = {manifest.object_name(segment) for segment in manifest.own_segments()}
        expected |= {place.manifest, place.checksums}
        for info in self.blobs.list(place.folder):
            if info.name not in expected and not self._left_behind(info.name):
                self.add("extra", info.name, "this object does not belong to the snapshot")

    def previous(self, manifest: Manifest) -> None:
        link = manifest.previous
        if link is None:
            if manifest.number != 1:
                self.add("replayed", self.place.manifest, "the chain of snapshots begins in the middle")
            return
        name = Place(manifest.account, manifest.source, link.date, link.snapshot).manifest
        if manifest.number != link.number + 1:
            self.add("replayed", self.place.manifest, "the numbers of the chain do not follow each other")
        # retention may have removed the previous one; where it exists, it must be the one this was built on
        if self.blobs.exists(name) and self._hash(name)[1] != link.sha256:
            self.add("replayed", name, "the previous manifest is not the one that this snapshot was built on")

    # -- inside ---------------------------------------------------------------------------------------------------

    def _hash(self, name: str) -> tuple[int, str]:
        digest, at = hashlib.sha256(), 0
        self.blobs.size(name)  # a missing object must say so
        while data := self.blobs.read_range(name, at, _CHUNK):
            digest.update(data)
            at += len(data)
        return at, digest.hexdigest()

    def _decode(self, manifest: Manifest, segment: Segment) -> str:
        """Open and decode everything; what is wrong, or an empty text."""
        file = open_segment(self.blobs, self.keyring, manifest, segment)
        for _ in file.chunks():
            pass
        rows = deletes = 0
        for batch in read_batches(file):
            rows += batch.num_rows
            deletes += batch.column("op").to_pylist().count("d")
        if (rows, deletes) != (segment.rows, segment.deletes):
            return (
                f"a segment has {rows} rows with {deletes} deletions; {segment.rows} and {segment.deletes} were written"
            )
        return ""

    def _left_behind(self, name: str) -> bool:
        """Whether an unlisted object is an authentic part of this snapshot that a dead process left."""
        for kind, ending in (("segment", ".parquet"), ("seen", ".seen")):
            if name.endswith(ending):
                part = name.removeprefix(self.place.folder).removesuffix(ending)
                try:
                    for _ in open_sealed(self.blobs, self.keyring, name, self.place.identity(kind, part)).chunks():
                        pass
                except DamagedObject:
                    return False
                return True
        return False

    def _why(self, name: str, *, stored_size: int, actual: str, size: int | None) -> str:
        """What happened to an object that is not itself any more."""
        if self._elsewhere().get(actual, name) != name:
            return "swapped"
        if size is not None and stored_size < size:
            return "truncated"
        if size is None and stored_size < 8 + 40 + 16:
            return "truncated"
        return "flipped"

    def _elsewhere(self) -> dict[str, str]:
        """Object name by SHA-256, of all lists of checksums in the storage; read only when something is damaged."""
        if self._all_hashes is None:
            self._all_hashes = {}
            for info in self.blobs.list("accounts/"):
                if info.name.endswith(f"/{CHECKSUMS}"):
                    folder = info.name.removesuffix(CHECKSUMS)
                    for sha256, name in _lines(self.blobs.get(info.name)):
                        self._all_hashes[sha256] = folder + name
        return self._all_hashes

    def _listed(self, place: Place) -> dict[str, str]:
        try:
            return {name: sha256 for sha256, name in _lines(self.blobs.get(place.checksums))}
        except BlobMissing:
            return {}


def _lines(data: bytes) -> Iterator[tuple[str, str]]:
    for found in _LINE.finditer(data.decode("ascii", "replace")):
        yield found[1], found[2]
