"""Blobs in an S3 bucket. Every upload carries SHA-256 checksums that the far end recomputes; downloads are compared again."""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError

from .blobs import BlobExists, BlobInfo, BlobMissing, StorageUnavailable, check_name

PART = 8 * 1024 * 1024  # bytes of one part of a multipart upload (S3: 5 MiB to 5 GiB, at most 10,000 parts)
MISSING = {"NoSuchKey", "404", "NotFound"}
TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}


class S3Blobs:
    """`client` is a boto3 S3 client (thread-safe); `prefix` has no slash at its ends."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self.client, self.bucket = client, bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def __repr__(self) -> str:
        return f"S3Blobs({self.bucket!r}, {self.prefix!r})"

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator["_Upload"]:
        upload = _Upload(self, name)
        try:
            yield upload
            upload.finish()
        except BaseException:
            upload.abort()
            raise

    def put(self, name: str, data: bytes, *, if_absent: bool = False) -> None:
        condition = {"IfNoneMatch": "*"} if if_absent else {}
        with self._errors(name):
            self.client.put_object(**self._at(name), Body=data, ChecksumSHA256=_checksum(data), **condition)

    def get(self, name: str) -> bytes:
        with self._errors(name):
            return self.client.get_object(**self._at(name), ChecksumMode="ENABLED")["Body"].read()

    def read_range(self, name: str, start: int, length: int) -> bytes:
        if length <= 0:
            self.size(name)
            return b""
        with self._errors(name):
            try:
                answer = self.client.get_object(**self._at(name), Range=f"bytes={start}-{start + length - 1}")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in ("InvalidRange", "416"):
                    return b""
                raise
            return answer["Body"].read()

    def size(self, name: str) -> int:
        with self._errors(name):
            return self.client.head_object(**self._at(name))["ContentLength"]

    def exists(self, name: str) -> bool:
        try:
            self.size(name)
        except BlobMissing:
            return False
        return True

    def list(self, prefix: str) -> Iterator[BlobInfo]:
        with self._errors(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield BlobInfo(entry["Key"][len(self.prefix) :], entry["Size"], entry["LastModified"])

    def delete(self, name: str) -> None:
        with self._errors(name):
            self.client.delete_object(**self._at(name))

    def lock(self, name: str, until: datetime, mode: str) -> bool:
        """Needs a bucket that was made with object lock: its versions stay, whatever a deletion hides."""
        with self._errors(name):
            self.client.put_object_retention(**self._at(name), Retention={"Mode": mode, "RetainUntilDate": until})
        return True

    def remove_unfinished(self, before: datetime) -> int:
        removed = 0
        with self._errors(self.prefix):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=self.prefix)
            old = [upload for page in pages for upload in page.get("Uploads", ()) if upload["Initiated"] < before]
            for upload in old:
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
                removed += 1
        return removed

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + check_name(name)}

    @contextlib.contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in MISSING:
                raise BlobMissing(f"The object {name} does not exist.") from error
            if code in TAKEN:
                raise BlobExists(f"The object {name} exists already.") from error
            raise StorageUnavailable(f"The S3 storage refused {name}: {code}.") from error
        except FlexibleChecksumError as error:
            raise StorageUnavailable(f"The S3 storage delivered {name} with a wrong checksum.") from error
        except (BotoCoreError, OSError) as error:
            raise StorageUnavailable(f"The S3 storage did not answer for {name}: {error}.") from error


class _Upload:
    """One object: a single put when it is small, else a multipart upload that is aborted on any error."""

    def __init__(self, blobs: S3Blobs, name: str) -> None:
        self.blobs, self.name, self.at = blobs, name, blobs._at(name)
        self.buffer = bytearray()
        self.upload_id: str | None = None
        self.parts: list[dict[str, Any]] = []

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        self.buffer += data
        while len(self.buffer) >= PART:
            piece = bytes(self.buffer[:PART])
            del self.buffer[:PART]
            self._send(piece)
        return len(data)

    def finish(self) -> None:
        if self.upload_id is None:
            self.blobs.put(self.name, bytes(self.buffer))
            return
        if self.buffer:
            self._send(bytes(self.buffer))
        with self.blobs._errors(self.name):
            self.blobs.client.complete_multipart_upload(
                **self.at, UploadId=self.upload_id, MultipartUpload={"Parts": self.parts}
            )
        self.upload_id = None

    def abort(self) -> None:
        if self.upload_id is not None:
            # parts that stay behind cost money but are never visible; `remove_unfinished` finds them
            with contextlib.suppress(ClientError, BotoCoreError, OSError):
                self.blobs.client.abort_multipart_upload(**self.at, UploadId=self.upload_id)

    def _send(self, piece: bytes) -> None:
        client = self.blobs.client
        with self.blobs._errors(self.name):
            if self.upload_id is None:
                self.upload_id = client.create_multipart_upload(**self.at, ChecksumAlgorithm="SHA256")["UploadId"]
            number, checksum = len(self.parts) + 1, _checksum(piece)
            answer = client.upload_part(
                **self.at, UploadId=self.upload_id, PartNumber=number, Body=piece, ChecksumSHA256=checksum
            )
        self.parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum})


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
