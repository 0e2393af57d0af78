import logging
import uuid
from collections.abc import Iterator

import pytest

from listbackup.core.storage import StorageUnavailable, open_blobs
from listbackup.core.storage.blobs import BlobMissing
from listbackup.core.storage.contract import BlobsContract
from listbackup.core.storage.s3 import S3Blobs

moto_server = pytest.importorskip("moto.server", reason="moto[server] is not installed")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def blobs(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = f"bucket-{uuid.uuid4().hex[:12]}"
    blobs = open_blobs(f"s3://{bucket}/some/prefix?endpoint_url={endpoint}&region_name=eu-central-1")
    assert isinstance(blobs, S3Blobs)
    blobs.client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return blobs


class TestS3Blobs(BlobsContract):
    pass


def test_objects_carry_a_sha256_and_stay_under_the_prefix(blobs: S3Blobs) -> None:
    with blobs.write("a/b") as writer:
        writer.write(b"x" * 20_000_000)
    head = blobs.client.head_object(Bucket=blobs.bucket, Key="some/prefix/a/b", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"]


def test_failed_multipart_leaves_no_parts(blobs: S3Blobs) -> None:
    with pytest.raises(ZeroDivisionError), blobs.write("a/b") as writer:
        writer.write(b"x" * 20_000_000)
        raise ZeroDivisionError
    assert not blobs.client.list_multipart_uploads(Bucket=blobs.bucket).get("Uploads")


def test_unknown_bucket_is_unavailable_not_missing(blobs: S3Blobs) -> None:
    other = S3Blobs(blobs.client, "no-such-bucket-here")
    with pytest.raises(StorageUnavailable) as caught:
        other.put("a", b"1")
    assert not isinstance(caught.value, BlobMissing)
