"""A stream after many small runs, with and without compaction: length of the list, stored bytes, one record, a page.

python benchmarks/compaction.py [--records N] [--runs N] [--changed SHARE]
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from backups.query.as_of import Snapshots
from backups.store import compaction
from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import Manifest
from backups.store.testing import row, write_snapshot
from listbackup.core.storage import LocalBlobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=365)
    parser.add_argument("--changed", type=float, default=0.005, help="share of the records that a run changes")
    options = parser.parse_args()
    for name, few in (("without", 1_000_000_000), ("with", compaction.FEW)):
        slack = few if name == "without" else compaction.SLACK_ROWS
        with mock.patch.multiple(compaction, FEW=few, SLACK_ROWS=slack), tempfile.TemporaryDirectory() as folder:
            measure(name, LocalBlobs(folder), options.records, options.runs, options.changed)


def measure(name: str, blobs: LocalBlobs, records: int, runs: int, changed: float) -> None:
    keyring, dice = Keyring("acc", [AccountKey.new(1)]), random.Random(1)
    begun, seconds, stored = time.perf_counter(), [], 0
    manifest: Manifest | None = None
    for run in range(runs):
        started = time.perf_counter()
        keys = range(records) if run == 0 else dice.sample(range(records), int(records * changed))
        rows = [row(f"{key:09}", run=run, text=f"{dice.getrandbits(2_000):x}") for key in keys]
        done = write_snapshot(blobs, keyring, {"contacts": rows}, previous=manifest, snapshot=f"s{run}")
        manifest, stored = done.manifest, stored + done.stored_bytes
        seconds.append(time.perf_counter() - started)
    assert manifest is not None
    with Snapshots.open(blobs, keyring, manifest) as view:
        asked = iter(dice.sample(range(records), 40))
        look_up = median(lambda: view.record("contacts", f"{next(asked):09}"), 20)
        page = median(lambda: view.page("contacts", after=f"{next(asked):09}"), 20)
    print(
        f"{name}: {runs} runs in {time.perf_counter() - begun:.0f} s, the last ten {statistics.median(seconds[-10:]):.2f} s each; "
        f"{len(manifest.streams['contacts'].segments)} segments, {stored / 1e6:.0f} MB stored; "
        f"one record {look_up * 1000:.0f} ms, a page {page * 1000:.0f} ms"
    )


def median(work: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
