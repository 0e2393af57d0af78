"""APIs of the first version that are still served: engagements and e-mail events. Times are epoch milliseconds."""

from typing import Any

from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found
from integrations.sandbox.hubspot.shapes import integer
from integrations.sandbox.platform import Platform

ENGAGEMENTS = ("crm.objects.contacts.read",)
ENGAGEMENTS_MOST = 250
EVENTS_MOST = 1000
RECENT_MOST = 10_000
RECENT_MS = 30 * 86_400_000


class Legacy:
    """Handlers of /engagements/v1 and /email/public/v1."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        base = "/engagements/v1/engagements"
        router.add("GET", f"{base}/paged", self.paged, *ENGAGEMENTS)
        router.add("GET", f"{base}/recent/modified", self.recent, *ENGAGEMENTS)
        router.add("GET", f"{base}/{{id}}", self.engagement, *ENGAGEMENTS)
        router.add("GET", "/email/public/v1/events", self.events, "content")

    def paged(self, request: Request) -> Reply:
        """Every engagement of every type; `offset` is where the next page begins, also on the last one."""
        limit = integer(request.get("limit"), 100, "limit", ENGAGEMENTS_MOST)
        start = _number(request.get("offset"), "offset")
        documents = self._platform.items.all("engagements")
        after = start + limit
        body = {"results": documents[start:after], "hasMore": after < len(documents), "offset": after}
        return json_reply(body)

    def recent(self, request: Request) -> Reply:
        """Newest first; never further back than 30 days or 10,000."""
        limit = integer(request.get("count"), 20, "count", 100)
        start = _number(request.get("offset"), "offset")
        since = max(_number(request.get("since"), "since"), self._platform.clock.now_ms() - RECENT_MS)
        documents = [one for one in self._platform.items.all("engagements") if _changed(one) >= since]
        documents = sorted(documents, key=_changed, reverse=True)[:RECENT_MOST]
        after = start + limit
        body = {"results": documents[start:after], "hasMore": after < len(documents), "offset": after}
        return json_reply({**body, "total": len(documents)})

    def engagement(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("engagements", request.params["id"])))

    def events(self, request: Request) -> Reply:
        """Newest first, between `startTimestamp` and `endTimestamp`, both inclusive."""
        limit = integer(request.get("limit"), 100, "limit", EVENTS_MOST)
        first = _number(request.get("startTimestamp"), "startTimestamp")
        last = _number(request.get("endTimestamp"), "endTimestamp", 1 << 62)
        kind = request.get("eventType")
        documents = [
            one
            for one in self._platform.items.all("email_events")
            if first <= one["created"] <= last and kind in ("", one["type"])
        ]
        start = _offset(request.get("offset"))
        after = start + limit
        more = after < len(documents)
        return json_reply({"hasMore": more, "offset": f"e{after:x}", "events": documents[start:after]})


def _changed(document: dict[str, Any]) -> int:
    return int(document["engagement"]["lastUpdated"])


def _number(text: str, name: str, default: int = 0) -> int:
    """Raises ApiError 400."""
    if not text:
        return default
    if not text.isdigit():
        raise ApiError(400, f"{name} is not a number", "VALIDATION_ERROR")
    return int(text)


def _offset(text: str) -> int:
    """Events page by an opaque text. Raises ApiError 400 for one that was not given out."""
    try:
        return int(text[1:], 16) if text else 0
    except ValueError:
        raise ApiError(400, "offset was not given out", "VALIDATION_ERROR") from None
