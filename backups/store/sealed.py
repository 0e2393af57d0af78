"""Sealed objects (docs/format.md, section 3): written with Tink, read at random positions by `SealedFile`."""

import hashlib
import io
import struct
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import tink
import tink.secret_key_access
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tink import proto_keyset_format, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from listbackup.core.storage.blobs import Blobs, BlobWriter

from .errors import DamagedObject, FormatTooNew
from .format import FORMAT, Identity
from .keys import AccountKey, Keyring

MAGIC = b"LBS"
PREAMBLE = 8  # magic, format, key version
HEADER = 40  # Tink: its own length, salt of 32, nonce prefix of 7
TAG = 16
SEGMENT = 128 * 1024  # of cipher text: what one ranged read costs at least
PLAIN = SEGMENT - TAG
CHUNK_SEGMENTS = 64  # 8 MiB: one request while reading a whole object

streaming_aead.register()


@lru_cache(maxsize=64)
def tink_primitive(key: bytes) -> Any:
    """Tink's AES256-GCM-HKDF streaming AEAD over a 32-byte account key."""
    params = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    proto = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, params=params, key_value=key)
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=proto.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    entry = tink_pb2.Keyset.Key(key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[entry])
    handle = proto_keyset_format.parse(keyset.SerializeToString(), tink.secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


class _Sink(io.RawIOBase):
    """Where Tink writes. Keeps the first error, because Tink's C++ would swallow it, and the SHA-256 of what passed."""

    def __init__(self, out: BlobWriter) -> None:
        self.out, self.digest, self.size = out, hashlib.sha256(), 0
        self.error: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self.error is None:
            try:
                self.out.write(data)
                self.digest.update(data)
                self.size += len(data)
            except BaseException as error:  # noqa: BLE001 - kept, and raised by SealedWriter as soon as Tink returns
                self.error = error
        return len(data)


class SealedWriter(io.RawIOBase):
    """A file to write plain bytes to. After `close()`, `size` and `sha256` tell what was stored.

    `abandon()` ends it without a valid end: what was written can never be opened.
    """

    def __init__(self, out: BlobWriter, key: AccountKey, identity: Identity) -> None:
        self._sink, self._abandoned = _Sink(out), False
        self._sink.write(MAGIC + struct.pack(">BI", FORMAT, key.version))
        self._stream: Any = tink_primitive(key.key).new_encrypting_stream(self._sink, identity.associated_data)
        self._raise()

    @property
    def size(self) -> int:
        return self._sink.size

    @property
    def sha256(self) -> str:
        return self._sink.digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self._abandoned:
            return len(data)
        self._raise()
        with memoryview(data).cast("B") as view:
            count = len(view)
            self._stream.write(view)
        self._raise()
        return count

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._stream.close()
        if not self._abandoned:
            self._raise()

    def abandon(self) -> None:
        self._abandoned = True
        if self._sink.error is None:
            self._sink.error = ValueError("the object was given up")

    def _raise(self) -> None:
        if self._sink.error is not None:
            raise self._sink.error


def seal(out: BlobWriter, key: AccountKey, identity: Identity) -> SealedWriter:
    """Encrypt what is written to the answer on its way to `out`. Close it before `out`."""
    return SealedWriter(out, key, identity)


def seal_bytes(data: bytes, key: AccountKey, identity: Identity) -> bytes:
    """A small sealed object in memory."""
    buffer = io.BytesIO()
    writer = seal(buffer, key, identity)
    writer.write(data)
    writer.close()
    return buffer.getvalue()


class SealedFile(io.RawIOBase):
    """Plain bytes of a sealed object, read from any position; only the 128 KiB segments needed are fetched.

    The position is kept per thread: DuckDB shares one handle between threads and calls seek, then read.
    Raises DamagedObject, KeyUnavailable, FormatTooNew, BlobMissing.
    """

    def __init__(self, blobs: Blobs, keyring: Keyring, name: str, identity: Identity, size: int | None = None) -> None:
        self.blobs, self.object = blobs, name
        self.stored_size = blobs.size(name) if size is None else size
        head = blobs.read_range(name, 0, PREAMBLE + HEADER)
        if len(head) < PREAMBLE + HEADER or head[:3] != MAGIC or head[PREAMBLE] != HEADER:
            raise DamagedObject(f"{name} is no sealed object.")
        version, key_version = struct.unpack(">BI", head[3:PREAMBLE])
        if version > FORMAT:
            raise FormatTooNew(f"{name} has format version {version}; this program knows {FORMAT}.")
        if version != FORMAT:
            raise DamagedObject(f"{name} is no sealed object of a known version.")
        salt, self._prefix = head[PREAMBLE + 1 : PREAMBLE + 33], head[PREAMBLE + 33 :]
        key = keyring.get(key_version).key
        self._aead = AESGCM(HKDF(hashes.SHA256(), 32, salt, identity.associated_data).derive(key))
        self._cipher_size = self.stored_size - PREAMBLE
        self._count = -(-self._cipher_size // SEGMENT)
        self.plain_size = self._cipher_size - HEADER - TAG * self._count
        if self.plain_size < 0:
            raise DamagedObject(f"{name} is cut short.")
        self._local = threading.local()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    @property
    def size(self) -> int:
        return self.plain_size

    def tell(self) -> int:
        return getattr(self._local, "at", 0)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._local.at = max(0, offset + (0, self.tell(), self.plain_size)[whence])
        return self._local.at

    def read(self, length: int | None = -1, /) -> bytes:
        at = self.tell()
        left = max(0, self.plain_size - at)
        length = left if length is None or length < 0 else min(length, left)
        data = self.read_at(at, length) if length else b""
        self._local.at = at + length
        return data

    def readall(self) -> bytes:
        return self.read(-1)

    def readinto(self, buffer: Any, /) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read_at(self, at: int, length: int) -> bytes:
        """`length` plain bytes from `at`, both within the file."""
        first = (at + HEADER) // PLAIN  # segment 0 holds HEADER bytes less
        last = (at + length - 1 + HEADER) // PLAIN
        start = max(first * SEGMENT, HEADER)
        stop = min((last + 1) * SEGMENT, self._cipher_size)
        sealed = memoryview(self.blobs.read_range(self.object, PREAMBLE + start, stop - start))
        if len(sealed) != stop - start:
            raise DamagedObject(f"{self.object} is cut short.")
        plain = self._open(sealed, start, first, last)
        skip = at - (first * PLAIN - HEADER if first else 0)
        return plain[skip : skip + length]

    def chunks(self) -> Iterator[bytes]:
        """The whole plain text in order, every segment authenticated, 8 MiB at a time."""
        last = self._count - 1
        for first in range(0, self._count, CHUNK_SEGMENTS):
            end = min(first + CHUNK_SEGMENTS - 1, last)
            start = max(first * SEGMENT, HEADER)
            stop = min((end + 1) * SEGMENT, self._cipher_size)
            sealed = self.blobs.read_range(self.object, PREAMBLE + start, stop - start)
            yield self._open(memoryview(sealed), start, first, end)

    def _open(self, sealed: memoryview, start: int, first: int, last: int) -> bytes:
        pieces, position = [], 0
        for index in range(first, last + 1):
            step = (index + 1) * SEGMENT - (start + position)
            nonce = self._prefix + struct.pack(">IB", index, index == self._count - 1)
            try:
                pieces.append(self._aead.decrypt(nonce, sealed[position : position + step], None))
            except (InvalidTag, ValueError):
                raise DamagedObject(
                    f"{self.object} does not open: its bytes were altered or belong elsewhere."
                ) from None
            position += step
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def open_sealed(blobs: Blobs, keyring: Keyring, name: str, identity: Identity, size: int | None = None) -> SealedFile:
    """`size` (stored bytes) spares one request where a manifest tells it."""
    return SealedFile(blobs, keyring, name, identity, size)


def open_bytes(blobs: Blobs, keyring: Keyring, name: str, identity: Identity) -> bytes:
    """A small sealed object, whole and authentic."""
    return b"".join(open_sealed(blobs, keyring, name, identity).chunks())
