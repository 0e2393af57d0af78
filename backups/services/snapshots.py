"""Opening snapshots, and proving that every byte of them can still be read."""

from dataclasses import asdict, replace

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.errors import SnapshotMissing
from backups.models import Snapshot, Source
from backups.query.as_of import Snapshots, View
from backups.query.rows import Version
from backups.services.keys import keyring_of
from backups.services.storage import snapshot_blobs
from backups.store.errors import DAMAGE_CODES, DamagedObject
from backups.store.manifest import Manifest, load_manifest
from backups.store.verify import Damage
from backups.store.verify import verify_snapshot as verify_bytes
from listbackup.core.clock import now, rfc3339
from listbackup.core.db import plain
from listbackup.core.storage import BlobMissing

__all__ = [
    "affected_by",
    "damage_report",
    "history_of",
    "keyring_of",
    "manifests_of",
    "names_before",
    "newest",
    "verify_own_objects",
    "verify_snapshot",
    "view_of",
]


def view_of(snapshot: Snapshot) -> View:
    """The content of a snapshot; close it, or use it in `with`. Raises DamagedObject, KeyUnavailable, BlobMissing."""
    blobs, keyring = snapshot_blobs(), keyring_of(snapshot.account)
    return Snapshots.open(blobs, keyring, load_manifest(blobs, keyring, snapshot.manifest_name))


def manifests_of(source: Source) -> list[Manifest]:
    """The manifests of all snapshots of a source, oldest first: what a record's history needs."""
    blobs, keyring = snapshot_blobs(), keyring_of(source.account)
    names = Snapshot.objects.filter(source=source).order_by("number").values_list("manifest_name", flat=True)
    return [load_manifest(blobs, keyring, name) for name in names]


def history_of(source: Source, view: View, stream: str, key: str) -> list[Version]:
    """All versions of a record, newest first, with the times of those that removed snapshots wrote."""
    versions = view.history(stream, key, manifests_of(source))
    unknown = [one.number for one in versions if one.taken_at is None]
    if not unknown:
        return versions
    rows = Snapshot.everything.filter(source=source, number__in=unknown).values_list("number", "taken_at")
    times = {number: rfc3339(taken_at) for number, taken_at in rows}
    return [replace(one, taken_at=one.taken_at or times.get(one.number)) for one in versions]


def newest(source: Source) -> Snapshot:
    """Raises SnapshotMissing."""
    if source.last_snapshot is None:
        raise SnapshotMissing(f"{source.name} has no snapshot yet.")
    return source.last_snapshot


def verify_snapshot(context: AccountContext, snapshot: Snapshot) -> list[Damage]:
    """Re-reads and re-hashes every byte that the snapshot's state is made of, and notes the result.

    Raises KeyUnavailable and StorageUnavailable: then nothing is known, and nothing is noted.
    """
    damages = verify_bytes(
        snapshot_blobs(),
        keyring_of(snapshot.account),
        snapshot.manifest_name,
        sha256=snapshot.manifest_sha256,
    )
    _note(context, snapshot, damages)
    return damages


def verify_own_objects(context: AccountContext, snapshot: Snapshot) -> list[Damage]:
    """The same for the objects alone that no kept snapshot before it needs: the step of the continuous verification.

    Those are what its own run wrote, and what removed snapshots left to it.
    """
    found = verify_bytes(
        snapshot_blobs(),
        keyring_of(snapshot.account),
        snapshot.manifest_name,
        sha256=snapshot.manifest_sha256,
        known=names_before(snapshot),
    )
    if found:
        _note(context, snapshot, found)
    else:
        snapshot.objects_verified_at = now()
        snapshot.save(update_fields=["objects_verified_at"])
    return found


def names_before(snapshot: Snapshot) -> set[str]:
    """Names of the objects that the kept snapshot before this one is made of; none when it cannot be told."""
    before = (
        Snapshot.objects.filter(source_id=snapshot.source_id, number__lt=snapshot.number).order_by("-number").first()
    )
    if before is None:
        return set()
    try:
        manifest = load_manifest(snapshot_blobs(), keyring_of(snapshot.account), before.manifest_name)
    except (DamagedObject, BlobMissing):
        return set()
    return {manifest.object_name(segment) for _, segment in manifest.segments()}


def affected_by(snapshot: Snapshot, damages: list[Damage]) -> list[str]:
    """Ids of the snapshots whose state needs a damaged object, oldest first; a manifest that does not open is among them."""
    blobs, keyring = snapshot_blobs(), keyring_of(snapshot.account)
    bad, found = {damage.object for damage in damages if damage.kind != "extra"}, []
    if not bad:
        return []
    for row in Snapshot.objects.filter(source_id=snapshot.source_id).order_by("number"):
        if row.manifest_name in bad:
            found.append(str(row.pk))
            continue
        try:
            manifest = load_manifest(blobs, keyring, row.manifest_name)
        except (DamagedObject, BlobMissing):
            found.append(str(row.pk))
            continue
        if any(manifest.object_name(segment) in bad for _, segment in manifest.segments()):
            found.append(str(row.pk))
    return found


@transaction.atomic
def _note(context: AccountContext, snapshot: Snapshot, damages: list[Damage]) -> None:
    snapshot.verified_at, snapshot.verified_ok = now(), not damages
    snapshot.verify_detail = damage_report(damages, affected_by(snapshot, damages))
    if not damages:
        snapshot.objects_verified_at = snapshot.verified_at
    snapshot.save(update_fields=["verified_at", "verified_ok", "verify_detail", "objects_verified_at"])
    source = Source.objects.select_for_update(of=("self",)).get(pk=snapshot.source_id)
    if not damages and source.last_snapshot_id == snapshot.pk:
        source.last_verified_at = snapshot.verified_at
        source.save(update_fields=["last_verified_at", "updated_at"])
    action = "snapshot.damaged" if damages else "snapshot.verified"
    record(context, action, snapshot, damages=len(damages), objects=[damage.object for damage in damages[:20]])


def damage_report(damages: list[Damage], snapshots: list[str]) -> dict[str, object]:
    """The result as it is stored and shown: the first hundred of them, how many there are, and what they affect."""
    listed = [
        {**asdict(damage), "code": DAMAGE_CODES[damage.kind], "streams": [plain(name) for name in damage.streams]}
        for damage in damages[:100]
    ]
    streams = sorted({plain(name) for damage in damages for name in damage.streams})
    affected = {"streams": streams, "records": sum(damage.records for damage in damages), "snapshots": snapshots}
    return {"damages": listed, "count": len(damages), "affected": affected}
