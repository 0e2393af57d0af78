"""The manifest of a snapshot (docs/format.md, section 6): read, checked, encoded."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from listbackup.core.storage.blobs import Blobs

from .errors import DamagedObject, FormatTooNew
from .format import FORMAT, MANIFEST, Identity, Place, source_folder
from .keys import Keyring
from .sealed import open_bytes


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    snapshot: str
    date: str
    rows: int
    upserts: int
    deletes: int
    min_key: str
    max_key: str
    bytes: int  # stored
    sha256: str  # of the stored bytes
    key_version: int


class Stream(msgspec.Struct, kw_only=True):
    label: str = ""
    key: list[str] = []
    records: int = 0  # live ones
    counts: dict[str, int] = {}  # of this run
    state: str | None = None
    segments: list[Segment] = []


class Previous(msgspec.Struct, frozen=True, kw_only=True):
    snapshot: str
    date: str
    number: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    format: int
    account: str
    source: str
    snapshot: str
    date: str
    number: int
    taken_at: str
    key_version: int
    previous: Previous | None = None
    counts: dict[str, Any] = {}
    streams: dict[str, Stream] = {}

    @property
    def place(self) -> Place:
        return Place(self.account, self.source, self.date, self.snapshot)

    @property
    def records(self) -> int:
        return sum(stream.records for stream in self.streams.values())

    def segments(self) -> Iterator[tuple[str, Segment]]:
        """(stream, segment) of everything this snapshot's state is made of."""
        for name, stream in self.streams.items():
            for segment in stream.segments:
                yield name, segment

    def own_segments(self) -> list[Segment]:
        return [segment for _, segment in self.segments() if segment.snapshot == self.snapshot]

    def place_of(self, segment: Segment) -> Place:
        return Place(self.account, self.source, segment.date, segment.snapshot)

    def object_name(self, segment: Segment) -> str:
        return self.place_of(segment).segment(segment.part)

    def identity_of(self, segment: Segment) -> Identity:
        return self.place_of(segment).identity("segment", segment.part)

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    def checksums(self, manifest_sha256: str) -> bytes:
        """The content of this snapshot's checksums.txt."""
        lines = {f"{segment.part}.parquet": segment.sha256 for segment in self.own_segments()}
        lines[MANIFEST] = manifest_sha256
        return "".join(f"{lines[name]}  {name}\n" for name in sorted(lines)).encode()


class _Format(msgspec.Struct):
    format: int


def parse_place(manifest_name: str) -> Place:
    """The place in a manifest's object name. Raises DamagedObject for other names."""
    parts = manifest_name.split("/")
    if len(parts) != 7 or parts[0] != "accounts" or parts[2] != "sources" or parts[6] != MANIFEST:
        raise DamagedObject(f"{manifest_name} is no manifest's name.")
    return Place(parts[1], parts[3], parts[4], parts[5])


def decode_manifest(data: bytes, place: Place) -> Manifest:
    """Raises DamagedObject when it is none or another snapshot's, FormatTooNew."""
    try:
        if msgspec.json.decode(data, type=_Format).format > FORMAT:
            raise FormatTooNew(f"The manifest of snapshot {place.snapshot} was written by a newer version.")
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise DamagedObject(f"The manifest of snapshot {place.snapshot} cannot be read: {error}") from error
    if manifest.place != place:
        raise DamagedObject(f"{place.manifest} is the manifest of another snapshot.")
    return manifest


def load_manifest(blobs: Blobs, keyring: Keyring, name: str) -> Manifest:
    """The manifest with this object name. Raises BlobMissing, DamagedObject, KeyUnavailable, FormatTooNew."""
    place = parse_place(name)
    return decode_manifest(open_bytes(blobs, keyring, name, place.identity("manifest")), place)


def manifest_sha256(blobs: Blobs, name: str) -> str:
    """SHA-256 of the stored bytes: what the next manifest and the database note."""
    return hashlib.sha256(blobs.get(name)).hexdigest()


def list_manifests(blobs: Blobs, account: str, source: str) -> list[str]:
    """Object names of all manifests of a source in the storage, in order of dates. Needs no key."""
    names = (info.name for info in blobs.list(source_folder(account, source)))
    return [name for name in names if name.endswith(f"/{MANIFEST}")]
