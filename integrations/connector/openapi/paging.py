"""How a list operation pages, and by which parameter it gives only what changed."""

from typing import Any

from integrations.connector.openapi.document import ApiDocument
from integrations.connector.openapi.lists import ListAnswer

Parameters = dict[str, dict[str, Any]]
SIZES = ("per_page", "perPage", "page_size", "pageSize", "limit", "size", "count", "maxResults", "max_results", "take")
NUMBERS = ("page", "page_number", "pageNumber", "p")
OFFSETS = ("offset", "skip", "start", "startAt", "start_at")
CURSORS = (
    "cursor", "after", "page_token", "pageToken", "next_token", "nextToken", "next_cursor", "continuation_token",
    "continuationToken", "marker", "scroll_id",
)  # fmt: skip
NEXT = (
    "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken", "cursor", "after",
    "continuation_token", "continuationToken", "marker", "next_page", "nextPage", "next",
)  # fmt: skip
URLS = ("next", "next_url", "nextUrl", "next_page_url", "@odata.nextLink", "next_page", "nextPage")
SINCE = (
    "updated_since", "updatedSince", "updated_after", "updatedAfter", "modified_since", "modifiedSince",
    "modified_after", "modifiedAfter", "updated_at_min", "updated_at_from", "since", "changed_since",
)  # fmt: skip
MOST_SIZE = 100


def page_rule(document: ApiDocument, parameters: Parameters, answer: ListAnswer) -> dict[str, Any]:
    """The manifest's `page`, or {} when the document does not tell."""
    size = _size(document, parameters)
    token = next((name for name in CURSORS if name in parameters), "")
    if token:
        path = _path_to(document, answer.envelope, NEXT, url=False)
        if path:
            return {"kind": "cursor", "param": token, "next": path, **size}
    address = _path_to(document, answer.envelope, URLS, url=True)
    if address and "." not in address.replace("links.", "").replace("_links.", "").replace("paging.", ""):
        return {"kind": "next_url", "next": address, **size}
    if "starting_after" in parameters and "has_more" in answer.envelope:
        last = {"kind": "cursor", "from": "last_record", "next": "id", "param": "starting_after", "more": "has_more"}
        return {**last, **size}
    number = next((name for name in NUMBERS if name in parameters), "")
    if number:
        first = _schema(document, parameters[number]).get("default")
        starts = {"start": 0} if first == 0 and first is not False else {}
        return {"kind": "number", "param": number, **starts, **size}
    offset = next((name for name in OFFSETS if name in parameters and _is_number(document, parameters[name])), "")
    if offset:
        return {"kind": "offset", "param": offset, **size}
    if "link" in answer.headers:
        return {"kind": "link_header", **size}
    return {}


def since_filter(document: ApiDocument, parameters: Parameters) -> tuple[str, str]:
    """The parameter that asks only for what changed, and how it writes a time; ("", "") without one."""
    for name in SINCE:
        if name in parameters:
            schema = _schema(document, parameters[name])
            if schema.get("type") in ("integer", "number"):
                return name, "epoch_s"
            return name, "date" if schema.get("format") == "date" else "rfc3339"
    return "", ""


def _size(document: ApiDocument, parameters: Parameters) -> dict[str, Any]:
    for name in SIZES:
        if name in parameters:
            most = _schema(document, parameters[name]).get("maximum")
            given = most if isinstance(most, int) and not isinstance(most, bool) else MOST_SIZE
            return {"size": max(1, min(given, MOST_SIZE)), "size_param": name}
    return {}


def _path_to(
    document: ApiDocument, properties: dict[str, Any], names: tuple[str, ...], *, url: bool, depth: int = 0
) -> str:
    """The path of the first property that is called so; `url` tells addresses from tokens where the format says."""
    for name in names:
        if name in properties and "." not in name:
            schema = document.resolved(properties[name])
            is_text = "properties" not in schema and schema.get("type") not in ("object", "array", "boolean")
            if is_text and _is_url(schema, name) == url:
                return name
    if depth < 3:
        for name in ("paging", "pagination", "meta", "links", "_links", "page_info", "pageInfo", "next", "cursors"):
            inner = document.properties(properties.get(name))
            below = _path_to(document, inner, (*names, "href") if url else names, url=url, depth=depth + 1)
            if below:
                return f"{name}.{below}"
    return ""


def _is_url(schema: dict[str, Any], name: str) -> bool:
    return schema.get("format") in ("uri", "url", "uri-reference") or "url" in name.lower() or name == "href"


def _schema(document: ApiDocument, parameter: dict[str, Any]) -> dict[str, Any]:
    return document.resolved(parameter.get("schema"))


def _is_number(document: ApiDocument, parameter: dict[str, Any]) -> bool:
    return _schema(document, parameter).get("type") in ("integer", "number")
