"""Pages of items that are not CRM records; their paging tokens are opaque, as HubSpot's are."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from integrations.sandbox.http import ApiError, Reply, Request, json_reply
from integrations.sandbox.hubspot.shapes import integer, next_page


def token_of(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def offset_of(token: str) -> int:
    """Raises ApiError 400 for a token that was not given out."""
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode())
    except (ValueError, binascii.Error):
        raise ApiError(400, "The after parameter is not a valid paging token", "VALIDATION_ERROR") from None


def item_page(
    request: Request, documents: Sequence[Any], *, default: int = 100, most: int = 100, total: bool = False
) -> Reply:
    """{"total"?, "results", "paging"?} of the page that the request asks for."""
    limit = integer(request.get("limit"), default, "limit", most)
    start = offset_of(request.get("after"))
    answer: dict[str, Any] = {"total": len(documents)} if total else {}
    answer["results"] = list(documents[start : start + limit])
    if start + limit < len(documents):
        answer["paging"] = next_page(token_of(start + limit), request)
    return json_reply(answer)


def found(document: Any | None) -> Any:
    """The document. Raises ApiError 404 when it is None."""
    if document is None:
        raise ApiError(404, "resource not found", "OBJECT_NOT_FOUND")
    return document
