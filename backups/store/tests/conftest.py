from pathlib import Path

import pytest

from backups.store.keys import AccountKey, Keyring
from listbackup.core.storage import LocalBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "storage")


@pytest.fixture
def keyring() -> Keyring:
    return Keyring("acc", [AccountKey.new(1)])
