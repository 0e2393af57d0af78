"""Conversation threads and messages."""

from integrations.sandbox.clock import to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.platform import Platform

READ = "conversations.read"


class Conversations:
    """Handlers of /conversations/v3."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        base = "/conversations/v3/conversations/threads"
        router.add("GET", base, self.threads, READ)
        router.add("GET", f"{base}/{{id}}", self.thread, READ)
        router.add("GET", f"{base}/{{id}}/messages", self.messages, READ)

    def threads(self, request: Request) -> Reply:
        """By id, or by latest message when `latestMessageTimestampAfter` bounds it."""
        documents = self._platform.items.all("threads", archived=request.flag("archived"))
        after = request.get("latestMessageTimestampAfter")
        if after:
            try:
                bound = to_ms(after)
            except ValueError:
                raise ApiError(400, "latestMessageTimestampAfter is not a date", "VALIDATION_ERROR") from None
            documents = [one for one in documents if to_ms(one["latestMessageTimestamp"]) > bound]
        sort = request.get("sort").lstrip("-")
        if sort in ("id", "latestMessageTimestamp"):
            documents.sort(key=lambda one: str(one[sort]), reverse=request.get("sort").startswith("-"))
        return item_page(request, documents, most=500)

    def thread(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("threads", request.params["id"])))

    def messages(self, request: Request) -> Reply:
        found(self._platform.items.get("threads", request.params["id"]))
        return item_page(request, self._platform.items.all("messages", request.params["id"]))
