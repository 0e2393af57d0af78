"""The platforms that come with the product: `integrations/platforms/<key>/manifest.yaml`."""

from functools import lru_cache
from pathlib import Path

from integrations.connector.manifest import ManifestError, load_manifest
from integrations.connector.marks import Problem
from integrations.connector.model import Manifest

FOLDER = Path(__file__).resolve().parent.parent / "platforms"


@lru_cache(maxsize=1)
def platforms() -> dict[str, Manifest]:
    """Every platform's manifest by its key. Raises ManifestError: a wrong manifest stops the start."""
    found: dict[str, Manifest] = {}
    for file in sorted(FOLDER.glob("*/manifest.yaml")):
        name = f"{file.parent.name}/manifest.yaml"
        manifest = load_manifest(file.read_text(encoding="utf-8"), name=name)
        if manifest.key != file.parent.name:
            raise ManifestError(name, [Problem(1, 1, "key", f"must be {file.parent.name}, as the folder is called")])
        found[manifest.key] = manifest
    return found
