"""Walks over the list pages of one request: the inner loop of every pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from integrations.connector.errors import BadResponse
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.lookups import Lookups
from integrations.connector.model import Chunks, FieldPath, PageRule, Request, Stream
from integrations.connector.pagination import LoopGuard, Position, following, place, values_at, whole_number
from integrations.connector.records import Record
from integrations.connector.shapes import Envelope, ListShape, RecordShape
from listbackup.core.http.client import Fetched


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a walk; `step` is the position after it, None at the end; `total` is the platform's own count."""

    records: list[Record]
    step: Position | None
    response: Fetched
    total: int | None = None


class Walker:
    """Prepared for one stream, one kind of pass; holds no state of a walk, so threads may share it."""

    def __init__(
        self,
        exchange: Exchange,
        lookups: Lookups,
        stream: Stream,
        *,
        request: Request,
        page: PageRule,
        records: FieldPath,
        deleted: bool = False,
        chunks: Chunks | None = None,
    ) -> None:
        self._exchange = exchange
        self._lookups = lookups
        self._stream = stream
        self._request = request
        self._page = page
        self._deleted = deleted
        self._vars = {f"vars.{name}": text for name, text in stream.vars.items()}
        self._chunks = chunks
        self._list = ListShape(records, page, single=stream.records_as == "one")
        self._record = RecordShape(stream.key, stream.cursor, stream.deletions)

    def pages(self, values: Mapping[str, Any], position: Position, meter: Meter) -> Iterator[Leaf]:
        """Pages from `position` on. Raises the errors of `connector.errors`."""
        guard = LoopGuard(self._page, self._stream.name)
        known = {**self._exchange.config, **self._vars, **values}
        known |= self._lookups.values_for(self._request, known, meter)
        parts = self._parts(known, meter)
        step: Position | None = position
        while step is not None:
            leaf = self._page_at(step, known, parts, meter)
            guard.check(step, leaf.records, leaf.step)
            step = leaf.step
            yield leaf

    def _parts(self, known: Mapping[str, Any], meter: Meter) -> Sequence[dict[str, str]]:
        """The query parameters of each chunk; one empty set when there is nothing to split."""
        if self._chunks is None:
            return ({},)
        names = self._lookups.get(self._chunks.lookup, known, meter)
        return [{self._chunks.param: text} for text in _split(names, self._chunks)] or ({},)

    def _page_at(
        self, position: Position, known: Mapping[str, Any], parts: Sequence[dict[str, str]], meter: Meter
    ) -> Leaf:
        ask = self._exchange.ask(self._request, {**known, **values_at(position)})
        ask = place(ask, self._page, position)
        answers: list[tuple[Envelope, Fetched]] = []
        for part in parts:
            one = replace(ask, query={**ask.query, **part}) if part else ask
            answers.append(
                self._exchange.send(one, lambda got: (self._envelope(got), got), stream=self._stream.name, meter=meter)
            )
        envelope, response = answers[0]
        raws = envelope.records
        if len(answers) > 1:
            assert self._chunks is not None
            raws = _merged([envelope.records for envelope, _ in answers], self._stream, self._chunks.merge)
        try:
            records = self._record.records(raws, known, self._deleted)
        except BadResponse as error:
            error.stream = self._stream.name
            raise
        step = following(self._page, position, envelope, records, response)
        if step is not None and "url" in step:
            step["url"] = self._exchange.next_url(ask.url, step["url"], self._stream.name)
        return Leaf(records, step, response, whole_number(envelope.total))

    def _envelope(self, response: Fetched) -> Envelope:
        if response.status_code == 204:
            return Envelope([])
        return self._list.envelope(response.content)


def _split(names: Sequence[str], chunks: Chunks) -> list[str]:
    """Names joined into texts of at most `max_chars` (a single longer name stays whole)."""
    texts: list[str] = []
    current: list[str] = []
    size = 0
    for name in names:
        added = len(name) + len(chunks.separator)
        if current and size + added > chunks.max_chars:
            texts.append(chunks.separator.join(current))
            current, size = [], 0
        current.append(name)
        size += added
    return [*texts, chunks.separator.join(current)] if current else texts


def _merged(lists: Sequence[list[bytes]], stream: Stream, field: str) -> list[bytes]:
    """Records of the first chunk with the other chunks' fields put in; each value's bytes stay as received.

    A record that a later chunk lacks was deleted or moved meanwhile: the page is asked for again.
    """
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    rest = []
    for raws in lists[1:]:
        rest.append({bytes(one[stream.key[0]]): one for one in map(decode, raws)})
    merged = []
    for raw in lists[0]:
        whole = decode(raw)
        inner = decode(whole[field]) if field in whole else {}
        for found in rest:
            other = found.get(bytes(whole[stream.key[0]]))
            if other is None:
                raise BadResponse("A record changed between two parts of a page.", code="response.partial")
            if field in other:
                inner = decode(other[field]) | inner
        whole[field] = msgspec.Raw(msgspec.json.encode(inner))
        merged.append(msgspec.json.encode(whole))
    return merged
