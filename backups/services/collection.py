"""Collecting parts that runs left behind without a snapshot: first a plan, then its execution.

An object goes only when it is a part (never a manifest or a list of checksums), older than a day, named by no manifest
that lies in the storage, and not of a run that may still go on from its checkpoint. When anything is unclear (a
manifest that cannot be opened, a snapshot without its manifest) nothing goes at all.
"""

import datetime as dt
import json
import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db.models import Q

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, WRITING_KINDS
from backups.models import Job, Snapshot, Source
from backups.services.keys import keyring_of
from backups.services.storage import scratch_blobs, snapshot_blobs
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
    """`orphans` are object names, by the folder of their run; `kept` counts the parts that stay."""

    orphans: dict[str, list[str]] = field(default_factory=dict)
    bytes: int = 0
    kept: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, self.orphans.values()))


def plan_collection(source: Source, *, moment: dt.datetime | None = None) -> Plan:
    """What could go. Reads only. Raises DamagedObject, KeyUnavailable, StorageUnavailable."""
    oldest = (moment or now()) - GRACE
    found, protected = Plan(), _resumable(source, moment or now())
    for folder, objects in _folders(source).items():
        parts = [info for info in objects if info.name.endswith(PARTS)]
        if folder.rsplit("/", 1)[-1] in protected or not any(info.modified < oldest for info in parts):
            found.kept += len(parts)
            continue
        named = _named(source, folder, objects)
        gone = [info for info in parts if named is not None and info.name not in named and info.modified < oldest]
        found.kept += len(parts) - len(gone)
        if gone:
            found.orphans[folder] = [info.name for info in gone]
            found.bytes += sum(info.size for info in gone)
    return found


def collect(context: AccountContext, source: Source, *, moment: dt.datetime | None = None) -> int:
    """Plans and executes; returns how many objects went. May run twice, or end in the middle, without harm."""
    plan = plan_collection(source, moment=moment)
    removed, blobs = 0, snapshot_blobs()
    for folder, names in plan.orphans.items():
        # Looked at again right before: a run that began meanwhile, or a manifest that appeared, saves its parts.
        if folder.rsplit("/", 1)[-1] in _resumable(source, moment or now()):
            continue
        named = _named(source, folder, list(blobs.list(f"{folder}/")))
        if named is None:
            continue
        for name in names:
            if name not in named:
                blobs.delete(name)
                removed += 1
    if removed:
        record(context, "source.parts_collected", source, objects=removed, bytes=plan.bytes)
        log.info("parts_collected", source=str(source.pk), objects=removed, bytes=plan.bytes)
    return removed


def collect_for(context: AccountContext, source_id: UUID) -> int:
    """The same by id; a source that is gone, or has never stored anything, has nothing to collect."""
    source = Source.objects.select_related("account").filter(pk=source_id).first()
    return collect(context, source) if source is not None else 0


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


def _is_known(folder: str) -> bool:
    try:
        pk = UUID(folder.rsplit("/", 1)[-1])
    except ValueError:
        return True  # not a name of ours: leave it alone
    return Snapshot.objects.filter(pk=pk).exists()


def _resumable(source: Source, moment: dt.datetime) -> set[str]:
    """Snapshots that a run may still complete."""
    jobs = Job.objects.filter(
        Q(state__in=ACTIVE_STATES) | Q(finished_at__gt=moment - RESUMABLE), source=source, kind__in=WRITING_KINDS
    ).exclude(checkpoint="")
    return {str(json.loads(text).get("snapshot")) for text in jobs.values_list("checkpoint", flat=True)}
