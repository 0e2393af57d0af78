"""After our own database was restored from an older dump: snapshots in the store that it does not know come back to it.

Only what follows on the newest known snapshot is adopted, link by link (number and SHA-256 of the previous manifest).
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import ACTIVE_STATES, WRITING_KINDS, SnapshotStatus, SourceStatus
from backups.errors import SourceBusy
from backups.models import Job, Snapshot, Source
from backups.services.keys import keyring_of
from backups.services.storage import snapshot_blobs
from backups.store.errors import DamagedObject, KeyUnavailable
from backups.store.manifest import Manifest, list_manifests, load_manifest
from listbackup.core.ids import parse_id
from listbackup.core.storage import BlobMissing


@dataclass(frozen=True, slots=True)
class Found:
    name: str  # of the manifest
    sha256: str
    size: int  # of its stored bytes
    manifest: Manifest


@dataclass(slots=True)
class Plan:
    """`adopt` oldest first; `unclear` says of other unknown manifests, by name, why they are left alone."""

    adopt: list[Found] = field(default_factory=list)
    unclear: dict[str, str] = field(default_factory=dict)


def plan_reconciliation(source: Source) -> Plan:
    """What could be adopted. Reads only. Raises SourceBusy while a run may be about to note its own, StorageUnavailable."""
    if Job.objects.filter(source=source, kind__in=WRITING_KINDS, state__in=ACTIVE_STATES).exists():
        raise SourceBusy(f"A backup of {source.name} is under way.")
    plan = Plan()
    if source.status == SourceStatus.DELETED:
        return plan
    known = set(Snapshot.everything.filter(source=source).values_list("manifest_name", flat=True))
    unknown = _unknown(source, known, plan)
    last = Snapshot.objects.filter(source=source).order_by("-number").first()
    link = (str(last.pk), last.number, last.manifest_sha256) if last else None
    for found in sorted(unknown, key=lambda one: one.manifest.number):
        before = found.manifest.previous
        if (before and (before.snapshot, before.number, before.sha256)) == link and found.manifest.number == (
            link[1] + 1 if link else 1
        ):
            plan.adopt.append(found)
            link = (found.manifest.snapshot, found.manifest.number, found.sha256)
        else:
            plan.unclear[found.name] = "it does not follow on the newest known snapshot"
    return plan


@transaction.atomic
def adopt(context: AccountContext, source: Source) -> list[Snapshot]:
    """Plans again under a lock and makes the rows. Raises as the plan does."""
    source = Source.objects.select_for_update(of=("self",)).select_related("account").get(pk=source.pk)
    made: list[Snapshot] = []
    for found in plan_reconciliation(source).adopt:
        snapshot = _row(source, found, made[-1] if made else source.last_snapshot)
        snapshot.save(force_insert=True)
        made.append(snapshot)
        record(context, "snapshot.adopted", snapshot, number=snapshot.number)
    if made:
        source.last_snapshot, source.records = made[-1], made[-1].records
        source.last_run_at = made[-1].taken_at
        source.save(update_fields=["last_snapshot", "records", "last_run_at", "updated_at"])
        stored = sum(one.bytes_stored for one in made)
        Source.objects.filter(pk=source.pk).update(bytes_stored=F("bytes_stored") + stored)
    return made


def _unknown(source: Source, known: set[str], plan: Plan) -> list[Found]:
    blobs, found = snapshot_blobs(), []
    names = [n for n in list_manifests(blobs, str(source.account_id), str(source.pk)) if n not in known]
    if not names:
        return []
    ring = keyring_of(source.account)
    for name in names:
        try:
            manifest = load_manifest(blobs, ring, name)
            stored = blobs.get(name)
        except (DamagedObject, BlobMissing, KeyUnavailable) as error:
            plan.unclear[name] = error.message
            continue
        if parse_id(manifest.snapshot) is None:
            plan.unclear[name] = "its name is none of ours"
            continue
        found.append(Found(name, hashlib.sha256(stored).hexdigest(), len(stored), manifest))
    return found


def _row(source: Source, found: Found, previous: Snapshot | None) -> Snapshot:
    manifest, words = found.manifest, ("new", "changed", "unchanged", "deleted")
    streams = [
        {
            "name": name,
            "label": stream.label or name,
            "records": stream.records,
            **{word: stream.counts.get(word, 0) for word in words},
            "state": "complete",
            "message": "",
        }
        for name, stream in manifest.streams.items()
    ]
    own = manifest.own_segments()
    return Snapshot(
        id=UUID(manifest.snapshot),
        account=source.account,
        source=source,
        number=manifest.number,
        taken_at=dt.datetime.fromisoformat(manifest.taken_at),
        # Whether it was complete stood in the lost rows alone.
        status=SnapshotStatus.PARTIAL,
        message="Found in the storage after our database was restored; whether all streams were read is not known.",
        manifest_name=found.name,
        manifest_sha256=found.sha256,
        previous=previous,
        records=manifest.records,
        **{word: int(manifest.counts.get(word, 0)) for word in words},
        files=len(own) + 2,
        bytes_stored=sum(segment.bytes for segment in own) + found.size,
        streams_json=json.dumps(streams, ensure_ascii=True),
    )
