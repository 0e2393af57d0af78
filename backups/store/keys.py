"""Account keys and what wraps them. The recovery key is in `recovery`."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import KeyUnavailable
from .format import check_id

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class AccountKey:
    version: int
    key: bytes = field(repr=False)  # 32 random bytes

    def __post_init__(self) -> None:
        if not (1 <= self.version < 2**32 and len(self.key) == KEY_BYTES):
            raise ValueError("an account key has a version from 1 and 32 bytes")

    @classmethod
    def new(cls, version: int = 1) -> "AccountKey":
        return cls(version, os.urandom(KEY_BYTES))


class Keyring:
    """The keys of one account, by version. New objects are sealed with the newest."""

    def __init__(self, account: str, keys: Iterable[AccountKey]) -> None:
        self.account = check_id(account)
        self._keys = {key.version: key for key in keys}
        if not self._keys:
            raise KeyUnavailable(f"The account {account} has no key.")

    def __repr__(self) -> str:
        return f"Keyring({self.account!r}, versions={self.versions})"

    @property
    def versions(self) -> list[int]:
        return sorted(self._keys)

    @property
    def current(self) -> AccountKey:
        return self._keys[max(self._keys)]

    def get(self, version: int) -> AccountKey:
        """Raises KeyUnavailable when the version is not here."""
        try:
            return self._keys[version]
        except KeyError:
            raise KeyUnavailable(f"Version {version} of the key of account {self.account} is not available.") from None

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(sorted(self._keys.values(), key=lambda key: key.version))


class KeyProvider(Protocol):
    """Wraps small secrets. What was wrapped in one context does not open in another. Both raise KeyUnavailable."""

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes: ...


class LocalMasterKey:
    """A master key on this machine: AES-256-GCM. Several keys while rotating: the first wraps, all unwrap.

    Wrapped form: 1 byte format (1), 4 bytes key id, 12 bytes nonce, cipher text with its tag.
    """

    def __init__(self, keys: bytes | Sequence[bytes]) -> None:
        keys = [keys] if isinstance(keys, bytes) else list(keys)
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a master key has 32 bytes")
        self._current = self._id(keys[0])
        self._keys = {self._id(key): AESGCM(key) for key in keys}

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        nonce = os.urandom(12)
        cipher = self._keys[self._current].encrypt(nonce, plain, self._bind(context))
        return b"\x01" + self._current + nonce + cipher

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        master = self._keys.get(wrapped[1:5])
        if wrapped[:1] != b"\x01" or master is None:
            raise KeyUnavailable("The master key this account key was wrapped with is not configured.")
        try:
            return master.decrypt(wrapped[5:17], wrapped[17:], self._bind(context))
        except InvalidTag:
            raise KeyUnavailable("A wrapped account key does not open: altered, or of another account.") from None

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the first key wrapped it."""
        return wrapped[1:5] == self._current

    @staticmethod
    def _id(key: bytes) -> bytes:
        return hashlib.sha256(b"listbackup:1:master-id:" + key).digest()[:4]

    @staticmethod
    def _bind(context: Mapping[str, str]) -> bytes:
        return "\0".join(f"{name}={context[name]}" for name in sorted(context)).encode()
