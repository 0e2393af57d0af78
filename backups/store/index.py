"""Which keys a stream has, in 25 bytes each: what decides about "new", "changed", "unchanged" and "gone".

Sorted numpy runs that are merged as they grow, and a small dict for the newest entries. Keys are known by 128 bits of
BLAKE2b, versions by 64 bits of their content hash.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RECENT = 16_384  # entries in the dict before they become a run
ABSENT = 0  # the value of a key that is not there, or deleted

Numbers = npt.NDArray[np.uint64]


def fingerprints(keys: Iterable[bytes]) -> list[bytes]:
    """16 bytes for each key."""
    blake2b = hashlib.blake2b
    return [blake2b(key, digest_size=16).digest() for key in keys]


def version_values(content_hashes: Sequence[bytes]) -> Numbers:
    """The 64 bits of each content hash that the index keeps; never ABSENT."""
    values = np.frombuffer(b"".join(content_hashes), dtype="<u8")[::2].copy()
    values[values == ABSENT] = 1
    return values


@dataclass(slots=True)
class _Run:
    """Entries sorted by (high, low); `seen` is 1 for keys met since the sweep began."""

    high: Numbers
    low: Numbers
    value: Numbers
    seen: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.high)

    def find(self, high: Numbers, low: Numbers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Position and whether the key is there, for each asked key."""
        at = np.searchsorted(self.high, high)
        while True:
            inside = np.minimum(at, len(self) - 1)
            same = (at < len(self)) & (self.high[inside] == high)
            if not same.any():
                return inside, same
            match = same & (self.low[inside] == low)
            onward = same & ~match  # two keys share 64 bits: look at the next entry
            if not onward.any():
                return inside, match
            at = at + onward


def _sorted_run(high: Numbers, low: Numbers, value: Numbers, seen: npt.NDArray[np.uint8], drop_absent: bool) -> _Run:
    """A run of the entries, given in order of time: of equal keys the last one stays."""
    order = np.argsort(high, kind="stable")
    high, low = high[order], low[order]
    if bool(((high[1:] == high[:-1]) & (low[1:] != low[:-1])).any()):
        again = np.lexsort((low, high))
        order, high, low = order[again], high[again], low[again]
    keep = np.ones(len(high), dtype=np.bool_)
    keep[:-1] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    value = value[order]
    if drop_absent:
        keep &= value != ABSENT
    if keep.all():
        return _Run(high, low, value, seen[order])
    return _Run(high[keep], low[keep], value[keep], seen[order][keep])


class KeyIndex:
    """Not thread-safe; its owner locks."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []  # oldest first, each at least twice as long as the next
        self._recent: dict[bytes, int] = {}  # put since the last spill; all of them seen

    def find(self, fingerprints: Sequence[bytes], *, mark: bool = False) -> list[int]:
        """The value of each key, ABSENT where there is none. `mark` notes those present as seen."""
        answer: list[int] = self.values(fingerprints, mark=mark).tolist()
        return answer

    def values(self, fingerprints: Sequence[bytes], *, mark: bool = False) -> Numbers:
        """`find`, as an array."""
        count = len(fingerprints)
        values = np.zeros(count, dtype=np.uint64)
        if self._runs and count:
            both = np.frombuffer(b"".join(fingerprints), dtype=np.uint64).reshape(count, 2)
            high, low = both[:, 0].copy(), both[:, 1].copy()
            waiting: npt.NDArray[np.bool_] | None = None  # None: all
            for run in reversed(self._runs):
                at, match = run.find(high, low)
                if waiting is not None:
                    match &= waiting
                if not match.any():
                    continue
                found = at[match]
                values[match] = run.value[found]
                if mark:
                    run.seen[found] = 1
                waiting = ~match if waiting is None else waiting & ~match
                if not waiting.any():
                    break
        if self._recent and not self._recent.keys().isdisjoint(fingerprints):
            for position, known in enumerate(map(self._recent.get, fingerprints)):
                if known is not None:
                    values[position] = known
        return values

    def put(self, fingerprints: Sequence[bytes], values: Numbers) -> None:
        """The newest values of keys; they count as seen."""
        self._recent.update(zip(fingerprints, values.tolist(), strict=True))

    def settle(self) -> None:
        """Turn the dict into a run when it is full. Call between pages."""
        if len(self._recent) >= RECENT:
            self._spill()

    def put_many(self, fingerprints: Sequence[bytes], values: Numbers) -> None:
        """Newest values of many keys, in order of time, not seen."""
        self._spill()
        both = np.frombuffer(b"".join(fingerprints), dtype=np.uint64).reshape(len(fingerprints), 2)
        self._push(both[:, 0].copy(), both[:, 1].copy(), values, np.zeros(len(fingerprints), dtype=np.uint8))

    def begin_sweep(self) -> None:
        """Forget what was seen."""
        self._spill()
        for run in self._runs:
            run.seen[:] = 0

    def unseen(self) -> int:
        """How many present keys were not seen since `begin_sweep`. Merges everything into one run."""
        self._spill()
        while len(self._runs) > 1:
            self._merge_last()
        return sum(int(((run.seen == 0) & (run.value != ABSENT)).sum()) for run in self._runs)

    def is_unseen(self, fingerprints: Sequence[bytes]) -> list[bool]:
        """After `unseen()`: which of the keys are present and not seen."""
        if not self._runs or not fingerprints:
            return [False] * len(fingerprints)
        run = self._runs[0]
        both = np.frombuffer(b"".join(fingerprints), dtype=np.uint64).reshape(len(fingerprints), 2)
        at, match = run.find(both[:, 0].copy(), both[:, 1].copy())
        answer: list[bool] = (match & (run.seen[at] == 0) & (run.value[at] != ABSENT)).tolist()
        for position, key in enumerate(fingerprints):
            if key in self._recent:
                answer[position] = False
        return answer

    def mark_seen(self, fingerprints: Iterable[bytes]) -> None:
        self.find(list(fingerprints), mark=True)

    def _spill(self) -> None:
        if not self._recent:
            return
        count = len(self._recent)
        both = np.frombuffer(b"".join(self._recent), dtype=np.uint64).reshape(count, 2)
        values = np.fromiter(self._recent.values(), dtype=np.uint64, count=count)
        seen = np.ones(count, dtype=np.uint8)
        self._recent.clear()
        self._push(both[:, 0].copy(), both[:, 1].copy(), values, seen)

    def _push(self, high: Numbers, low: Numbers, values: Numbers, seen: npt.NDArray[np.uint8]) -> None:
        if not len(high):
            return
        self._runs.append(_sorted_run(high, low, values, seen, drop_absent=False))
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            self._merge_last()

    def _merge_last(self) -> None:
        newer, older = self._runs.pop(), self._runs.pop()
        merged = _sorted_run(
            np.concatenate((older.high, newer.high)),
            np.concatenate((older.low, newer.low)),
            np.concatenate((older.value, newer.value)),
            np.concatenate((older.seen, newer.seen)),
            drop_absent=not self._runs,
        )
        if len(merged):
            self._runs.append(merged)
