"""POST /crm/v3/objects/{type}/search."""

import asyncio
import sqlite3
from collections import OrderedDict
from typing import Any

from integrations.sandbox.http import ApiError, Reply, Request, Router
from integrations.sandbox.hubspot.access import require
from integrations.sandbox.hubspot.object_reads import strings
from integrations.sandbox.hubspot.search_filters import Query, build_query
from integrations.sandbox.hubspot.shapes import Projection, page_reply
from integrations.sandbox.platform import Platform

PAGE_MOST = 200
WINDOW = 10_000
TOTALS_KEPT = 200


class Search:
    """One handler, and the totals of recent queries so that a page does not count again what has not changed."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._totals: OrderedDict[tuple[Any, ...], int] = OrderedDict()

    def register(self, router: Router) -> None:
        router.add("POST", "/crm/v3/objects/{type}/search", self.search)

    async def search(self, request: Request) -> Reply:
        platform = self._platform
        kind = platform.kind(request.params["type"])
        require(request, kind.read_scopes)
        body = request.json()
        limit = _limit(body)
        after = _after(body)
        if after + limit > WINDOW:
            raise ApiError(
                400, f"The maximum number of results that can be retrieved is {WINDOW:,}: after + limit is {after + limit}.",
                "VALIDATION_ERROR",
            )  # fmt: skip
        query = build_query(kind, platform.properties.names(kind), body)
        projection = Projection(platform, kind, strings(body, "properties"))
        if query.scans:
            # Filters on properties read every record of the type: not on the thread that serves everybody.
            total, rows = await asyncio.to_thread(self._run, platform.search_db, query, after, limit)
        else:
            total, rows = self._run(platform.db, query, after, limit)
        reached = after + len(rows)
        paging = {"next": {"after": str(reached)}} if reached < total and rows else None
        return page_reply(projection.texts([row[0] for row in rows]), paging, total)

    def _run(
        self, connection: sqlite3.Connection, query: Query, after: int, limit: int
    ) -> tuple[int, list[tuple[bytes]]]:
        key = (self._platform.resets, self._platform.db.total_changes, query.where, *query.values)
        total = self._totals.get(key)
        if total is None:
            sql = f"SELECT count(*) FROM records WHERE {query.where}"  # noqa: S608  built from known parts only
            total = int(connection.execute(sql, query.values).fetchone()[0])
            self._totals[key] = total
            if len(self._totals) > TOTALS_KEPT:
                self._totals.popitem(last=False)
        sql = f"SELECT doc FROM records WHERE {query.where} ORDER BY {query.order} LIMIT ? OFFSET ?"  # noqa: S608  as above
        rows = connection.execute(sql, (*query.values, *query.order_values, limit, after)).fetchall()
        return total, rows


def _limit(body: dict[str, Any]) -> int:
    value = body.get("limit", 10)
    if not isinstance(value, int) or value < 0 or value > PAGE_MOST:
        raise ApiError(400, f"Invalid limit {value}. It must be a number from 0 to {PAGE_MOST}.", "VALIDATION_ERROR")
    return value or 10


def _after(body: dict[str, Any]) -> int:
    value = str(body.get("after") or "0")
    if not value.isdigit():
        raise ApiError(400, "The after parameter is not a valid paging token", "VALIDATION_ERROR")
    return int(value)
