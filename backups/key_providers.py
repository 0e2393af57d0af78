"""What wraps the keys of accounts. A provider has a name that is stored beside everything it wrapped.

`local` is this server's MASTER_KEY; `kms:KEY` a key in AWS KMS, the server's own (KMS_KEY_ID) or a customer's.
"""

import base64
from functools import lru_cache, partial
from typing import Any

from django.conf import settings

from backups.store.errors import KeyUnavailable
from backups.store.keys import KeyProvider, LocalMasterKey
from backups.store.kms import AwsKms, region_of

LOCAL = "local"
KMS = "kms:"


def default_name() -> str:
    """The provider of accounts that brought no key of their own."""
    return f"{KMS}{settings.KMS_KEY_ID}" if settings.KMS_KEY_ID else LOCAL


def is_customers(name: str) -> bool:
    """Whether a customer holds that key: then nothing of theirs may be wrapped by ours."""
    return name.startswith(KMS) and name != default_name() and name not in _ours()


def named(name: str) -> KeyProvider:
    """Raises KeyUnavailable for a provider that this server does not know, and for a malformed MASTER_KEY."""
    if name == LOCAL:
        return _local(settings.MASTER_KEY)
    if name.startswith(KMS):
        return _kms(name.removeprefix(KMS), settings.KMS_ENDPOINT_URL, settings.KMS_REGION)
    raise KeyUnavailable(f"The key provider {name} is not known to this server.")


def is_current(name: str, wrapped: bytes) -> bool:
    """Whether that was wrapped by what wraps now. A customer's own key stays; KMS rotates its material by itself."""
    if is_customers(name):
        return True
    if name != default_name():
        return False
    return name != LOCAL or _local(settings.MASTER_KEY).is_current(wrapped)


def _ours() -> set[str]:
    return {f"{KMS}{key.strip()}" for key in settings.KMS_FORMER_KEY_IDS.split(",") if key.strip()}


@lru_cache(maxsize=2)
def _local(configured: str) -> LocalMasterKey:
    try:
        return LocalMasterKey([base64.urlsafe_b64decode(part.strip()) for part in configured.split(",")])
    except ValueError:
        raise KeyUnavailable("MASTER_KEY is wrong: expected 32 bytes in URL-safe base64, newest first.") from None


@lru_cache(maxsize=64)
def _kms(key_id: str, endpoint: str, region: str) -> AwsKms:
    return AwsKms(key_id, partial(_client, endpoint, region_of(key_id) or region))


def _client(endpoint: str, region: str) -> Any:
    import boto3  # late: only where KMS is used
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client("kms", endpoint_url=endpoint or None, region_name=region, config=config)
