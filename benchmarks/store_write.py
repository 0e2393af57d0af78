"""CPU, memory and bytes of the snapshot store alone: `python benchmarks/store_write.py --records 200000`.

Makes records of about 900 bytes (not counted), writes them as one stream, then a second run with 1 % changed in which
every record is offered again, and prints one JSON line. CPU is user and system time of this process.
"""

import argparse
import datetime as dt
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backups.store.keys import AccountKey, Keyring
from backups.store.manifest import load_manifest
from backups.store.snapshot import SnapshotWriter
from listbackup.core.storage import LocalBlobs

WORDS = [f"{random.Random(n).getrandbits(28):07x}" for n in range(4000)]
PROPERTIES = (
    "address",
    "city",
    "company",
    "country",
    "firstname",
    "industry",
    "jobtitle",
    "lastname",
    "notes",
    "website",
)


def record(number: int, version: int) -> bytes:
    rnd = random.Random(number)
    properties = {name: " ".join(rnd.choices(WORDS, k=7)) for name in PROPERTIES}
    properties["email"] = f"person{number}@example{number % 977}.com"
    properties["score"] = str(version)
    stamp = "2026-01-11T10:00:00.000Z"
    return json.dumps(
        {
            "id": str(10_000_000 + number),
            "properties": properties,
            "createdAt": stamp,
            "updatedAt": stamp,
            "archived": False,
        },
        separators=(",", ":"),
    ).encode()


def pages(count: int, size: int, changed_every: int) -> Iterator[list[tuple[str, str | None, bytes, bool]]]:
    for first in range(0, count, size):
        numbers = range(first, min(first + size, count))
        yield [
            (
                str(10_000_000 + n),
                "2026-01-11T10:00:00.000Z",
                record(n, int(bool(changed_every and n % changed_every == 0))),
                False,
            )
            for n in numbers
        ]


def run(blobs, ring, count, size, previous, changed_every):  # type: ignore[no-untyped-def]
    """(CPU seconds in the store, bytes of raw, Committed)."""
    cpu, raw = 0.0, 0
    number = previous.number + 1 if previous else 1
    writer = SnapshotWriter(
        blobs, ring, account="bench", source="s", snapshot=f"snap{number}", date="2026-01-01", previous=previous
    )
    stream = writer.stream("contacts")
    for page in pages(count, size, changed_every):
        raw += sum(len(row[2]) for row in page)
        start = time.process_time()
        stream.add(page)
        cpu += time.process_time() - start
    start = time.process_time()
    done = writer.commit(taken_at=dt.datetime.now(dt.UTC))
    return cpu + time.process_time() - start, raw, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--page", type=int, default=100)
    arguments = parser.parse_args()
    count = arguments.records
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with tempfile.TemporaryDirectory(prefix="store-write-") as folder:
        blobs, ring = LocalBlobs(folder), Keyring("bench", [AccountKey.new()])
        cpu, raw, first = run(blobs, ring, count, arguments.page, None, 0)
        peak_first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        cpu_again, _, second = run(blobs, ring, count, arguments.page, load_manifest(blobs, ring, first.name), 100)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {
        "records": count,
        "bytes_per_record": round(raw / count),
        "first_cpu_s_per_100k": round(cpu / count * 1e5, 3),
        "first_stored_ratio": round(first.stored_bytes / raw, 3),
        "second_cpu_s_per_100k": round(cpu_again / count * 1e5, 3),
        "second_bytes_of_first": round(second.stored_bytes / first.stored_bytes, 4),
        "second_counts": second.manifest.counts,
        "rss_mb": {"imports": base, "first": peak_first, "second": peak},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
