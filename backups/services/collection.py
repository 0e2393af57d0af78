"""Collecting what nobody needs: parts that runs left behind without a snapshot, and what only removed snapshots held.

Mark and sweep, first a plan, then its execution. A part without a snapshot goes only when it is older than a day, named
by no manifest that lies in the storage, and not of a run that may still go on from its checkpoint. An object of a removed
snapshot goes when no other snapshot's manifest names it. When anything is unclear (a manifest that cannot be opened, a
snapshot without its manifest) nothing goes at all.
"""

import datetime as dt
import json
import posixpath
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db.models import F, Q
from django.db.models.functions import Greatest

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, WRITING_KINDS
from backups.models import Job, Snapshot, Source
from backups.services.keys import keyring_of
from backups.services.storage import replica_blobs, scratch_blobs, snapshot_blobs
from backups.store.format import CHECKSUMS, MANIFEST, source_folder
from backups.store.manifest import load_manifest
from listbackup.core.clock import now
from listbackup.core.storage import BlobInfo

log = structlog.get_logger(__name__)
GRACE = dt.timedelta(hours=24)
# A failed run's checkpoint is taken up for a day after its end; twice that, so that nobody meets at the border.
RESUMABLE = dt.timedelta(hours=48)
PARTS = (".parquet", ".seen")


@dataclass(slots=True)
class Plan:
    """`orphans` are names of parts without a snapshot, `removed` are objects that only removed snapshots needed; both by
    the folder of their run. `kept` counts the parts that stay."""

    orphans: dict[str, list[BlobInfo]] = field(default_factory=dict)
    removed: dict[str, list[BlobInfo]] = field(default_factory=dict)
    kept: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, (*self.orphans.values(), *self.removed.values())))

    @property
    def bytes(self) -> int:
        return sum(info.size for found in (self.orphans, self.removed) for infos in found.values() for info in infos)


def plan_collection(source: Source, *, moment: dt.datetime | None = None) -> Plan:
    """What could go. Reads only. Raises DamagedObject, KeyUnavailable, StorageUnavailable."""
    moment = moment or now()
    found, protected, folders = Plan(), _resumable(source, moment), _folders(source)
    removed = _removed_folders(source, folders)
    alive = _alive(source, folders, removed) if removed else None
    for folder, objects in folders.items():
        parts = [info for info in objects if info.name.endswith(PARTS)]
        gone: list[BlobInfo] = []
        if folder in removed:
            if alive is not None:
                gone = [info for info in objects if info.name not in alive]
                found.removed |= {folder: gone} if gone else {}
        elif _run_of(folder) not in protected and any(info.modified < moment - GRACE for info in parts):
            named = _named(source, folder, objects)
            if named is not None:
                gone = [info for info in parts if info.name not in named and info.modified < moment - GRACE]
                found.orphans |= {folder: gone} if gone else {}
        found.kept += len(set(parts) - set(gone))
    return found


def collect(context: AccountContext, source: Source, *, moment: dt.datetime | None = None) -> int:
    """Plans and executes; returns how many objects went. May run twice, or end in the middle, without harm."""
    plan = plan_collection(source, moment=moment)
    orphans = sum(_collect_orphans(source, folder, infos, moment or now()) for folder, infos in plan.orphans.items())
    removed = sum(_collect_removed(source, infos) for infos in plan.removed.values())
    if orphans or removed:
        record(context, "source.parts_collected", source, objects=orphans + removed, bytes=plan.bytes)
        log.info("parts_collected", source=str(source.pk), orphans=orphans, removed=removed, bytes=plan.bytes)
    return orphans + removed


def _collect_orphans(source: Source, folder: str, infos: list[BlobInfo], moment: dt.datetime) -> int:
    """Looked at again right before: a run that began meanwhile, or a manifest that appeared, saves its parts."""
    if _run_of(folder) in _resumable(source, moment):
        return 0
    named = _named(source, folder, list(snapshot_blobs().list(f"{folder}/")))
    going = [info for info in infos if named is not None and info.name not in named]
    for info in going:
        snapshot_blobs().delete(info.name)
    return len(going)


