"""Keyset pages for HTML lists: newest first by id, stable while rows are added, one query whatever the size."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass(frozen=True)
class ListPage:
    """`rows` of one page; `next_url` and `previous_url` keep the request's filters."""

    rows: list[Any]
    next_url: str = ""
    previous_url: str = ""

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _key(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def _url(request: HttpRequest, **position: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "before")}
    return f"?{urlencode({**kept, **position})}"


def page_of(request: HttpRequest, queryset: QuerySet[Any], *, size: int = PAGE_SIZE) -> ListPage:
    """The page that `?after=<id>` (older) or `?before=<id>` (newer) asks for; a wrong id gives the first page."""
    after, before = _key(request.GET.get("after")), _key(request.GET.get("before"))
    if before is not None and after is None:
        rows = list(queryset.filter(pk__gt=before).order_by("pk")[: size + 1])
        more_newer, rows = len(rows) > size, rows[:size][::-1]
        older = bool(rows)
    else:
        wanted = queryset.filter(pk__lt=after) if after is not None else queryset
        rows = list(wanted.order_by("-pk")[: size + 1])
        older, rows = len(rows) > size, rows[:size]
        more_newer = after is not None
    return ListPage(
        rows=rows,
        next_url=_url(request, after=str(rows[-1].pk)) if older and rows else "",
        previous_url=_url(request, before=str(rows[0].pk)) if more_newer and rows else "",
    )
