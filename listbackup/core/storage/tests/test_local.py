import errno
import os
from pathlib import Path

import pytest

from listbackup.core.errors import InvalidInput
from listbackup.core.storage import LocalBlobs, StorageUnavailable, open_blobs
from listbackup.core.storage.contract import BlobsContract


class TestLocalBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> LocalBlobs:
        return LocalBlobs(tmp_path / "storage")


def test_failed_fsync_is_an_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, calls = LocalBlobs(tmp_path), []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageUnavailable, match="Input/output"), blobs.write("x") as writer:
        writer.write(b"data")
    assert len(calls) == 1  # never retried: the kernel may have dropped the pages
    assert not blobs.exists("x")
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_open_blobs_reads_file_urls(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/with%20space")
    blobs.put("a", b"1")
    assert (tmp_path / "with space" / "a").read_bytes() == b"1"


@pytest.mark.parametrize("url", ["", "file://", "file:///", "ftp://x/y", "s3://", "s3://bucket/?acl=public"])
def test_open_blobs_refuses_other_urls(url: str) -> None:
    with pytest.raises(InvalidInput):
        open_blobs(url)