def _collect_removed(source: Source, infos: list[BlobInfo]) -> int:
    """The manifest first: without it the folder is no snapshot to anybody.

    Nothing can have begun to need these objects since the plan: a run names segments of the newest snapshot and its own.
    The copy in the replica goes first: what is still here is found again.
    """
    there = replica_blobs()
    for info in sorted(infos, key=lambda info: not info.name.endswith(f"/{MANIFEST}")):
        if there is not None:
            there.delete(info.name)
        snapshot_blobs().delete(info.name)
    freed = sum(info.size for info in infos if info.name.endswith((".parquet", f"/{MANIFEST}")))
    Source.objects.filter(pk=source.pk).update(bytes_stored=Greatest(F("bytes_stored") - freed, 0))
    return len(infos)


def remove_unfinished(moment: dt.datetime | None = None) -> int:
    """Half-written objects of writers that died more than a day ago, in both storages. Returns how many."""
    before = (moment or now()) - GRACE
    return snapshot_blobs().remove_unfinished(before) + scratch_blobs().remove_unfinished(before)


def _folders(source: Source) -> dict[str, list[BlobInfo]]:
    """Objects by the folder of the run that wrote them; what does not look like ours is left out."""
    top = source_folder(str(source.account_id), str(source.pk))
    folders: dict[str, list[BlobInfo]] = defaultdict(list)
    for info in snapshot_blobs().list(top):
        if info.name.removeprefix(top).count("/") == 2:  # date/snapshot/object
            folders[posixpath.dirname(info.name)].append(info)
    return folders


def _named(source: Source, folder: str, objects: list[BlobInfo]) -> set[str] | None:
    """Names that this run's manifest needs: none for a run without one. None when nothing here may be touched.

    Later manifests name only segments that the run's own manifest names too.
    """
    names = {info.name for info in objects}
    manifest = f"{folder}/{MANIFEST}"
    if manifest in names:
        loaded = load_manifest(snapshot_blobs(), keyring_of(source.account), manifest)
        return {loaded.place.segment(segment.part) for segment in loaded.own_segments()}
    if f"{folder}/{CHECKSUMS}" in names or _is_known(folder):
        log.error("manifest_missing", folder=folder)  # the verifier names it too
        return None
    return set()


def _run_of(folder: str) -> str:
    """The id of the snapshot."""
    return folder.rsplit("/", 1)[-1]


def _removed_folders(source: Source, folders: Iterable[str]) -> set[str]:
    removed = Snapshot.everything.filter(source=source, removed_at__isnull=False).values_list("pk", flat=True)
    runs = {str(pk) for pk in removed}
    return {folder for folder in folders if _run_of(folder) in runs}


def _alive(source: Source, folders: dict[str, list[BlobInfo]], removed: set[str]) -> set[str] | None:
    """Names of all objects that snapshots which were not removed need. None when that is not wholly known."""
    alive: set[str] = set()
    for folder, objects in folders.items():
        if folder in removed:
            continue
        if _named(source, folder, objects) is None:
            return None
        name = f"{folder}/{MANIFEST}"
        if any(info.name == name for info in objects):
            manifest = load_manifest(snapshot_blobs(), keyring_of(source.account), name)
            alive |= {manifest.object_name(segment) for _, segment in manifest.segments()}
    return alive


def _is_known(folder: str) -> bool:
    try:
        pk = UUID(_run_of(folder))
    except ValueError:
        return True  # not a name of ours: leave it alone
    return Snapshot.objects.filter(pk=pk).exists()


def _resumable(source: Source, moment: dt.datetime) -> set[str]:
    """Snapshots that a run may still complete."""
    jobs = Job.objects.filter(
        Q(state__in=ACTIVE_STATES) | Q(finished_at__gt=moment - RESUMABLE), source=source, kind__in=WRITING_KINDS
    ).exclude(checkpoint="")
    return {str(json.loads(text).get("snapshot")) for text in jobs.values_list("checkpoint", flat=True)}
