"""Values for templates that show records: in the dashboard and in portals alike."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from backups.models import Snapshot
from backups.query.rows import Version
from backups.services.reading import FoundRecord, RecordPage
from backups.web import records


def page_values(snapshot: Snapshot, page: RecordPage, *, search: str, after: str) -> dict[str, Any]:
    """One page of a stream: table, streams with and without records, and the ways on and back."""
    columns, table = records.table(page.rows)
    here = {"snapshot": str(snapshot.pk), "stream": page.stream, **({"q": search} if search else {})}
    return {
        "snapshot": snapshot,
        "stream": page.stream,
        "label": page.label,
        "count": page.count,
        "q": search,
        "columns": columns,
        "rows": table,
        "filled_streams": [one for one in page.streams if one[2]],
        "empty_streams": [one for one in page.streams if not one[2]],
        "next_url": f"?{urlencode({**here, 'after': page.next})}" if page.next else "",
        "first_url": f"?{urlencode(here)}" if after else "",
    }


def record_values(
    snapshot: Snapshot, stream: str, key: str, versions: list[Version], query: QueryDict
) -> dict[str, Any]:
    """One record: the version that `?new=` asks for, else the newest, against `?old=`, else the one before it."""
    newest = _index(query.get("new"), 0, len(versions))
    oldest = _index(query.get("old"), min(newest + 1, len(versions) - 1), len(versions))
    current = versions[newest]
    changes = records.difference(versions[oldest].raw, current.raw) if oldest != newest else []
    return {
        "snapshot": snapshot,
        "stream": stream,
        "label": snapshot.label_of(stream),
        "key": key,
        "versions": list(enumerate(versions)),
        "shown": newest,
        "current": current,
        "fields": records.fields_of(current.raw),
        "json": records.pretty(current.raw),
        "changes": changes,
        "changed_fields": [change for change in changes if change.kind != "same"],
        "base_url": f"?{urlencode({'snapshot': str(snapshot.pk), 'stream': stream, 'key': key})}",
    }


def found_values(found: list[FoundRecord]) -> list[dict[str, Any]]:
    """Hits of a search, each with the cells that tell which record it is."""
    return [
        {"stream": one.stream, "label": one.label, "key": one.row.key, "cells": records.table([one.row])[1][0].cells}
        for one in found
    ]


def _index(value: str | None, default: int, size: int) -> int:
    return int(value) if value and value.isdigit() and int(value) < size else default
