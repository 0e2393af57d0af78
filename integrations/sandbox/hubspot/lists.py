"""Lists and their members."""

from typing import Any

from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply, no_content, whole
from integrations.sandbox.hubspot.item_pages import found, offset_of, token_of
from integrations.sandbox.hubspot.shapes import integer, next_page
from integrations.sandbox.platform import Platform

READ, WRITE = "crm.lists.read", "crm.lists.write"
SEARCH_MOST = 500
MEMBERS_MOST = 250


class Lists:
    """Handlers of /crm/v3/lists."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/crm/v3/lists", self.some, READ)
        router.add("POST", "/crm/v3/lists", self.create, WRITE)
        router.add("POST", "/crm/v3/lists/search", self.search, READ)
        router.add("GET", "/crm/v3/lists/{listId}", self.get, READ)
        router.add("DELETE", "/crm/v3/lists/{listId}", self.delete, WRITE)
        router.add("PUT", "/crm/v3/lists/{listId}/restore", self.restore, WRITE)
        router.add("GET", "/crm/v3/lists/{listId}/memberships", self.members, READ)
        router.add("GET", "/crm/v3/lists/{listId}/memberships/join-order", self.members_by_joining, READ)
        router.add("PUT", "/crm/v3/lists/{listId}/memberships/add", self.add_members, WRITE)
        router.add("PUT", "/crm/v3/lists/{listId}/memberships/remove", self.remove_members, WRITE)

    def search(self, request: Request) -> Reply:
        body = request.json()
        count, offset = whole(body.get("count") or 20, "count"), whole(body.get("offset") or 0, "offset")
        if not 1 <= count <= SEARCH_MOST:
            raise ApiError(400, f"count must be from 1 to {SEARCH_MOST}", "VALIDATION_ERROR")
        documents = self._platform.items.all("lists")
        text, kinds = str(body.get("query") or "").lower(), body.get("processingTypes")
        documents = [
            one for one in documents if text in one["name"].lower() and (not kinds or one["processingType"] in kinds)
        ]
        page = [_summary(one) for one in documents[offset : offset + count]]
        return json_reply(
            {
                "lists": page,
                "hasMore": offset + count < len(documents),
                "offset": offset + len(page),
                "total": len(documents),
            }
        )

    def some(self, request: Request) -> Reply:
        wanted = request.get_list("listIds")
        documents = [self._platform.items.get("lists", one) for one in wanted]
        return json_reply({"lists": [_shown(one, request) for one in documents if one is not None]})

    def get(self, request: Request) -> Reply:
        document = found(self._platform.items.get("lists", request.params["listId"]))
        return json_reply({"list": _shown(document, request)})

    def create(self, request: Request) -> Reply:
        body = request.json()
        if not body.get("name") or body.get("processingType") not in ("MANUAL", "DYNAMIC", "SNAPSHOT"):
            raise ApiError(400, "A list needs a name and a processingType", "VALIDATION_ERROR")
        kind = self._platform.kind(str(body.get("objectTypeId") or "0-1"))
        now = self._platform.clock.now_ms()
        known = [int(one["listId"]) for one in self._platform.items.all("lists", archived=None)]
        list_id = str(max(known, default=100) + 1)
        document: dict[str, Any] = {
            "listId": list_id,
            "listVersion": 1,
            "name": body["name"],
            "objectTypeId": kind.type_id,
            "processingType": body["processingType"],
            "processingStatus": "COMPLETE",
            "createdById": "88842095",
            "updatedById": "88842095",
            "createdAt": iso(now),
            "updatedAt": iso(now),
            "filtersUpdatedAt": iso(now),
            "size": 0,
        }
        if body.get("filterBranch"):
            document["filterBranch"] = body["filterBranch"]
        self._platform.items.put("lists", list_id, document, modified=now)
        return json_reply({"list": document})

    def delete(self, request: Request) -> Reply:
        self._archive(request, archived=True)
        return no_content()

    def restore(self, request: Request) -> Reply:
        self._archive(request, archived=False)
        return no_content()

    def _archive(self, request: Request, *, archived: bool) -> None:
        list_id = request.params["listId"]
        document = found(self._platform.items.get("lists", list_id))
        now = self._platform.clock.now_ms()
        document.pop("deletedAt", None)
        if archived:
            document["deletedAt"] = iso(now)
        self._platform.items.put("lists", list_id, document, archived=archived, modified=now)

    def members(self, request: Request) -> Reply:
        return self._members(request, "record_id")

    def members_by_joining(self, request: Request) -> Reply:
        """Newest first."""
        return self._members(request, "joined DESC, record_id")

    def _members(self, request: Request, order: str) -> Reply:
        list_id = request.params["listId"]
        document = found(self._platform.items.get("lists", list_id))
        limit = integer(request.get("limit"), 100, "limit", MEMBERS_MOST)
        start = offset_of(request.get("after"))
        sql = f"SELECT record_id, joined FROM memberships WHERE list_id = ? ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608  one of two orders
        rows = self._platform.db.execute(sql, (list_id, limit + 1, start)).fetchall()
        answer: dict[str, Any] = {
            "results": [{"recordId": str(one), "membershipTimestamp": iso(joined)} for one, joined in rows[:limit]],
            "total": document["size"],
        }
        if len(rows) > limit:
            answer["paging"] = next_page(token_of(start + limit), request)
        return json_reply(answer)

    def add_members(self, request: Request) -> Reply:
        list_id, ids = self._manual(request)
        now = self._platform.clock.now_ms()
        sql = "INSERT OR IGNORE INTO memberships VALUES (?, ?, ?)"
        self._platform.db.executemany(sql, [(list_id, one, now) for one in ids])
        self._resize(list_id)
        return json_reply(
            {"recordsIdsAdded": [str(one) for one in ids], "recordIdsMissing": [], "recordIdsRemoved": []}
        )

    def remove_members(self, request: Request) -> Reply:
        list_id, ids = self._manual(request)
        sql = "DELETE FROM memberships WHERE list_id = ? AND record_id = ?"
        self._platform.db.executemany(sql, [(list_id, one) for one in ids])
        self._resize(list_id)
        return json_reply(
            {"recordsIdsAdded": [], "recordIdsMissing": [], "recordIdsRemoved": [str(one) for one in ids]}
        )

    def _manual(self, request: Request) -> tuple[str, list[int]]:
        from integrations.sandbox import jsonio

        list_id = request.params["listId"]
        document = found(self._platform.items.get("lists", list_id))
        if document["processingType"] == "DYNAMIC":
            raise ApiError(400, "Members of a DYNAMIC list follow its filters", "VALIDATION_ERROR")
        try:
            ids = [int(one) for one in jsonio.loads(request.body)]
        except (ValueError, TypeError):
            raise ApiError(400, "Invalid input JSON: a list of record ids is expected", "VALIDATION_ERROR") from None
        return list_id, ids

    def _resize(self, list_id: str) -> None:
        now = self._platform.clock.now_ms()
        document = found(self._platform.items.get("lists", list_id))
        sql = "SELECT count(*) FROM memberships WHERE list_id = ?"
        document["size"] = self._platform.db.execute(sql, (list_id,)).fetchone()[0]
        document["updatedAt"] = iso(now)
        self._platform.items.put("lists", list_id, document, modified=now)


def _shown(document: dict[str, Any], request: Request) -> dict[str, Any]:
    if request.flag("includeFilters"):
        return document
    return {name: value for name, value in document.items() if name != "filterBranch"}


def _summary(document: dict[str, Any]) -> dict[str, Any]:
    answer = {name: value for name, value in document.items() if name not in ("filterBranch", "size")}
    answer["additionalProperties"] = {"hs_list_size": str(document["size"])}
    return answer
