import io
import os
import random
import threading

import pytest

from backups.store.errors import DamagedObject, FormatTooNew, KeyUnavailable
from backups.store.format import Identity
from backups.store.keys import AccountKey, Keyring
from backups.store.sealed import PREAMBLE, SEGMENT, open_bytes, open_sealed, seal, seal_bytes, tink_primitive
from listbackup.core.storage import LocalBlobs

ME = Identity("segment", "acc", "src", "snap", "contacts-0001-aaaaaaaa")
FIRST = SEGMENT - 40 - 16  # plain bytes of the first Tink segment
SIZES = [0, 1, 1000, FIRST - 1, FIRST, FIRST + 1, FIRST + SEGMENT - 16, FIRST + SEGMENT - 15, 700_000]


@pytest.mark.parametrize("size", SIZES)
def test_tink_opens_what_we_seal_and_we_open_what_tink_seals(blobs: LocalBlobs, keyring: Keyring, size: int) -> None:
    plain, key = os.urandom(size), keyring.current
    sealed = seal_bytes(plain, key, ME)
    with tink_primitive(key.key).new_decrypting_stream(io.BytesIO(sealed[PREAMBLE:]), ME.associated_data) as stream:
        assert stream.read() == plain

    class Kept(io.BytesIO):
        def close(self) -> None:
            pass

    out = Kept()
    with tink_primitive(key.key).new_encrypting_stream(out, ME.associated_data) as stream:
        stream.write(plain)
    blobs.put("x", b"LBS\x01\x00\x00\x00\x01" + out.getvalue())
    assert open_bytes(blobs, keyring, "x", ME) == plain
    assert open_sealed(blobs, keyring, "x", ME).size == size
    assert open_sealed(blobs, keyring, "x", ME).read() == plain


def test_random_positions_by_many_threads(blobs: LocalBlobs, keyring: Keyring) -> None:
    plain = os.urandom(900_000)
    blobs.put("x", seal_bytes(plain, keyring.current, ME))
    file, wrong = open_sealed(blobs, keyring, "x", ME), []

    def read(seed: int) -> None:
        rnd = random.Random(seed)
        for _ in range(60):
            at, length = rnd.randrange(len(plain) + 10), rnd.choice((1, 100, 131_056, 300_000))
            file.seek(at)
            if file.read(length) != plain[at : at + length] or file.tell() != max(at, min(at + length, len(plain))):
                wrong.append((at, length))

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_a_flipped_bit_anywhere_is_refused(blobs: LocalBlobs, keyring: Keyring, size: int) -> None:
    sealed, rnd = seal_bytes(os.urandom(size), keyring.current, ME), random.Random(size)
    positions = {*range(64), len(sealed) - 1, *(rnd.randrange(len(sealed)) for _ in range(150))}
    for position in positions:
        broken = bytearray(sealed)
        broken[position] ^= 1 << rnd.randrange(8)
        blobs.put("x", bytes(broken))
        with pytest.raises((DamagedObject, KeyUnavailable, FormatTooNew)):
            open_bytes(blobs, keyring, "x", ME)


def test_cut_lengthened_and_reordered_objects_are_refused(blobs: LocalBlobs, keyring: Keyring) -> None:
    sealed = seal_bytes(os.urandom(4 * SEGMENT), keyring.current, ME)
    one, two = PREAMBLE + SEGMENT, PREAMBLE + 2 * SEGMENT
    cut = [sealed[:n] for n in (0, 7, 47, 63, 64, 1000, one, two, len(sealed) - 1)]
    moved = [
        sealed[:one] + sealed[two : two + SEGMENT] + sealed[one:two] + sealed[two + SEGMENT :],
        sealed + b"\0",
        sealed + sealed,
    ]
    for broken in cut + moved:
        blobs.put("x", broken)
        with pytest.raises(DamagedObject):
            open_bytes(blobs, keyring, "x", ME)


@pytest.mark.parametrize(
    "other",
    [
        Identity("segment", "acc", "src", "snap", "contacts-0002-aaaaaaaa"),
        Identity("segment", "acc", "src", "snap2", ME.part),
        Identity("segment", "acc", "src2", "snap", ME.part),
        Identity("segment", "acc2", "src", "snap", ME.part),
        Identity("seen", "acc", "src", "snap", ME.part),
    ],
)
def test_an_object_in_anothers_place_does_not_open(blobs: LocalBlobs, keyring: Keyring, other: Identity) -> None:
    blobs.put("x", seal_bytes(b"data", keyring.current, ME))
    with pytest.raises(DamagedObject):
        open_bytes(blobs, keyring, "x", other)


def test_key_versions_are_told_apart(blobs: LocalBlobs) -> None:
    one, two = AccountKey.new(1), AccountKey.new(2)
    blobs.put("x", seal_bytes(b"data", one, ME))
    assert open_bytes(blobs, Keyring("acc", [one, two]), "x", ME) == b"data"
    with pytest.raises(KeyUnavailable, match="Version 1"):
        open_bytes(blobs, Keyring("acc", [two]), "x", ME)
    with pytest.raises(DamagedObject):
        open_bytes(blobs, Keyring("acc", [AccountKey.new(1)]), "x", ME)


def test_an_error_of_the_storage_comes_through_tink_unchanged(keyring: Keyring) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            if self.tell() > 100:
                raise OSError(28, "No space left on device")
            return super().write(data)  # type: ignore[arg-type]

    writer = seal(Full(), keyring.current, ME)
    with pytest.raises(OSError, match="No space left"):
        for _ in range(10):
            writer.write(os.urandom(SEGMENT))
    writer.abandon()
    writer.close()
