"""A product whose processes may be killed, and a platform that can be held in mid-answer."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backups.tests.platform import MANIFEST, SECRET, Answer, Platform, serve
from listbackup.testing.product import Product, embedded_product

RECORDS = 300


@dataclass
class Held:
    """A platform that stops answering behind the 150th record until it is let go."""

    platform: Platform
    reached: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)

    def fault(self, path: str, query: dict[str, str], number: int) -> Answer | None:
        if path == "/items" and query.get("after", "") >= "000150" and not self.free.is_set():
            self.reached.set()
            self.free.wait(60)
        elif path == "/items" and not self.free.is_set():
            self.free.wait(0.15)  # slowly, so that a checkpoint falls into it
        return None


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with embedded_product(
        tmp_path_factory.mktemp("product") / "var", JOB_LEASE_SECONDS="8", JOB_CHECKPOINT_SECONDS="1"
    ) as running:
        yield running


@pytest.fixture
def held() -> Iterator[Held]:
    with serve() as platform:
        platform.put("items", *range(RECORDS))
        made = Held(platform)
        platform.fault = made.fault
        yield made
        made.free.set()


@pytest.fixture
def source(product: Product, held: Held, tmp_path: Path) -> Iterator[str]:
    manifest = tmp_path / "things.yaml"
    # A killed reader must not be taken for a slow platform.
    manifest.write_text(MANIFEST)
    yield product.source(manifest, secret=SECRET, host=held.platform.host)
    product.stop()
