"""What the last restore drill of a source proved, and what verifications found damaged."""

from dataclasses import dataclass
from typing import Any

from backups.models import Snapshot, Source


@dataclass(frozen=True, slots=True)
class ProvedStream:
    name: str
    records: int
    rebuilt: int


@dataclass(frozen=True, slots=True)
class Proof:
    """`taken_at` as text; `records` are those of the snapshot, `rebuilt` those that were compared, in `seconds`."""

    snapshot: str
    number: int
    taken_at: str
    manifest_sha256: str
    records: int
    rebuilt: int
    seconds: float
    streams: list[ProvedStream]

    @property
    def per_second(self) -> float:
        return self.rebuilt / self.seconds if self.seconds else 0.0


def proof_of(source: Source) -> Proof | None:
    """The last good drill; None before the first."""
    if source.proved_at is None or not source.proof:
        return None
    kept = dict(source.proof)
    streams = [ProvedStream(*entry) for entry in kept.pop("streams")]
    return Proof(**kept, streams=streams)


MOST_DAMAGED = 20


@dataclass(frozen=True, slots=True)
class Damaged:
    """A snapshot whose verification found damage. `affected`: `streams` (names), `records` (count), `snapshots` (ids)."""

    snapshot: Snapshot
    count: int
    damages: list[dict[str, Any]]
    affected: dict[str, Any]


def damaged_of(source: Source) -> list[Damaged]:
    """The newest snapshots whose last verification found damage, twenty at most; none when all is well."""
    rows = Snapshot.objects.filter(source=source, verified_ok=False).order_by("-number")[:MOST_DAMAGED]
    nothing = {"streams": [], "records": 0, "snapshots": []}
    return [
        Damaged(
            row,
            int(row.verify_detail.get("count", 0)),
            list(row.verify_detail.get("damages", [])),
            row.verify_detail.get("affected", nothing),
        )
        for row in rows
    ]
