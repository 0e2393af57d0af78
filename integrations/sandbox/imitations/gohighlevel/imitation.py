"""HighLevel's API, from its documentation and recorded answers: one location, and an agency above it."""

import base64
import datetime as dt
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from integrations.sandbox import jsonio
from integrations.sandbox.clock import iso
from integrations.sandbox.http import ApiError, Headers, Reply, Request, json_reply
from integrations.sandbox.imitations.frame import Imitation
from integrations.sandbox.imitations.gohighlevel.lists import CALENDARS, LISTS, REQUIRED_PAGES, Listed
from integrations.sandbox.imitations.grants import OAuthError, OAuthStyle
from integrations.sandbox.imitations.limits import Window
from integrations.sandbox.imitations.seeds import filled

API, MARKET = "services.leadconnectorhq.com", "marketplace.gohighlevel.com"
COMPANY, LOCATION, OTHER = "cmp0sandbox000001", "AYg6rIXHN1fXdXjGcYvI", "loc0sandbox000002"
USUAL = "2021-07-28"
START_MS = 1_784_283_779_598  # 2026-07-17
TRACE = "b196b69d-eaac-4523-9363-2e5d401c103f"


class GoHighLevel(Imitation):
    key = "gohighlevel"
    name = "GoHighLevel"
    hosts = (API, MARKET)
    kinds = ("contacts", "opportunities")
    oauth = OAuthStyle(
        authorize=(MARKET, "/v2/oauth/chooselocation"), token=(API, "/oauth/token"), lifetime_s=86_399, rotating=True
    )
    agency = False  # whether the next consent is an agency's

    def register(self) -> None:
        self.window, self.day = Window(100, 10.0), 200_000
        self.signing_key = Ed25519PrivateKey.generate()
        api = self.at(API)
        api.add("GET", "/locations/{l}", self.location)
        api.add(
            "GET", "/companies/{c}", lambda request: self._ok({"company": {"id": COMPANY, "name": "Sandbox Agency"}})
        )
        api.add("GET", "/oauth/installedLocations", self.installed)
        api.add("POST", "/oauth/locationToken", self.location_token)
        api.add("POST", "/contacts/search", self._checked(self.contacts, USUAL))
        api.add("GET", "/contacts/{id}", self._checked(self._one("contacts", "contact"), USUAL))
        api.add("GET", "/opportunities/search", self._checked(self.opportunities, USUAL))
        api.add("GET", "/opportunities/{id}", self._checked(self._one("opportunities", "opportunity"), USUAL))
        api.add("GET", "/conversations/search", self._checked(self.conversations, CALENDARS))
        api.add("GET", "/conversations/messages/export", self._checked(self.messages, CALENDARS))
        for listed in LISTS:
            api.add(listed.method, listed.path, self._checked(self._lister(listed), listed.version))

    def seed(self) -> None:
        for number in range(self.settings.scale):
            self.documents.put("contacts", f"con{number:05}", self._contact(number))
        for number in range(30):
            at = iso(START_MS + number * 1000)
            self.documents.put("opportunities", f"opp{number:05}", {"id": f"opp{number:05}", "name": f"Deal {number}", "status": "open", "updatedAt": at, "createdAt": at, "notes": [], "tasks": [], "calendarEvents": []})  # fmt: skip
            self.documents.put("conversations", f"cnv{number:05}", {"id": f"cnv{number:05}", "locationId": LOCATION, "lastMessageDate": START_MS + number * 5000, "sort": [START_MS + number * 5000], "unreadCount": 0})  # fmt: skip
            kind = "email_messages" if number % 3 == 0 else "messages"
            self.documents.put(kind, f"msg{number:05}", {"id": f"msg{number:05}", "body": f"Hi {number}", "dateAdded": iso(START_MS + number * 5000), "messageType": "TYPE_EMAIL" if number % 3 == 0 else "TYPE_SMS"})  # fmt: skip
        for listed in LISTS:
            self._seed(listed)

    def _seed(self, listed: Listed) -> None:
        made = 0
        owners = self.documents.all(listed.below) if listed.below else [{}]
        for owner in owners:
            parent = str(owner.get("id") or owner.get("_id") or owner.get("key") or "")
            for _ in range(listed.count):
                made += 1
                item_id = f"custom_objects.boats{made}" if listed.id_field == "key" else f"{listed.kind[:4]}{made:06}"
                document = {listed.id_field: item_id, **filled(listed.fields, made), "locationId": LOCATION}
                document |= {
                    "dateAdded": iso(START_MS),
                    "dateUpdated": iso(START_MS + made),
                    "createdAt": iso(START_MS + made),
                }
                self.documents.put(listed.kind, item_id, document, parent=parent)

    def _contact(self, number: int) -> dict[str, Any]:
        at = START_MS + number * 60_000
        first = self.random.choice(["Ann", "Zoë", "李"])
        return {
            "id": f"con{number:05}", "locationId": LOCATION, "firstName": first, "lastName": None, "phone": None,
            "email": f"contact{number}@sandbox.example", "dnd": False, "customFields": [], "tags": [],
            "dateAdded": iso(at), "dateUpdated": iso(at), "searchAfter": [at, f"con{number:05}"],
        }  # fmt: skip

    def limit(self, request: Request) -> Headers:
        if not self.window.take() and self.limits_on:
            raise self.too_many()
        self.day -= 1
        headers = {"limit-daily": 200_000, "daily-remaining": self.day, "daily-reset": 72_746_000,
                   "interval-milliseconds": 10_000, "max": 100, "remaining": self.window.left}  # fmt: skip
        return [(f"x-ratelimit-{name}".encode(), str(value).encode()) for name, value in headers.items()]

    def token_refused(self) -> ApiError:
        return ApiError(401, "Invalid JWT")

    def forbidden(self) -> ApiError:
        """401, as if the token had ended."""
        return ApiError(401, "The token is not authorized for this scope.")

    def too_many(self, seconds: float = 0) -> ApiError:
        return ApiError(429, "Too Many Requests")

    def shape(self, error: ApiError) -> Reply:
        message: Any = [error.message] if error.status == 422 else error.message
        return Reply(error.status, jsonio.dumps({"statusCode": error.status, "message": message, "traceId": TRACE}))

    def token_reply(self, reply: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
        level = {"userType": "Company"} if self.agency else {"userType": "Location", "locationId": LOCATION}
        return {**reply, "companyId": COMPANY, "userId": "usr1", **level}

    def installed(self, request: Request) -> Reply:
        if request.get("companyId") != COMPANY or not request.get("appId"):
            raise ApiError(422, "appId must be a string")
        found = [{"_id": one, "name": f"Location {one[-1]}", "isInstalled": True} for one in (LOCATION, OTHER)]
        skip, limit = int(request.get("skip") or 0), int(request.get("limit") or 20)
        return self._ok({"locations": found[skip : skip + limit], "count": len(found)})

    def location_token(self, request: Request) -> Reply:
        form = request.form()
        if form.get("companyId") != COMPANY or form.get("locationId") not in (LOCATION, OTHER):
            raise OAuthError("invalid_request", "Location not found")
        grant = self.grants.grant(frozenset())
        return json_reply({**self.grants.issue(grant), "userType": "Location", "locationId": form["locationId"]})

    def location(self, request: Request) -> Reply:
        self._is_here(request.params["l"])
        return self._ok(
            {"location": {"id": LOCATION, "name": "Sandbox Location", "companyId": COMPANY, "settings": {}}}
        )

    def contacts(self, request: Request) -> Reply:
        body = request.json()
        self._is_here(str(body.get("locationId") or ""))
        size = body.get("pageLimit")
        if not isinstance(size, int) or not 1 <= size <= 500:
            raise ApiError(422, "pageLimit must be a number")
        order = (body.get("sort") or [{"field": "dateUpdated", "direction": "desc"}])[0]
        found = sorted(
            self.documents.all("contacts"), key=lambda one: one["searchAfter"], reverse=order["direction"] == "desc"
        )
        after = body.get("searchAfter")
        if after:
            down = order["direction"] == "desc"
            found = [one for one in found if (one["searchAfter"] < after if down else one["searchAfter"] > after)]
        return self._ok({"contacts": found[:size], "total": len(self.documents.all("contacts"))})

    def opportunities(self, request: Request) -> Reply:
        self._is_here(request.get("location_id"))
        found = sorted(self.documents.all("opportunities"), key=_newest, reverse=True)
        if request.get("startAfter"):
            if not request.get("startAfterId"):
                raise ApiError(400, "startAfterId is missing")
            mark = (request.get("startAfter"), request.get("startAfterId"))
            found = [one for one in found if (str(_ms(one["updatedAt"])), one["id"]) < mark]
        page = found[: min(int(request.get("limit") or 20), 100)]
        meta: dict[str, Any] = {
            "total": len(self.documents.all("opportunities")),
            "nextPageUrl": None,
            "startAfter": None,
            "startAfterId": None,
        }
        if len(page) < len(found):
            last = page[-1]
            meta |= {
                "startAfter": _ms(last["updatedAt"]),
                "startAfterId": last["id"],
                "nextPageUrl": "http://localhost:5050/opportunities/search?page=2",
            }
        return self._ok({"opportunities": page, "meta": meta, "aggregations": {}})

    def conversations(self, request: Request) -> Reply:
        self._is_here(request.get("locationId"))
        found = sorted(self.documents.all("conversations"), key=lambda one: one["lastMessageDate"])
        if request.get("sort") != "asc":
            found.reverse()
        after = request.get("startAfterDate")
        if after:
            found = [one for one in found if one["lastMessageDate"] > int(after)]
        return self._ok({"conversations": found[: int(request.get("limit") or 20)], "total": len(found)})

    def messages(self, request: Request) -> Reply:
        """The default leaves e-mail out."""
        self._is_here(request.get("locationId"))
        found = self.documents.all("email_messages" if request.get("channel") == "Email" else "messages")
        if request.get("startDate"):
            since = dt.datetime.fromisoformat(request.get("startDate").replace("Z", "+00:00"))
            found = [
                one for one in found if dt.datetime.fromisoformat(one["dateAdded"].replace("Z", "+00:00")) >= since
            ]
        start, size = int(request.get("cursor") or 0), max(10, min(int(request.get("limit") or 10), 500))
        following = str(start + size) if start + size < len(found) else None
        return self._ok({"messages": found[start : start + size], "nextCursor": following, "total": len(found)})

    def _lister(self, listed: Listed) -> Any:
        def answer(request: Request) -> Reply:
            body = request.json() if listed.method == "POST" else {}
            if listed.needs:
                self._is_here(
                    str(body.get("locationId") or "") if listed.needs == "body" else request.get(listed.needs)
                )
            if listed.needs == "altId" and request.get("altType") != "location":
                raise ApiError(422, "altType must be one of the following values: location")
            if "l" in request.params:
                self._is_here(request.params["l"])
            parent = request.get(listed.by) if listed.by else request.params.get("p", "")
            if listed.by == "calendarId" and not (request.get("startTime") and request.get("endTime")):
                raise ApiError(422, "startTime must be a string")
            return self._ok(self._paged(listed, request, body, self.documents.all(listed.kind, parent)))

        return answer

    def _paged(self, listed: Listed, request: Request, body: dict[str, Any], found: list[Any]) -> dict[str, Any]:
        total = len(found)
        if listed.paging == "whole":
            return {listed.many: found}
        if listed.paging in ("skip", "offset"):
            if listed.path in REQUIRED_PAGES and not (request.get(listed.paging) and request.get("limit")):
                raise ApiError(422, f"{listed.paging} must be a string")
            start, size = int(request.get(listed.paging) or 0), int(request.get("limit") or 10)
            return {listed.many: found[start : start + size], "totalCount": total}
        if listed.paging == "body_skip":
            start, size = int(body.get("skip") or 0), int(body.get("limit") or 25)
            return {listed.many: found[start : start + size]}
        if listed.paging == "body_page":
            if any(name not in body for name in ("page", "pageLimit", "query", "searchAfter")):
                raise ApiError(422, "page, pageLimit, query and searchAfter are needed")
            start, size = (int(body["page"]) - 1) * int(body["pageLimit"]), int(body["pageLimit"])
            return {listed.many: found[start : start + size], "total": total}
        # Submissions: without startAt only the last month comes back.
        since = request.get("startAt") or iso(self.clock.now_ms() - 30 * 86_400_000)[:10]
        found = [one for one in found if one["createdAt"][:10] >= since]
        page, size = int(request.get("page") or 1), min(int(request.get("limit") or 20), 100)
        more = page + 1 if page * size < len(found) else None
        return {
            listed.many: found[(page - 1) * size : page * size],
            "meta": {"total": len(found), "currentPage": page, "nextPage": more},
        }

    def _checked(self, handler: Any, version: str) -> Any:
        def answer(request: Request) -> Reply:
            if request.header("version") != version:
                raise ApiError(400, "version header was not found or is invalid")
            reply: Reply = handler(request)
            return reply

        return answer

    def _one(self, kind: str, name: str) -> Any:
        return lambda request: self._ok({name: self._known(kind, request.params["id"])})

    def _known(self, kind: str, item_id: str) -> Any:
        found = self.documents.get(kind, item_id)
        if found is None:
            raise ApiError(404, f"{kind} with id {item_id} was not found")
        return found

    @staticmethod
    def _is_here(location: str) -> None:
        if location != LOCATION:
            raise ApiError(403, "The token does not have access to this location.")

    @staticmethod
    def _ok(body: dict[str, Any]) -> Reply:
        return json_reply({**body, "traceId": TRACE})

    def added(self, kind: str, number: int) -> str:
        if kind != "contacts":
            return super().added(kind, number)
        made = self._contact(90_000 + len(self.documents.all("contacts")))
        now = self.clock.now_ms()
        made |= {"dateUpdated": iso(now), "searchAfter": [now, made["id"]]}
        self.documents.put("contacts", made["id"], made)
        self._tell("ContactCreate", made["id"])
        return str(made["id"])

    def changed(self, kind: str, item_id: str) -> None:
        document, now = self._known(kind, item_id), self.clock.now_ms()
        if kind == "contacts":
            document |= {"lastName": f"changed {now}", "dateUpdated": iso(now), "searchAfter": [now, item_id]}
        else:
            document |= {"name": f"changed {now}", "updatedAt": iso(now)}
        self.documents.put(kind, item_id, document)
        self._tell("ContactUpdate" if kind == "contacts" else "OpportunityUpdate", item_id)

    def deleted(self, kind: str, item_id: str) -> None:
        super().deleted(kind, item_id)
        self._tell("ContactDelete" if kind == "contacts" else "OpportunityDelete", item_id)

    def _tell(self, event: str, item_id: str) -> None:
        body = jsonio.dumps(
            {
                "type": event,
                "locationId": LOCATION,
                "id": item_id,
                "timestamp": self._now(),
                "webhookId": f"w{self.clock.now_ms()}-{item_id}",
            }
        )
        self.deliveries.send(body, {"Content-Type": "application/json", **self.signature(body)})

    def signature(self, body: bytes) -> dict[str, str]:
        """The headers of a signed message."""
        return {"X-GHL-Signature": base64.b64encode(self.signing_key.sign(body)).decode()}

    @property
    def public_key(self) -> str:
        return self.signing_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def _now(self) -> str:
        return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")  # receivers compare it with their own clock


def _ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def _newest(one: dict[str, Any]) -> tuple[int, str]:
    return _ms(one["updatedAt"]), one["id"]
