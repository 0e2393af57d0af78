"""Tries a manifest at the platform before it is saved: one page of every stream, nothing is stored.

It ends within `SECONDS`: what was not reached by then is said to be so. Waits that a platform asks for are not waited.
"""

import dataclasses
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec

from integrations.connector.errors import Cancelled
from integrations.connector.limits import LocalLimiter
from integrations.connector.model import Manifest, Stream
from integrations.connector.rates import Retries
from integrations.connector.reader import Reader
from integrations.connector.records import Page, Record
from integrations.services import manifests
from integrations.services.outgoing import http_settings
from integrations.services.readers import unsaved
from listbackup.core.errors import ListBackupError, PlatformError
from listbackup.core.http.redact import redact_value

SECONDS = 25.0
MOST_STREAMS = 80
MOST_PAGES = 5  # parents whose children are tried until one has some
AT_ONCE = 4
RETRIES = Retries(attempts=2, base_s=0.3, cap_s=1.0, longest_wait_s=3.0)
MOST_BYTES = 8 << 20
MOST_TEXT, MOST_ITEMS, MOST_DEPTH = 300, 5, 6


@dataclass(slots=True)
class StreamCheck:
    """What the first page of a stream showed. `state`: succeeded, attention (nothing recognised), failed, skipped."""

    name: str
    label: str
    state: str = "skipped"
    records: int = 0
    more: bool = False
    deleted: int = 0
    first_key: str = ""
    first_cursor: str = ""
    sample: Any = None
    message: str = ""
    remedy: str = ""
    code: str = ""


@dataclass(slots=True)
class LiveCheck:
    """`error` is why nothing could be tried; the streams are then empty."""

    streams: list[StreamCheck] = field(default_factory=list)
    error: ListBackupError | None = None
    account_label: str = ""
    seconds: float = 0.0
    left_out: int = 0  # streams past MOST_STREAMS

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.streams)

    @property
    def read(self) -> int:
        return self.count("succeeded") + self.count("attention")

    @property
    def failed(self) -> int:
        return self.count("failed")


def check_live(manifest: Manifest, *, secrets: Mapping[str, str], config: Mapping[str, Any]) -> LiveCheck:
    """Raises SecretsInvalid, AuthKindNotOffered or InvalidInput for what was typed; never for what the platform says."""
    kind = manifests.choose_kind(manifest, secrets)
    given = manifests.check_secrets(manifest, kind, secrets)
    wanted = manifests.check_config(manifest, config, given)
    began = time.monotonic()
    found = LiveCheck(left_out=max(0, len(manifest.streams) - MOST_STREAMS))
    tried = dataclasses.replace(manifest, retries=RETRIES)
    http = dataclasses.replace(
        http_settings(), connect_timeout=5.0, read_timeout=10.0, total_timeout=12.0, max_response_bytes=MOST_BYTES
    )
    try:
        reader = Reader(
            tried,
            credentials=unsaved(tried, kind, given),
            config=wanted,
            http=http,
            limiter=LocalLimiter(),
            limit_scope="check",
            cancelled=lambda: time.monotonic() - began > SECONDS,
        )
    except ListBackupError as error:
        found.error = error
        return found
    with reader:
        known = tuple(given.values())
        if _signs_in(tried, reader, found, known):
            roots = _roots(tried)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for results in pool.map(lambda root: _try(reader, tried, root, known), roots):
                    found.streams += results
    found.seconds = time.monotonic() - began
    return found


def _signs_in(manifest: Manifest, reader: Reader, found: LiveCheck, known: tuple[str, ...]) -> bool:
    """Asks the manifest's own check, when it has one; without one the streams tell."""
    if manifest.check is None:
        return True
    try:
        check = reader.check()
    except PlatformError as error:
        found.error = PlatformError(_told(error.message, known), code=error.code, remedy=error.remedy)
        return False
    found.account_label = check.account_label or check.account_id
    if not check.ok:
        remedy = "Check the credentials, and how the manifest signs in."
        found.error = PlatformError(_told(check.message, known), remedy=remedy)
    return check.ok


def _roots(manifest: Manifest) -> list[Stream]:
    """The streams to begin with; those that are read within another one come with it."""
    return [one for one in list(manifest.streams.values())[:MOST_STREAMS] if not one.inline]


def _try(reader: Reader, manifest: Manifest, root: Stream, known: tuple[str, ...]) -> list[StreamCheck]:
    """The first page of a stream and of the children that are read with it."""
    within = manifest.children_of(root.name)
    found = {one.name: StreamCheck(one.name, one.label) for one in (root, *within)}
    try:
        for page in _first_pages(reader.read(root.name), root):
            _take(found[page.stream], page, known)
    except Cancelled:
        found[root.name].message = f"Not reached within {SECONDS:.0f} seconds."
    except ListBackupError as error:
        failed = found.get(getattr(error, "stream", None) or root.name, found[root.name])
        failed.state, failed.code = "failed", error.code
        failed.message, failed.remedy = _told(error.message, known), error.remedy
    for child in within:
        _explain(found[child.name], found[root.name], _told(reader.streams_off.get(child.name, ""), known))
    return list(found.values())


def _first_pages(pages: Iterator[Page], root: Stream) -> Iterator[Page]:
    """Up to the first page of the stream itself; of a child of its own up to the first page that holds something."""
    for count, page in enumerate(pages, 1):
        yield page
        if page.stream == root.name and (page.records or root.parent is None or count >= MOST_PAGES):
            return


def _take(found: StreamCheck, page: Page, known: tuple[str, ...]) -> None:
    if found.records == 0 and page.records:
        first: Record = page.records[0]
        found.first_key, found.first_cursor = first.key[:100], (first.cursor or "")[:60]
        found.sample = _sample(first.raw, known)
    found.records += len(page.records)
    found.deleted += sum(record.deleted for record in page.records)
    found.more = not page.complete
    found.state = "succeeded" if found.records else "attention"
    if not found.records:
        found.message = "The platform answered with an empty list."
        found.remedy = "Either there is nothing there yet, or `records` names the wrong place in the answer."


def _told(message: str, known: tuple[str, ...]) -> str:
    """A platform's message; some repeat the key that they refuse."""
    return str(redact_value(message, known))[:500]


def _explain(child: StreamCheck, root: StreamCheck, refused: str) -> None:
    """Why nothing came of a child that is read within its parent's pages."""
    if child.state != "skipped" or child.message:
        return
    if refused:
        child.state, child.message = "failed", refused
    elif root.state == "failed":
        child.message = f"Read along with {root.label}, which failed."
    else:
        child.state = "attention"
        child.message = f"Read along with {root.label}; its first records have none."


def _sample(raw: bytes, known: tuple[str, ...]) -> Any:
    """The record for people: secrets hidden, long texts and lists cut."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _cut(redact_value(value, known), 0)


def _cut(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else f"{value[:MOST_TEXT]}… ({len(value):,} characters)"
    if depth >= MOST_DEPTH and isinstance(value, list | dict):
        return "…"
    if isinstance(value, dict):
        return {name[:100]: _cut(item, depth + 1) for name, item in list(value.items())[:100]}
    if isinstance(value, list):
        cut = [_cut(item, depth + 1) for item in value[:MOST_ITEMS]]
        return cut if len(value) <= MOST_ITEMS else [*cut, f"… {len(value) - MOST_ITEMS:,} more"]
    return value
