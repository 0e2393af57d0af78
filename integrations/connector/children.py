"""Children that are read with a page of their parents: one batch request, or one walk per parent."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from integrations.connector.errors import BadResponse, NotHere
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.lookups import Lookups
from integrations.connector.model import Batch, Stream
from integrations.connector.pagination import _with as put
from integrations.connector.records import Page, Record
from integrations.connector.shapes import ListShape, RecordShape, dig, plain_text
from integrations.connector.walk import Walker
from listbackup.core.http.client import Fetched

_DICT = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_LIST = msgspec.json.Decoder(list[msgspec.Raw]).decode


class BatchChildren:
    """A record per parent, keyed by the parent's id; a parent that the reply leaves out has none (any more)."""

    def __init__(self, exchange: Exchange, lookups: Lookups, stream: Stream) -> None:
        assert stream.parent is not None and stream.parent.batch is not None
        self._exchange = exchange
        self._lookups = lookups
        self._vars = {f"vars.{name}": text for name, text in stream.vars.items()}
        self._stream = stream
        self._batch: Batch = stream.parent.batch
        self.size = self._batch.size
        self._list = ListShape(stream.records, stream.page)
        self._record = RecordShape(stream.key, stream.cursor, stream.deletions)

    def pages(self, parents: Sequence[Record], meter: Meter) -> Iterator[Page]:
        """Raises the errors of `connector.errors`."""
        gone = [parent.key for parent in parents if parent.deleted]
        keys = [parent.key for parent in parents if not parent.deleted]
        for first in range(0, len(keys), self._batch.size):
            asked = keys[first : first + self._batch.size]
            records = self._read(asked, meter)
            absent = [key for key in asked if key not in records]
            yield Page(self._stream.name, list(records.values()), absent, **meter.take())
        if gone:
            yield Page(self._stream.name, [], gone, **meter.take())

    def _read(self, keys: list[str], meter: Meter) -> dict[str, Record]:
        found: dict[str, bytes] = {}
        inputs: list[dict[str, Any]] = [{self._batch.key: key} for key in keys]
        seen: set[str] = set()
        while inputs:
            known = {**self._exchange.config, **self._vars}
            known |= self._lookups.values_for(self._stream.request, known, meter)
            ask = self._exchange.ask(self._stream.request, known)
            body = put(ask.body if isinstance(ask.body, dict) else {}, list(self._batch.inputs), inputs)
            ask = type(ask)(ask.method, ask.url, ask.query, body, ask.form, ask.headers, ask.bucket)
            raws = self._exchange.send(ask, self._parse, stream=self._stream.name, meter=meter)
            inputs = []
            for raw in raws:
                record = self._record.record(raw, {}, False)
                found[record.key] = _joined(found[record.key], raw, self._batch) if record.key in found else raw
                more = dig(msgspec.json.decode(raw), self._batch.more) if self._batch.more else None
                mark = f"{record.key}\n{more}"
                if more is not None and mark not in seen:
                    seen.add(mark)
                    inputs.append({self._batch.key: record.key, self._batch.more_param: more})
        return {key: self._record.record(raw, {}, False) for key, raw in found.items()}

    def _parse(self, response: Fetched) -> list[bytes]:
        raws = self._list.envelope(response.content).records
        if self._batch.errors:
            errors = dig(msgspec.json.decode(response.content), self._batch.errors)
            for error in errors if isinstance(errors, list) else ():
                kind = str(dig(error, self._batch.error_kind) or "")
                if kind not in self._batch.absent_errors:
                    # What failed for another reason is not absent: it may not be taken for deleted.
                    raise BadResponse(
                        f"A part of a batch failed: {kind or 'no reason given'}.", code="response.partial"
                    )
        return raws


class EachChildren:
    """The children of every parent of a page, one walk each."""

    size = 1

    def __init__(self, walker: Walker, stream: Stream) -> None:
        assert stream.parent is not None
        self._walker = walker
        self._stream = stream
        self._skip = stream.parent.skip_missing

    def pages(self, parents: Sequence[Record], meter: Meter) -> Iterator[Page]:
        """Raises the errors of `connector.errors`."""
        for parent in parents:
            if parent.deleted:
                continue
            try:
                for leaf in self._walker.pages(parent_values(parent), {}, meter):
                    if leaf.records:
                        yield Page(self._stream.name, leaf.records, **meter.take())
            except NotHere:
                if not self._skip:
                    raise


def parent_values(parent: Record) -> dict[str, Any]:
    """`parent.*`: the record's plain fields, and its key as `parent.key`."""
    try:
        fields = msgspec.json.decode(parent.raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fields = {}
    found = _flat(fields, "parent.") if isinstance(fields, dict) else {}
    return {**found, "parent.key": parent.key}


def _flat(fields: dict[str, Any], prefix: str, depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and depth < 3:
            found |= _flat(value, f"{prefix}{name}.", depth + 1)
        elif isinstance(value, str):
            found[prefix + name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[prefix + name] = plain_text(value)
    return found


def _joined(first: bytes, second: bytes, batch: Batch) -> bytes:
    """Two parts of one parent's list as one record; the page mark that led from one to the other goes."""
    whole, added = _DICT(first), _DICT(second)
    items = [*_LIST(whole[batch.merge]), *_LIST(added.get(batch.merge, msgspec.Raw(b"[]")))]
    whole[batch.merge] = msgspec.Raw(msgspec.json.encode(items))
    if batch.more:
        whole.pop(batch.more[0], None)
    return msgspec.json.encode(whole)
