"""Small secrets in the database: Fernet with rotation for those that are needed again, a digest for those that are only
compared. Snapshots have their own keys (`backups.store.keys`)."""

import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from listbackup.core.errors import Unavailable


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Encrypts with the newest of FIELD_ENCRYPTION_KEYS."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypts with any of FIELD_ENCRYPTION_KEYS. Raises Unavailable when none of them fits."""
    try:
        return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unavailable(
            "A stored secret cannot be read with the present keys.",
            code="crypto.unknown_key",
            remedy="Add the key it was written with to FIELD_ENCRYPTION_KEYS.",
        ) from None


def rotate(token: str) -> str:
    """The same secret under the newest key."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).rotate(token.encode()).decode()


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal digits, for long random secrets that are looked up but never shown again."""
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()
