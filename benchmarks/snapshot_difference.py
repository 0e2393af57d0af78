#!/usr/bin/env python
"""What it costs to compare two snapshots: seconds for the counts, and for the first page.

    python benchmarks/snapshot_difference.py [--records 1000000] [--changed 0.01]

Writes two snapshots of one stream into a temporary folder, the second with a share of changed records, and compares them.
Run by hand; it is no test.
"""

import argparse
import tempfile
import time
from pathlib import Path

from backups.query.as_of import Snapshots
from backups.query.difference import Difference
from backups.store.keys import AccountKey, Keyring
from backups.store.testing import row, write_snapshot
from listbackup.core.storage import LocalBlobs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--changed", type=float, default=0.01)
    options = parser.parse_args()
    step = max(1, round(1 / options.changed))
    with tempfile.TemporaryDirectory() as folder:
        blobs, keyring = LocalBlobs(Path(folder)), Keyring("acc", [AccountKey.new(1)])
        fill = "x" * 300
        first = write_snapshot(
            blobs, keyring, {"a": (row(f"{n:09}", v=1, fill=fill) for n in range(options.records))}
        ).manifest
        changes = (row(f"{n:09}", v=2, fill=fill) for n in range(0, options.records, step))
        second = write_snapshot(blobs, keyring, {"a": changes}, previous=first).manifest
        with Snapshots.open(blobs, keyring, second) as view:
            begun = time.perf_counter()
            counts = Difference(view, first).counts()
            counted = time.perf_counter() - begun
        with Snapshots.open(blobs, keyring, second) as view:
            begun = time.perf_counter()
            page = Difference(view, first).page("a", limit=50)
            paged = time.perf_counter() - begun
    print(
        f"{options.records} records, {counts[0].changed} changed: counts {counted:.2f} s, first page of {len(page)} "
        f"{paged:.2f} s"
    )


if __name__ == "__main__":
    main()
