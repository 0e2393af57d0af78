"""Streams that are found at run time, such as a customer's own object types."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.connector.errors import NotHere, ScopeMissing
from integrations.connector.exchange import Meter
from integrations.connector.lookups import Lookups
from integrations.connector.model import Discovery, Manifest, Request, Stream
from integrations.connector.records import StreamInfo
from integrations.connector.shapes import dig, plain_text
from integrations.connector.templates import names_in, set_vars


def info_of(stream: Stream) -> StreamInfo:
    return StreamInfo(
        name=stream.name,
        label=stream.label,
        key=stream.key,
        incremental=stream.incremental is not None,
        parent=stream.parent.stream or None if stream.parent else None,
        description=stream.description,
        optional=stream.optional,
        inline=stream.inline,
        scopes=stream.scopes,
    )


def find_streams(manifest: Manifest, lookups: Lookups) -> tuple[dict[str, Stream], dict[str, str]]:
    """Streams by name, and what was refused (stream group -> reason)."""
    found: dict[str, Stream] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    refused: dict[str, str] = {}
    for rule in manifest.discover:
        try:
            key = repr((rule.request, rule.records))
            if key not in lists:
                lists[key] = lookups.records(rule.request, rule.records, {}, Meter(), label=rule.template.name)
        except (ScopeMissing, NotHere) as error:
            refused[rule.name] = error.message
            continue
        for item in lists[key]:
            stream = _made(rule, item)
            if stream is not None and stream.name not in manifest.streams:
                found[stream.name] = stream
    return found, refused


def _made(rule: Discovery, item: dict[str, Any]) -> Stream | None:
    values = {name: dig(item, path) for name, path in rule.vars.items()}
    usable = {name: plain_text(value) for name, value in values.items() if isinstance(value, str | int) and value != ""}
    only_shown = {name.removeprefix("vars.") for name in names_in(rule.label)}
    if set(values) - set(usable) - only_shown:
        return None
    texts = {**rule.template.vars, **rule.set, **usable}
    name = _named(rule.name, texts)
    label = set_vars(rule.label, texts)
    return replace(
        _filled(rule.template, texts),
        name=name,
        label=name if not label or names_in(label) else label,
        scopes=rule.scopes or rule.template.scopes,
        optional=True,
        vars=texts,
    )


def _named(template: str, texts: Mapping[str, str]) -> str:
    """A stream's name of what people call their things."""
    return re.sub(r"[^a-z0-9_]+", "_", set_vars(template, texts).lower()).strip("_")[:63]


def _filled(stream: Stream, texts: Mapping[str, str]) -> Stream:
    """The template with its variables in place."""
    incremental = stream.incremental
    if incremental is not None and incremental.request is not None:
        incremental = replace(incremental, request=_request(incremental.request, texts))
    archived = stream.deletions.archived
    count = stream.count
    parent = stream.parent
    return replace(
        stream,
        request=_request(stream.request, texts),
        incremental=incremental,
        deletions=replace(stream.deletions, archived=_request(archived, texts) if archived else None),
        parent=replace(parent, stream=_named(parent.stream, texts)) if parent and parent.stream else parent,
        count=replace(count, request=_request(count.request, texts)) if count else None,
    )


def _request(request: Request, texts: Mapping[str, str]) -> Request:
    return replace(
        request,
        path=set_vars(request.path, texts),
        query=set_vars(request.query, texts),
        body=set_vars(request.body, texts),
    )
