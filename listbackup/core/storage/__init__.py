"""Object storage behind one small interface. `open_blobs(url)` is the door; see `blobs.Blobs` for the guarantees."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from listbackup.core.errors import InvalidInput

from .blobs import BlobExists, BlobInfo, BlobMissing, Blobs, BlobWriter, StorageUnavailable
from .local import LocalBlobs

__all__ = [
    "BlobExists",
    "BlobInfo",
    "BlobMissing",
    "BlobWriter",
    "Blobs",
    "LocalBlobs",
    "StorageUnavailable",
    "open_blobs",
]


def open_blobs(url: str, *, key_id: str = "", secret: str = "") -> Blobs:
    """The storage at `file:///folder` or `s3://bucket/prefix?endpoint_url=...&region_name=...`.

    S3 credentials come from `key_id` and `secret`, else from the usual AWS variables. Raises InvalidInput for other URLs.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path not in ("", "/"):
        return LocalBlobs(unquote(parts.path))
    if parts.scheme == "s3" and parts.netloc:
        from .s3 import S3Blobs  # botocore is only loaded where S3 is used

        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return S3Blobs(_s3_client(options, key_id, secret), parts.netloc, unquote(parts.path))
    raise InvalidInput(
        "The storage URL is not understood.",
        code="storage.bad_url",
        remedy="Use file:///absolute/folder or s3://bucket/prefix?endpoint_url=...&region_name=...",
    )


def _s3_client(options: dict[str, str], key_id: str, secret: str) -> Any:
    import boto3
    from botocore.config import Config

    unknown = set(options) - {"endpoint_url", "region_name"}
    if unknown:
        raise InvalidInput(f"Unknown options in the storage URL: {', '.join(sorted(unknown))}.", code="storage.bad_url")
    # django-storages and old endpoints fall back to signature v2 without these
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"mode": "standard"})
    return boto3.client(
        "s3",
        endpoint_url=options.get("endpoint_url"),
        region_name=options.get("region_name", "us-east-1"),
        config=config,
        aws_access_key_id=key_id or None,
        aws_secret_access_key=secret or None,
    )
