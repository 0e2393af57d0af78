"""Dry runs: one page of each stream is read, nothing is stored."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.models import Source
from backups.services.jobs import check_ready
from integrations.connector.errors import Cancelled
from integrations.connector.reader import Reader
from integrations.connector.records import StreamInfo
from integrations.services.readers import open_reader
from listbackup.core.errors import PlatformError

# A person waits for the answer: what cannot be tried in this time is said so.
SECONDS = 20
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Probe:
    """What the first page of a stream said. `records` counts that page."""

    stream: str
    label: str
    ok: bool
    records: int
    message: str


def probe_source(context: AccountContext, source: Source) -> list[Probe]:
    """In order of streams. Raises SourceNotReady, and the platform's error when it cannot be reached at all."""
    check_ready(source, "backup")
    deadline = time.monotonic() + SECONDS
    with open_reader(source.connection, cancelled=lambda: time.monotonic() > deadline) as reader:
        infos = [info for info in reader.discover() if not info.inline]
        wanted = [info for info in infos if not source.streams or info.name in source.streams]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            probes = list(pool.map(lambda info: _probe(reader, info), wanted))
    record(context, "source.tested", source, ok=all(probe.ok for probe in probes))
    return probes


def _probe(reader: Reader, info: StreamInfo) -> Probe:
    label = info.label or info.name
    try:
        for page in reader.read(info.name, None):
            if page.stream != info.name:
                continue  # what hangs on the first records comes before them
            return Probe(info.name, label, True, len(page.records), "Can be read.")
    except Cancelled:
        return Probe(info.name, label, False, 0, f"Not tried: the platform was busy for {SECONDS} s. Test again later.")
    except PlatformError as error:
        if getattr(error, "code", "").startswith("auth."):
            raise
        return Probe(info.name, label, False, 0, f"{error.message} {error.remedy}".strip())
    return Probe(info.name, label, True, 0, "Can be read; it is empty.")
