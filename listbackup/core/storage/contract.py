"""What every backend must pass. A backend's test file subclasses `BlobsContract` and gives a `blobs` fixture."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from listbackup.core.errors import InvalidInput

from .blobs import BlobExists, BlobMissing, Blobs


class BlobsContract:
    def test_put_then_get_returns_the_bytes(self, blobs: Blobs) -> None:
        for data in (b"", b"x", os.urandom(100_000)):
            blobs.put("a/b/c.bin", data)
            assert blobs.get("a/b/c.bin") == data
            assert blobs.size("a/b/c.bin") == len(data)
            assert blobs.exists("a/b/c.bin")

    def test_write_in_pieces_is_visible_only_after_the_end(self, blobs: Blobs) -> None:
        pieces = [os.urandom(3 * 1024 * 1024) for _ in range(4)] + [b"end"]
        with blobs.write("big/one") as writer:
            for piece in pieces:
                assert writer.write(piece) == len(piece)
            assert not blobs.exists("big/one")
            assert list(blobs.list("")) == []
        assert blobs.get("big/one") == b"".join(pieces)

    def test_write_of_nothing_makes_an_empty_blob(self, blobs: Blobs) -> None:
        with blobs.write("empty"):
            pass
        assert blobs.get("empty") == b""

    @pytest.mark.parametrize("size", [10, 9 * 1024 * 1024])
    def test_write_that_fails_leaves_nothing_new(self, blobs: Blobs, size: int) -> None:
        blobs.put("kept", b"old")
        with pytest.raises(KeyboardInterrupt), blobs.write("kept") as writer:
            writer.write(b"x" * size)
            raise KeyboardInterrupt
        assert blobs.get("kept") == b"old"
        assert [info.name for info in blobs.list("")] == ["kept"]

    def test_put_if_absent_never_replaces(self, blobs: Blobs) -> None:
        blobs.put("once", b"first", if_absent=True)
        with pytest.raises(BlobExists):
            blobs.put("once", b"second", if_absent=True)
        assert blobs.get("once") == b"first"
        blobs.put("once", b"third")
        assert blobs.get("once") == b"third"

    def test_ranges(self, blobs: Blobs) -> None:
        data = os.urandom(10_000)
        blobs.put("ranged", data)
        for start, length in ((0, 1), (0, 10_000), (9_990, 100), (5_000, 0), (10_000, 5), (20_000, 5), (123, 4567)):
            assert blobs.read_range("ranged", start, length) == data[start : start + length]

    def test_missing_names_say_so(self, blobs: Blobs) -> None:
        for call in (blobs.get, blobs.size, lambda name: blobs.read_range(name, 0, 5)):
            with pytest.raises(BlobMissing):
                call("not/there")
        assert not blobs.exists("not/there")
        blobs.delete("not/there")

    def test_list_is_in_order_and_by_prefix(self, blobs: Blobs) -> None:
        names = ["a/b-1/x", "a/b/x", "a/b/y", "a/b/y.2", "a/c", "b"]
        for name in reversed(names):
            blobs.put(name, name.encode())
        assert [info.name for info in blobs.list("")] == sorted(names)
        assert [(info.name, info.size) for info in blobs.list("a/b/")] == [("a/b/x", 5), ("a/b/y", 5), ("a/b/y.2", 7)]
        assert [info.name for info in blobs.list("a/b")] == ["a/b-1/x", "a/b/x", "a/b/y", "a/b/y.2"]
        assert list(blobs.list("zzz/")) == []
        assert all(info.modified.tzinfo is not None for info in blobs.list(""))

    def test_delete_removes(self, blobs: Blobs) -> None:
        blobs.put("gone/soon", b"1")
        blobs.delete("gone/soon")
        assert not blobs.exists("gone/soon")
        assert list(blobs.list("gone/")) == []

    def test_what_a_dead_writer_left_goes_and_blobs_stay(self, blobs: Blobs) -> None:
        blobs.put("kept", b"1")
        writing = blobs.write("half")
        writer = writing.__enter__()  # a writer that never ends, as after kill -9
        writer.write(b"x" * 20_000_000)
        moment = datetime.now(UTC)
        try:
            long_ago = datetime(2001, 1, 1, tzinfo=UTC)  # moto dates every upload in 2010
            assert blobs.remove_unfinished(long_ago) == 0, "it may still be written to"
            assert blobs.remove_unfinished(moment + timedelta(hours=1)) == 1
            assert blobs.remove_unfinished(moment + timedelta(hours=1)) == 0
            assert [info.name for info in blobs.list("")] == ["kept"]
        finally:
            writing.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

    def test_bad_names_are_refused(self, blobs: Blobs) -> None:
        for name in ("", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "a/\0", "a\\b", "x" * 300):
            with pytest.raises(InvalidInput):
                blobs.put(name, b"x")

    def test_many_threads_write_and_read(self, blobs: Blobs) -> None:
        def one(number: int) -> bool:
            data = str(number).encode() * 1000
            with blobs.write(f"threads/{number}") as writer:
                writer.write(data)
            return blobs.get(f"threads/{number}") == data

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(one, range(12)))
        assert sum(1 for _ in blobs.list("threads/")) == 12
