"""Single records by their keys: what a webhook named, read again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from integrations.connector.children import BatchChildren
from integrations.connector.errors import NotHere
from integrations.connector.exchange import Exchange, Meter
from integrations.connector.lookups import Lookups
from integrations.connector.model import PageRule, Parent, Stream
from integrations.connector.records import Page, Record
from integrations.connector.walk import Walker


def batch_by_key(
    exchange: Exchange, lookups: Lookups, stream: Stream, keys: Sequence[str], meter: Meter
) -> Iterator[Page]:
    """Many with one request, as children of a page of parents are read."""
    rule = stream.by_id
    assert rule is not None
    twin = replace(
        stream,
        request=rule.request,
        records=rule.records,
        page=PageRule(),
        parent=Parent(mode="batch", batch=rule.batch),
    )
    asked = [Record(key, None, b"", False) for key in keys]
    return BatchChildren(exchange, lookups, twin).pages(asked, meter)


def each_by_key(
    exchange: Exchange, lookups: Lookups, stream: Stream, keys: Sequence[str], meter: Meter
) -> Iterator[Page]:
    """One request each."""
    rule = stream.by_id
    assert rule is not None
    walker = Walker(
        exchange,
        lookups,
        replace(stream, records_as="one"),
        request=rule.request,
        page=PageRule(),
        records=rule.records,
    )
    for key in keys:
        try:
            for leaf in walker.pages({"key": key}, {}, meter):
                yield Page(stream.name, leaf.records, [] if leaf.records else [key], **meter.take())
        except NotHere:
            yield Page(stream.name, [], [key], **meter.take())
