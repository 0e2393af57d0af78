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
from backups.store.manifest import Manifest, load_manifest
from backups.store.verify import Damage
from backups.store.verify import verify_snapshot as verify_bytes
from listbackup.core.clock import now, rfc3339
from listbackup.core.db import plain

__all__ = ["damage_report", "history_of", "keyring_of", "manifests_of", "newest", "verify_snapshot", "view_of"]


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


@transaction.atomic
def _note(context: AccountContext, snapshot: Snapshot, damages: list[Damage]) -> None:
    snapshot.verified_at, snapshot.verified_ok = now(), not damages
    snapshot.verify_detail = damage_report(damages)
    snapshot.save(update_fields=["verified_at", "verified_ok", "verify_detail"])
    source = Source.objects.select_for_update(of=("self",)).get(pk=snapshot.source_id)
    if not damages and source.last_snapshot_id == snapshot.pk:
        source.last_verified_at = snapshot.verified_at
        source.save(update_fields=["last_verified_at", "updated_at"])
    action = "snapshot.damaged" if damages else "snapshot.verified"
    record(context, action, snapshot, damages=len(damages), objects=[damage.object for damage in damages[:20]])


def damage_report(damages: list[Damage]) -> dict[str, object]:
    """The result as it is stored and shown: the first hundred of them, and how many there are."""
    listed = [{**asdict(damage), "streams": [plain(name) for name in damage.streams]} for damage in damages[:100]]
    return {"damages": listed, "count": len(damages)}
