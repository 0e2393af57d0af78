"""The replica: the same sealed objects in a second storage with credentials of its own (docs/decisions/0007).

Snapshots are copied oldest first, a manifest after everything it names. What is damaged here is never copied there.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db.models import Count, Min

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import Account
from backups.enums import KeyState, SourceStatus
from backups.models import AccountKey, Snapshot, Source
from backups.services.keys import keyring_of
from backups.services.snapshots import names_before, verify_snapshot
from backups.services.storage import replica_blobs, snapshot_blobs
from backups.store.errors import DamagedObject
from backups.store.format import keys_name
from backups.store.manifest import Manifest, load_manifest
from backups.store.verify import Damage
from listbackup.core.clock import now
from listbackup.core.storage import BlobMissing, Blobs

log = structlog.get_logger(__name__)
CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Lag:
    """`waiting` snapshots are not in the replica yet; the oldest of them is `seconds` old."""

    waiting: int
    seconds: float


def lag_of(account_sources: "list[Source]") -> Lag:
    rows = Snapshot.objects.filter(source__in=account_sources, replicated_at=None)
    found = rows.aggregate(waiting=Count("pk"), oldest=Min("taken_at"))
    oldest: dt.datetime | None = found["oldest"]
    return Lag(found["waiting"], (now() - oldest).total_seconds() if oldest else 0.0)


def replicate(context: AccountContext, source: Source) -> int:
    """Copies what the replica lacks of a source; returns how many snapshots. May end in the middle, or run twice.

    A damaged snapshot is left out and tried again next time; the others go on. Without a replica nothing is done.
    Raises KeyUnavailable, StorageUnavailable.
    """
    there = replica_blobs()
    if there is None:
        return 0
    done, ring = 0, keyring_of(source.account)
    for snapshot in Snapshot.objects.filter(source=source, replicated_at=None).order_by("number"):
        if Source.objects.filter(pk=source.pk, status=SourceStatus.DELETED).exists():
            break  # it may be erased at this moment
        try:
            manifest = load_manifest(snapshot_blobs(), ring, snapshot.manifest_name)
            for name, sha256 in _new_objects(snapshot, manifest):
                copy(snapshot_blobs(), there, name, sha256)
        except (DamagedObject, BlobMissing) as error:
            log.error("not_replicated", snapshot=str(snapshot.pk), why=error.message)
            continue
        # By filter: a snapshot that was deleted meanwhile must not come back.
        done += Snapshot.objects.filter(pk=snapshot.pk).update(replicated_at=now())
    _copy_keys(source.account, there)
    return done


def repair(context: AccountContext, snapshot: Snapshot) -> tuple[list[str], list[Damage]]:
    """Puts good bytes of the replica in the place of damaged ones of a snapshot's state.

    Each is proved by its SHA-256 before it replaces anything; the damaged bytes stay aside until the whole snapshot was
    verified. Returns the names of repaired objects, and the damage that is left. Raises KeyUnavailable,
    StorageUnavailable, and DamagedObject when the manifest is damaged in both storages.
    """
    there, here, repaired, aside = replica_blobs(), snapshot_blobs(), list[str](), list[str]()
    for name, sha256 in _needed(snapshot, there):
        if _sha256(here, name) == sha256 or there is None or _sha256(there, name) != sha256:
            continue
        kept = f"accounts/{snapshot.account_id}/damaged/{now():%Y%m%dT%H%M%S%f}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        if here.exists(name):
            _stream(here, here, name, kept)
            aside.append(kept)
        copy(there, here, name, sha256, replace=True)
        repaired.append(name)
    left = verify_snapshot(context, snapshot)
    if not left:
        for kept in aside:
            here.delete(kept)
    if repaired:
        record(context, "snapshot.repaired", snapshot, objects=repaired[:20], count=len(repaired), left=len(left))
    return repaired, left


def copy(source: Blobs, target: Blobs, name: str, sha256: str, *, replace: bool = False) -> None:
    """One object, proved by its hash on both sides. Raises DamagedObject (nothing replaced, or it reads back differently)."""
    if not replace and _sha256(target, name) == sha256:
        return
    if _sha256(source, name) != sha256:
        raise DamagedObject(f"{name} is not what was written.")
    _stream(source, target, name, name)
    if _sha256(target, name) != sha256:
        raise DamagedObject(f"{name} reads back differently from its copy.")


def _needed(snapshot: Snapshot, there: Blobs | None) -> Iterator[tuple[str, str]]:
    """Every object of the snapshot's state with its SHA-256; the manifest first, so that the others are known."""
    yield snapshot.manifest_name, snapshot.manifest_sha256
    ring, here = keyring_of(snapshot.account), snapshot_blobs()
    good = here if _sha256(here, snapshot.manifest_name) == snapshot.manifest_sha256 else there
    if good is None:
        raise DamagedObject(f"The manifest {snapshot.manifest_name} is damaged, and there is no replica.")
    manifest = load_manifest(good, ring, snapshot.manifest_name)
    for _, segment in manifest.segments():
        yield manifest.object_name(segment), segment.sha256
    yield manifest.place.checksums, _sums(snapshot, manifest)


def _new_objects(snapshot: Snapshot, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """What the kept snapshot before it does not need, the manifest last: until it lies there, the copy does not exist."""
    known = names_before(snapshot)
    for _, segment in manifest.segments():
        if manifest.object_name(segment) not in known:
            yield manifest.object_name(segment), segment.sha256
    yield manifest.place.checksums, _sums(snapshot, manifest)
    yield snapshot.manifest_name, snapshot.manifest_sha256


def _sums(snapshot: Snapshot, manifest: Manifest) -> str:
    return hashlib.sha256(manifest.checksums(snapshot.manifest_sha256)).hexdigest()


def _copy_keys(account: Account, there: Blobs) -> None:
    name = keys_name(str(account.pk))
    try:
        data = snapshot_blobs().get(name)
    except BlobMissing:
        return
    there.put(name, data)
    # Looked at afterwards: an erasure that ran meanwhile did not see this copy.
    if not AccountKey.objects.filter(account=account).exclude(state=KeyState.ERASED).exists():
        there.delete(name)


def _stream(source: Blobs, target: Blobs, name: str, as_name: str) -> None:
    at = 0
    with target.write(as_name) as writer:
        while data := source.read_range(name, at, CHUNK):
            writer.write(data)
            at += len(data)


def _sha256(blobs: Blobs, name: str) -> str:
    """Of the stored bytes; empty when there is no such object."""
    digest, at = hashlib.sha256(), 0
    try:
        while data := blobs.read_range(name, at, CHUNK):
            digest.update(data)
            at += len(data)
    except BlobMissing:
        return ""
    return digest.hexdigest()


def is_configured() -> bool:
    return bool(settings.REPLICA_STORAGE_URL)
