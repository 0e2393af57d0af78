"""Pages, blogs, redirects and HubDB: /cms/v3."""

from typing import Any

from integrations.sandbox.clock import to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.platform import Platform

CONTENT = "content"
# Path below /cms/v3 -> kind of the stored documents.
LISTS = {
    "pages/site-pages": "site_pages",
    "pages/landing-pages": "landing_pages",
    "blogs/posts": "blog_posts",
    "blogs/authors": "blog_authors",
    "blogs/tags": "blog_tags",
    "url-redirects": "url_redirects",
    "hubdb/tables": "hubdb_tables",
}


class Cms:
    """Handlers of /cms/v3."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        for path in LISTS:
            router.add("GET", f"/cms/v3/{path}", self.listing, CONTENT)
            router.add("GET", f"/cms/v3/{path}/", self.listing, CONTENT)
            router.add("GET", f"/cms/v3/{path}/{{id}}", self.one, CONTENT)
        router.add("GET", "/cms/v3/hubdb/tables/{id}/rows", self.rows, CONTENT)

    def listing(self, request: Request) -> Reply:
        """Live or archived ones; `updatedAfter` and `updatedBefore` are exclusive."""
        kind = LISTS[request.path.removeprefix("/cms/v3/").rstrip("/")]
        documents = self._platform.items.all(kind, archived=request.flag("archived"))
        for name, after in (("updatedAfter", True), ("updatedBefore", False)):
            if request.get(name):
                bound = _moment(request.get(name))
                documents = [one for one in documents if (_changed(one) > bound if after else _changed(one) < bound)]
        return item_page(request, documents, total=True)

    def one(self, request: Request) -> Reply:
        path = request.path.removeprefix("/cms/v3/").rpartition("/")[0]
        return json_reply(found(self._platform.items.get(LISTS[path], request.params["id"])))

    def rows(self, request: Request) -> Reply:
        """The published rows of a published table."""
        table = found(self._platform.items.get("hubdb_tables", request.params["id"]))
        if not table["published"]:
            raise ApiError(404, "The table has never been published", "OBJECT_NOT_FOUND")
        return item_page(request, self._platform.items.all("hubdb_rows", table["id"]), total=True)


def _changed(document: dict[str, Any]) -> int:
    return to_ms(str(document.get("updated") or document["updatedAt"]))


def _moment(text: str) -> int:
    try:
        return int(text) if text.isdigit() else to_ms(text)
    except ValueError:
        raise ApiError(400, f"{text[:40]} is not a date", "VALIDATION_ERROR") from None
