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


@lru_cache(maxsize=8)
def _opened(url: str, alias: str) -> Blobs:
    if not url.startswith("s3:"):
        return open_blobs(url)
    from listbackup.core.storage.s3 import S3Blobs  # late: botocore only where S3 is used

    # django-storages' own client, so that every option of STORAGES counts.
    storage: Any = storages[alias]
    return S3Blobs(storage.connection.meta.client, storage.bucket_name, storage.location)
