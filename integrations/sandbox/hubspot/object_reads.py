"""GET /crm/v3/objects/{type}, GET one, POST batch/read."""

from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router
from integrations.sandbox.hubspot.access import require
from integrations.sandbox.hubspot.links import Links
from integrations.sandbox.hubspot.shapes import (
    Projection,
    batch_body,
    cursor,
    integer,
    next_page,
    not_found,
    page_reply,
)
from integrations.sandbox.platform import Platform
from integrations.sandbox.records import number

PAGE_MOST = 100
PAGE_MOST_WITH_HISTORY = 50
BATCH_MOST = 100


class ObjectReads:
    """Read handlers for every CRM object type."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/crm/v3/objects/{type}", self.list_page)
        router.add("GET", "/crm/v3/objects/{type}/{id}", self.get)
        router.add("POST", "/crm/v3/objects/{type}/batch/read", self.batch_read)

    def list_page(self, request: Request) -> Reply:
        platform = self._platform
        kind = platform.kind(request.params["type"])
        require(request, kind.read_scopes)
        history = request.get_list("propertiesWithHistory")
        limit = integer(request.get("limit"), 10, "limit", PAGE_MOST_WITH_HISTORY if history else PAGE_MOST)
        projection = Projection(platform, kind, [*request.get_list("properties"), *history])
        rows = platform.records.page(kind, cursor(request.get("after")), limit + 1, request.flag("archived"))
        paging = None
        if len(rows) > limit:
            rows.pop()
            paging = next_page(str(rows[-1][0]), request)
        targets = request.get_list("associations")
        if not targets and not history:
            return page_reply(projection.texts([row[1] for row in rows]), paging)
        found = Links(platform).inline(kind, [row[0] for row in rows], targets)
        records = [self._full(projection, body, history, found.get(row_id)) for row_id, body in rows]
        return page_reply(b",".join(records), paging)

    def get(self, request: Request) -> Reply:
        platform = self._platform
        kind = platform.kind(request.params["type"])
        require(request, kind.read_scopes)
        found = platform.records.find_by(kind, request.get("idProperty"), request.params["id"])
        body = platform.records.get(kind, found, request.flag("archived")) if found else None
        if body is None or found is None:
            raise not_found()
        history = request.get_list("propertiesWithHistory")
        projection = Projection(platform, kind, [*request.get_list("properties"), *history])
        links = Links(platform).inline(kind, [found], request.get_list("associations"))
        return Reply(200, self._full(projection, body, history, links.get(found)))

    def batch_read(self, request: Request) -> Reply:
        platform = self._platform
        kind = platform.kind(request.params["type"])
        require(request, kind.read_scopes)
        started = iso(platform.clock.now_ms())
        wanted = request.json()
        inputs = batch_inputs(wanted, BATCH_MOST)
        history = strings(wanted, "propertiesWithHistory")
        projection = Projection(platform, kind, [*strings(wanted, "properties"), *history])
        archived = request.flag("archived")
        id_property = str(wanted.get("idProperty") or "")
        results: list[Any] = []
        missing: list[str] = []
        for one in inputs:
            key = str(one.get("id", ""))
            record_id = platform.records.find_by(kind, id_property, key) if id_property else number(key)
            body = platform.records.get(kind, record_id, archived) if record_id else None
            if body is None:
                missing.append(key)
            else:
                results.append(jsonio.loads(self._full(projection, body, history, None)))
        errors = []
        if missing:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid.",
                    "context": {"ids": missing},
                }
            )
        return batch_body(results, errors, started, iso(platform.clock.now_ms()))

    @staticmethod
    def _full(projection: Projection, body: bytes, history: list[str], associations: dict[str, Any] | None) -> bytes:
        if not history and not associations:
            return projection.text(body)
        document = projection.apply(body)
        if history:
            # The sandbox keeps no older values: each property's history is its present value.
            document["propertiesWithHistory"] = {
                name: [
                    {
                        "value": value,
                        "timestamp": document["updatedAt"],
                        "sourceType": "INTEGRATION",
                        "sourceId": "18221010",
                    }
                ]
                for name in history
                if (value := document["properties"].get(name)) is not None
            }
        if associations:
            document["associations"] = associations
        return jsonio.dumps(document)


def strings(body: dict[str, Any], name: str) -> list[str]:
    """A list of texts of a body. Raises ApiError 400."""
    value = body.get(name) or []
    if not isinstance(value, list):
        raise ApiError(400, f"Invalid input JSON: {name} must be a list", "VALIDATION_ERROR")
    return [str(one) for one in value]


def batch_inputs(body: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The `inputs` of a batch call. Raises ApiError 400 when there are none or too many."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, dict) for one in inputs):
        raise ApiError(400, "Invalid input JSON: inputs must be a list of objects", "VALIDATION_ERROR")
    if len(inputs) > most:
        raise ApiError(
            400,
            f"Maximum number of inputs supported in a batch request is {most}, but found {len(inputs)}",
            "VALIDATION_ERROR",
        )
    return inputs
