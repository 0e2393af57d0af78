"""What a list operation answers: where its records are, what identifies one, which field tells when it changed."""

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.connector.openapi.document import ApiDocument

_JSON = re.compile(r"^application/(?:[\w.-]+\+)?json\b", re.IGNORECASE)
USUAL = ("data", "items", "results", "records", "values", "entries", "list", "objects", "content")
KEYS = ("id", "uuid", "guid", "gid", "_id", "key", "slug", "code", "number", "name")
CHANGED = (
    "updated_at", "updatedAt", "updated_on", "updated", "modified_at", "modifiedAt", "modified", "last_modified",
    "lastModified", "last_updated", "lastUpdated", "date_updated", "date_modified", "changed_at", "changedAt",
)  # fmt: skip


@dataclass(slots=True)
class ListAnswer:
    """`records` is the path of the list ("" when the answer is the list), `envelope` the properties around it."""

    records: str
    item: dict[str, Any]
    envelope: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)


def list_answer(document: ApiDocument, operation: dict[str, Any], path: str) -> ListAnswer | None:
    """None when the good answer is no JSON list and holds none, or several that cannot be told apart."""
    responses = operation.get("responses")
    if not isinstance(responses, dict):
        return None
    good = next((responses[code] for code in ("200", 200, "2XX", "2xx", "206", "default") if code in responses), None)
    response = document.resolved(good)
    schema = _json_schema(document, response)
    headers = response.get("headers")
    found = _list_in(document, schema, path)
    if found is not None and isinstance(headers, dict):
        found.headers = {str(name).lower(): value for name, value in headers.items()}
    return found


def key_of(document: ApiDocument, item: dict[str, Any], name: str) -> str:
    """The field that identifies a record, or "" when the document does not tell."""
    properties = document.properties(item)
    singular = name.rstrip("s")
    for wanted in (*KEYS[:6], f"{singular}_id", f"{singular}Id", *KEYS[6:]):
        if wanted in properties and _is_plain(document, properties[wanted]):
            return wanted
    for found, schema in properties.items():
        if document.resolved(schema).get("format") == "uuid" and found.isidentifier():
            return found
    return ""


def cursor_of(document: ApiDocument, item: dict[str, Any]) -> str:
    properties = document.properties(item)
    return next((name for name in CHANGED if name in properties), "")


def is_array(document: ApiDocument, schema: Any) -> bool:
    kind = document.resolved(schema).get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)


def _json_schema(document: ApiDocument, response: dict[str, Any]) -> dict[str, Any]:
    content = response.get("content")
    for media, found in (content if isinstance(content, dict) else {}).items():
        if _JSON.match(str(media)) or str(media) == "*/*":
            return document.resolved(document.resolved(found).get("schema"))
    return {}


def _list_in(document: ApiDocument, schema: dict[str, Any], path: str) -> ListAnswer | None:
    if is_array(document, schema):
        return ListAnswer("", document.resolved(schema.get("items")))
    if path.rstrip("/").endswith("}"):
        return None  # one record, which may hold lists of its own
    envelope = document.properties(schema)
    found = _array_of(document, envelope, path)
    if found:
        return ListAnswer(found, document.resolved(document.resolved(envelope[found]).get("items")), envelope)
    for name in (*USUAL, "response", "_embedded"):
        inner = document.properties(envelope.get(name))
        below = _array_of(document, inner, path)
        if below:
            item = document.resolved(document.resolved(inner[below]).get("items"))
            return ListAnswer(f"{name}.{below}", item, envelope)
    return None


def _array_of(document: ApiDocument, properties: dict[str, Any], path: str) -> str:
    """The one array of objects; of several the one with the path's or a usual name."""
    arrays = [name for name, schema in properties.items() if "." not in name and is_array(document, schema)]
    records = [name for name in arrays if document.properties(document.resolved(properties[name]).get("items"))]
    if len(records) <= 1:
        return records[0] if records else ""
    last = path.rstrip("/").rpartition("/")[2]
    return next((name for name in (last, *USUAL) if name in records), "")


def _is_plain(document: ApiDocument, schema: Any) -> bool:
    kind = document.resolved(schema).get("type", "string")
    return not (set(kind if isinstance(kind, list) else [kind]) & {"object", "array", "boolean"})
