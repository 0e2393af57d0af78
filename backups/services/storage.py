"""The storages of this server, opened once a process."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.files.storage import storages

from listbackup.core.storage import Blobs, open_blobs


def snapshot_blobs() -> Blobs:
    """Where snapshots are: `SNAPSHOT_STORAGE_URL`."""
    return _opened(settings.SNAPSHOT_STORAGE_URL, "snapshots")


def scratch_blobs() -> Blobs:
    """Where files for a few days are, such as exports: `SCRATCH_STORAGE_URL`."""
    return _opened(settings.SCRATCH_STORAGE_URL, "scratch")


def replica_blobs() -> Blobs | None:
    """Where a copy of the snapshots is: `REPLICA_STORAGE_URL`. None without one."""
    if not settings.REPLICA_STORAGE_URL:
        return None
    return _replica(settings.REPLICA_STORAGE_URL, settings.REPLICA_ACCESS_KEY_ID, settings.REPLICA_SECRET_ACCESS_KEY)


def erase_folder(prefix: str) -> int:
    """Removes every object below `prefix` from the snapshots and from the replica; returns how many of the first."""
    there = replica_blobs()
    if there is not None:
        for info in list(there.list(prefix)):
            there.delete(info.name)
    removed, blobs = 0, snapshot_blobs()
    for info in list(blobs.list(prefix)):
        blobs.delete(info.name)
        removed += 1
    return removed


@lru_cache(maxsize=2)
def _replica(url: str, key_id: str, secret: str) -> Blobs:
    return open_blobs(url, key_id=key_id, secret=secret)


@lru_cache(maxsize=8)
def _opened(url: str, alias: str) -> Blobs:
    if not url.startswith("s3:"):
        return open_blobs(url)
    from listbackup.core.storage.s3 import S3Blobs  # late: botocore only where S3 is used

    # django-storages' own client, so that every option of STORAGES counts.
    storage: Any = storages[alias]
    return S3Blobs(storage.connection.meta.client, storage.bucket_name, storage.location)
