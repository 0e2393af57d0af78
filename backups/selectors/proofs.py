"""What the last restore drill of a source proved."""

from dataclasses import dataclass

from backups.models import Source


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
