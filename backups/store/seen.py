"""Notes of a running sweep: which unchanged keys were met, so that a resumed run deletes none of them by mistake.

A sealed object of 16-byte key fingerprints. No manifest lists it; it is litter once the run has ended.
"""

from typing import TYPE_CHECKING

from .sealed import open_bytes, seal_bytes

if TYPE_CHECKING:
    from .stream import Run


def write(run: "Run", part: str, fingerprints: list[bytes]) -> None:
    data = seal_bytes(b"".join(fingerprints), run.key, run.place.identity("seen", part))
    run.blobs.put(run.place.seen(part), data)


def read(run: "Run", part: str) -> list[bytes]:
    """Raises BlobMissing, DamagedObject."""
    data = open_bytes(run.blobs, run.keyring, run.place.seen(part), run.place.identity("seen", part))
    return [data[at : at + 16] for at in range(0, len(data), 16)]
