"""Reads single records that a webhook named, in place of their whole streams."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from integrations.connector.reader import Reader
from integrations.connector.records import Page, StreamInfo


class Targeted:
    """A reader of some records. `objects`: stream → {"changed": keys, "deleted": keys}; other streams are read as ever.

    A record that is missing is only taken for deleted when the platform had said so before: two signs, not one. Where
    the stream's next run begins stays as it was.
    """

    def __init__(self, reader: Reader, objects: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._reader = reader
        self._objects = objects

    @property
    def streams_off(self) -> dict[str, str]:
        return self._reader.streams_off

    def discover(self) -> list[StreamInfo]:
        return self._reader.discover()

    def count(self, stream: str) -> int | None:
        return None

    def read(
        self, stream: str, state: dict[str, Any] | None = None, *, children: Collection[str] | None = None
    ) -> Iterator[Page]:
        """As `Reader.read`."""
        wanted = self._objects.get(stream)
        if wanted is None:
            yield from self._reader.read(stream, state, children=children)
            return
        deleted = set(wanted.get("deleted", ()))
        keys = list(dict.fromkeys([*wanted.get("changed", ()), *deleted]))
        for page in self._reader.read_keys(stream, keys):
            yield replace(page, absent=[key for key in page.absent if key in deleted], state=state or {})
        yield Page(stream, state=state or {}, complete=True)
