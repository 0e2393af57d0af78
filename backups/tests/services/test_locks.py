"""Object locks: set after a backup, extended while needed, and no longer."""

import datetime as dt
from typing import Any

import pytest

from backups.models import Snapshot
from backups.services import locks, retention
from backups.services.removal import remove_due
from backups.services.storage import snapshot_blobs
from backups.services.upkeep import tidy
from backups.tests.platform import Platform
from listbackup.core.clock import now
from listbackup.core.storage.s3 import S3Blobs
from listbackup.settings.storages import _storage

DAY = dt.timedelta(days=1)


@pytest.fixture
def bucket(settings: Any, aws: str) -> S3Blobs:
    """With object lock, thirty days."""
    settings.SNAPSHOT_STORAGE_URL = f"s3://locked/some?endpoint_url={aws}&region_name=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "snapshots": _storage(settings.SNAPSHOT_STORAGE_URL)}
    settings.SNAPSHOT_LOCK_DAYS = 30
    blobs = snapshot_blobs()
    assert isinstance(blobs, S3Blobs)
    blobs.client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    return blobs


def ends(bucket: S3Blobs) -> dict[str, dt.datetime]:
    """Until when each object that can be seen is locked; those without a lock are left out."""
    found = {}
    for info in bucket.list("accounts/"):
        head = bucket.client.head_object(Bucket="locked", Key=f"some/{info.name}")
        if "ObjectLockRetainUntilDate" in head:
            found[info.name] = head["ObjectLockRetainUntilDate"]
    return found


def test_what_a_snapshot_needs_is_locked_and_extended_while_it_is_kept(
    olga: Any, source: Any, platform: Platform, back_up: Any, bucket: S3Blobs
) -> None:
    platform.put("items", *range(9))
    back_up()
    platform.put("items", 3, name="changed")
    back_up()
    assert locks.extend(olga, source) == 2
    objects = {info.name for info in bucket.list("accounts/") if not info.name.endswith("keys.json")}
    first = ends(bucket)
    assert first.keys() == objects and len(objects) >= 6
    assert all(now() + 29 * DAY < until < now() + 31 * DAY for until in first.values())
    assert locks.extend(olga, source) == 0, "more than half of the time is left"

    name = next(name for name in objects if name.endswith(".parquet"))
    [version] = bucket.client.list_object_versions(Bucket="locked", Prefix=f"some/{name}")["Versions"]
    with pytest.raises(bucket.client.exceptions.ClientError):
        bucket.client.delete_object(Bucket="locked", Key=f"some/{name}", VersionId=version["VersionId"])

    # The first snapshot goes; what the second has from it is extended, its manifest is not.
    retention.set_policy(olga, source, "last=1")
    assert remove_due(olga, source, now() + 31 * DAY) == [1]
    tidy(olga, source, moment=now() + 31 * DAY)
    later = ends(bucket)
    assert all(until > now() + 60 * DAY for until in later.values())
    kept = Snapshot.objects.get(source=source)
    assert kept.locked_until is not None and kept.locked_until > now() + 60 * DAY
    removed = {name for name in objects if name not in later}
    assert any(name.endswith("metadata.json") for name in removed)


def test_a_folder_has_no_locks_and_says_so(
    olga: Any, source: Any, platform: Platform, back_up: Any, settings: Any
) -> None:
    settings.SNAPSHOT_LOCK_DAYS = 30
    platform.put("items", 1)
    back_up()
    assert locks.extend(olga, source) == 0
    assert Snapshot.objects.get().locked_until is None
