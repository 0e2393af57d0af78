"""Object locks: while a snapshot is kept, the storage itself refuses to delete what it is made of.

Locks are set after each backup and extended at night, for every object that a kept snapshot needs, also those that it has
from earlier ones; what no snapshot needs any more is not extended, and may go when its lock has ended.
"""

import datetime as dt

import structlog
from django.conf import settings
from django.db.models import Q

from accounts.access.context import AccountContext
from backups.models import Snapshot, Source
from backups.services.keys import keyring_of
from backups.services.snapshots import names_before
from backups.services.storage import replica_blobs, snapshot_blobs
from backups.store.errors import DamagedObject
from backups.store.manifest import load_manifest
from listbackup.core.clock import now
from listbackup.core.storage import BlobMissing, Blobs

log = structlog.get_logger(__name__)


def is_configured() -> bool:
    return settings.SNAPSHOT_LOCK_DAYS > 0


def extend(context: AccountContext, source: Source, moment: dt.datetime | None = None) -> int:
    """Locks the objects of each snapshot whose lock is missing or has less than half of its days left; returns of how
    many snapshots. May end in the middle, or run twice.

    A damaged snapshot is left out, and named by the verifier. Raises KeyUnavailable, StorageUnavailable.
    """
    days = dt.timedelta(days=settings.SNAPSHOT_LOCK_DAYS)
    if not days:
        return 0
    moment = moment or now()
    # Half: what a removed snapshot left to a later one is met there before its lock ends.
    short = Q(locked_until__isnull=True) | Q(locked_until__lt=moment + days / 2)
    done = 0
    for snapshot in Snapshot.objects.filter(short, source=source).select_related("account").order_by("number"):
        try:
            names = _names(snapshot)
            locked = _lock(snapshot_blobs(), names, moment + days)
        except (DamagedObject, BlobMissing) as error:
            log.error("not_locked", snapshot=str(snapshot.pk), why=error.message)
            continue
        there = replica_blobs()
        if there is not None and snapshot.replicated_at is not None:
            _lock(there, names, moment + days)
        if locked:
            done += Snapshot.objects.filter(pk=snapshot.pk).update(locked_until=moment + days)
    return done


def _names(snapshot: Snapshot) -> list[str]:
    """What no kept snapshot before it needs."""
    manifest = load_manifest(snapshot_blobs(), keyring_of(snapshot.account), snapshot.manifest_name)
    needed = {manifest.object_name(segment) for _, segment in manifest.segments()} - names_before(snapshot)
    return [*sorted(needed), manifest.place.manifest, manifest.place.checksums]


def _lock(blobs: Blobs, names: list[str], until: dt.datetime) -> bool:
    """Whether the storage has locks."""
    return all(blobs.lock(name, until, settings.SNAPSHOT_LOCK_MODE) for name in names)
