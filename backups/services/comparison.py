"""Comparing two snapshots of a source."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from backups.models import Snapshot
from backups.query.difference import Difference, StreamDifference
from backups.services.keys import keyring_of
from backups.services.snapshots import view_of
from backups.services.storage import snapshot_blobs
from backups.store.manifest import load_manifest
from listbackup.core.errors import InvalidInput

SECONDS = 3600  # snapshots never change, so neither does the comparison of two


@contextmanager
def difference_of(older: Snapshot, newer: Snapshot) -> Iterator[Difference]:
    """What differs. Raises InvalidInput for two sources, DamagedObject, KeyUnavailable, BlobMissing."""
    if older.source_id != newer.source_id:
        raise InvalidInput("Only snapshots of one source can be compared.")
    manifest = load_manifest(snapshot_blobs(), keyring_of(older.account), older.manifest_name)
    with view_of(newer) as view:
        yield Difference(view, manifest)


def counts_of(difference: Difference, older: Snapshot, newer: Snapshot) -> list[StreamDifference]:
    """Of every stream in which something differs; remembered."""
    key = f"difference:{older.pk}:{newer.pk}"
    found: list[StreamDifference] | None = cache.get(key)
    if found is None:
        found = difference.counts()
        cache.set(key, found, SECONDS)
    return found
