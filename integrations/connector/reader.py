"""Reads a connection's streams. One reader serves several threads, each of which iterates over a stream of its own."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import msgspec

from integrations.connector.auth import Credentials
from integrations.connector.by_key import batch_by_key, each_by_key
from integrations.connector.discovery import find_streams, info_of
from integrations.connector.errors import ConnectorError, RequestRefused, ScopeMissing
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.limits import Limiter
from integrations.connector.lookups import Lookups, decoded
from integrations.connector.model import CheckRule, Manifest, Stream
from integrations.connector.oauth import TokenSet, tokens_in
from integrations.connector.passes import Passes
from integrations.connector.records import Page, StreamInfo
from integrations.connector.shapes import dig, plain_text
from integrations.connector.walk import Walker
from listbackup.core.http.client import HttpSettings

__all__ = ["Check", "Reader", "StreamInfo"]


@dataclass(frozen=True, slots=True)
class Check:
    """What a live call found. `streams_off` maps a stream to the reason why it will not be read."""

    ok: bool
    account_id: str = ""
    account_label: str = ""
    scopes_granted: tuple[str, ...] = ()
    scopes_missing: tuple[str, ...] = ()
    streams_off: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


def _never() -> bool:
    return False


def _nobody(seconds: float, reason: str) -> None:
    return None


class Reader:
    """`limit_scope` names what the platform counts requests by; limits under the same scope are shared.

    `quota_share` is the percentage of daily quotas that may be used.
    `on_wait(seconds, reason)` is called before every wait of a second or more. `streams_off` collects streams that
    the platform refused while others were read.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        credentials: Credentials,
        config: Mapping[str, Any],
        http: HttpSettings,
        limiter: Limiter,
        limit_scope: str,
        cancelled: Callable[[], bool] = _never,
        on_wait: Callable[[float, str], None] = _nobody,
        sleep: Callable[[float], None] = time.sleep,
        quota_share: int = 100,
    ) -> None:
        self.manifest = manifest
        self.streams_off: dict[str, str] = {}
        self._credentials = credentials
        self._exchange = Exchange(
            manifest,
            credentials=credentials,
            config=config,
            http=http,
            limiter=limiter,
            limit_scope=limit_scope,
            cancelled=cancelled,
            on_wait=on_wait,
            sleep=sleep,
            quota_share=quota_share,
        )
        self._lookups = Lookups(self._exchange)
        self._passes = Passes(self._exchange, self._lookups, self._stream, self._turn_off)
        self._found: dict[str, Stream] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._exchange.close()

    def members(self) -> Iterator[tuple[str, str]]:
        """Id and label of every account that an agency's grant is for. Raises the errors of `connector.errors`."""
        rule = self.manifest.auth_of("oauth2").fan_out
        assert rule is not None
        listed = rule.members
        walker = Walker(
            self._exchange, self._lookups, listed, request=listed.request, page=listed.page, records=listed.records
        )
        for leaf in walker.pages({}, {}, Meter()):
            for record in leaf.records:
                yield record.key, _text(dig(msgspec.json.decode(record.raw), rule.label)) if rule.label else ""

    def member_token(self, member: str) -> TokenSet:
        """A member's own token, drawn with the agency's."""
        rule = self.manifest.auth_of("oauth2").fan_out
        assert rule is not None
        ask = self._exchange.ask(rule.token, {**self._exchange.config, f"config.{rule.member}": member})
        body = self._exchange.send(ask, lambda got: decoded(got.content), stream="token", meter=Meter())
        return tokens_in(self.manifest, body if isinstance(body, dict) else {})

    def check(self, *, agency: bool = False) -> Check:
        """One live call with the credentials. A refusal is `ok=False` with the reason; other errors are raised."""
        rule = self.manifest.check
        if agency:
            fan_out = self.manifest.auth_of("oauth2").fan_out
            rule = fan_out.check if fan_out and fan_out.check else rule
        body: Any = {}
        try:
            if rule is not None:
                ask = self._exchange.ask(rule.request, self._exchange.config)
                body = self._exchange.send(ask, lambda got: decoded(got.content), stream="check", meter=Meter())
            else:
                self._try_first_stream()
        except ConnectorError as error:
            if error.kind != "customer":
                raise
            return Check(False, message=error.message)
        granted = tuple(getattr(self._credentials, "scopes", ()) or ())
        missing, off = self._scopes(granted)
        return Check(
            ok=True,
            account_id=self._account_id(rule, body) if rule else "",
            account_label=_text(dig(body, rule.account_label)) if rule and rule.account_label else "",
            scopes_granted=granted,
            scopes_missing=missing,
            streams_off=off,
        )

    def _account_id(self, rule: CheckRule, body: Any) -> str:
        if rule.account_config:
            return str(self._exchange.config.get(f"config.{rule.account_config}", ""))
        return _text(dig(body, rule.account_id)) if rule.account_id else ""

    def discover(self) -> list[StreamInfo]:
        """All streams, also those that only this account has."""
        found = self._discovered() if self.manifest.discover else {}
        return [info_of(stream) for stream in (*self.manifest.streams.values(), *found.values())]

    def count(self, stream: str) -> int | None:
        """The platform's own count of live records; None where the manifest does not say how to ask."""
        rule = self._stream(stream).count
        if rule is None:
            return None
        ask = self._exchange.ask(rule.request, self._exchange.config)
        body = self._exchange.send(ask, lambda got: decoded(got.content), stream=stream, meter=Meter())
        found = dig(body, rule.path)
        return int(found) if isinstance(found, int) and not isinstance(found, bool) else None

    def read(
        self, stream: str, state: dict[str, Any] | None = None, *, children: Collection[str] | None = None
    ) -> Iterator[Page]:
        """The stream's pages, each with the checkpoint behind it.

        `state` None or {}: all of it; with `cursor`: what changed since; from the middle of a pass: the rest. Pages of
        children that are read within this pass (`StreamInfo.inline`) come just before their parents' page and carry
        the checkpoint before it; `children` names those wanted (None: all).

        Raises `connector.errors` (ConnectorError, with kind and code), or HostRefused.
        """
        root = self._stream(stream)
        if root.inline:
            return self._passes.inline(root, state)
        if root.parent is not None:
            return self._passes.own(root, state)
        within = [child for child in self._children_of(stream) if children is None or child.name in children]
        return self._passes.root(root, state, within)

    def reads_by_key(self, stream: str) -> bool:
        """Whether `read_keys` works for the stream."""
        return self._stream(stream).by_id is not None

    def read_keys(self, stream: str, keys: Sequence[str]) -> Iterator[Page]:
        """The records with these keys as they are now; keys that the platform does not know are `absent`.

        The pages carry no checkpoint. Raises as `read`; RequestRefused for a stream that cannot be read by key.
        """
        root = self._stream(stream)
        if root.by_id is None:
            raise RequestRefused(f"{root.label} cannot be read by key.", stream=stream)
        meter = Meter()
        if root.by_id.batch is not None:
            return batch_by_key(self._exchange, self._lookups, root, keys, meter)
        return each_by_key(self._exchange, self._lookups, root, keys, meter)

    def _stream(self, name: str) -> Stream:
        known = self.manifest.streams.get(name)
        if known is None and self.manifest.discover:
            known = self._discovered().get(name)
        if known is None:
            raise ConnectorError(
                f"{self.manifest.name} has no stream {name}.",
                stream=name,
                code="stream.unknown",
                remedy="It may have been removed at the platform: take it out of the source.",
            )
        return known

    def _children_of(self, stream: str) -> list[Stream]:
        """Streams that are read within the pass of `stream`, also those found at run time."""
        within = self.manifest.children_of(stream)
        if stream in self.manifest.streams:
            return within
        found = self._discovered().values()
        return within + [one for one in found if one.inline and one.parent and one.parent.stream == stream]

    def _discovered(self) -> dict[str, Stream]:
        with self._lock:
            if self._found is None:
                self._found, refused = find_streams(self.manifest, self._lookups)
                self.streams_off |= refused
            return self._found

    def _turn_off(self, stream: str, reason: str) -> None:
        with self._lock:
            self.streams_off[stream] = reason

    def _try_first_stream(self) -> None:
        """The first page of the first stream that stands alone and is not refused."""
        refused: ScopeMissing | None = None
        for stream in self.manifest.streams.values():
            if stream.parent is not None:
                continue
            try:
                next(self.read(stream.name, children=()))
                return
            except ScopeMissing as error:
                refused = error
        if refused is not None:
            raise refused

    def _scopes(self, granted: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
        """Scopes that streams lack, when the granted ones are known. Several scopes of a stream are alternatives."""
        if not granted:
            return (), {}
        missing: dict[str, None] = {}
        off: dict[str, str] = {}
        for stream in self.manifest.streams.values():
            if stream.scopes and not set(stream.scopes) & set(granted):
                missing |= dict.fromkeys(stream.scopes[:1])
                off[stream.name] = f"The permission {stream.scopes[0]} was not granted."
        return tuple(missing), off


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else plain_text(value)
