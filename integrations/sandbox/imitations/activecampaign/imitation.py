"""ActiveCampaign's REST API of version 3, from its documentation and recorded answers."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from integrations.sandbox import jsonio
from integrations.sandbox.http import ApiError, Headers, Reply, Request, json_reply
from integrations.sandbox.imitations.activecampaign.lists import BELOW, LISTS, Listed
from integrations.sandbox.imitations.frame import Imitation
from integrations.sandbox.imitations.limits import Window
from integrations.sandbox.imitations.seeds import filled

HOST = "sandbox.api-us1.com"
ZONE = dt.timezone(dt.timedelta(hours=-5))  # times carry the account's offset
START = dt.datetime(2026, 5, 28, 3, 5, 54, tzinfo=ZONE)
MOST = 100
USUAL = 20
RECORDS = "customObjects/records"
# The kinds whose time of change has another name than udate.
CHANGED = {"deals": "mdate", "notes": "mdate", "automations": "mdate", "campaigns": "mdate", "messages": "mdate",
           "scores": "mdate", "savedResponses": "mdate", "accounts": "updatedTimestamp", "contactAutomations": "lastdate"}  # fmt: skip


class ActiveCampaign(Imitation):
    key = "activecampaign"
    name = "ActiveCampaign"
    hosts = (HOST,)
    kinds = ("contacts", "deals")

    def register(self) -> None:
        self.window = Window(5, 1.0)
        router = self.at(HOST)
        router.add("GET", "/api/3/users/me", self.me)
        router.add("GET", "/api/3/contacts", self.contacts)
        router.add("GET", "/api/3/contacts/{id}", self.contact)
        for listed in LISTS:
            router.add("GET", f"/api/3/{listed.path}", self._lister(listed))
            router.add("GET", f"/api/3/{listed.path}/{{id}}", self._getter(listed))
        for path, _, rest, name, _, _ in BELOW:
            router.add("GET", f"/api/3/{path}/{{id}}/{rest}", self._below(name))
        router.add("GET", f"/api/3/{RECORDS}/{{id}}", self._below("records"))

    def seed(self) -> None:
        scale = self.settings.scale
        for number in range(1, scale + 1):
            self.documents.put("contacts", str(number), self._contact(number))
        for listed in LISTS:
            for number in range(1, listed.count + 1):
                self.documents.put(listed.many, str(number), self._document(listed.many, number, listed.fields))
        for path, kind, _, name, each, fields in BELOW:
            made = 0
            for parent in self.documents.all(kind):
                for _ in range(each):
                    made += 1
                    document = self._document(name, made, fields) | {path.rstrip("s"): parent["id"]}
                    self.documents.put(name, str(made), document, parent=parent["id"])
        for schema in self.documents.all("schemas"):
            document = {"id": f"r-{schema['id']}", "schemaId": schema["id"], "fields": [{"id": "name", "value": "Ann"}]}
            self.documents.put("records", document["id"], document, parent=schema["id"])

    def _contact(self, number: int) -> dict[str, Any]:
        at = START + dt.timedelta(minutes=number)
        first = self.random.choice(["Ann", "Bo", "Zoë", "José", "李"])
        return {
            "cdate": at.isoformat(), "email": f"contact{number}@sandbox.example", "phone": "", "firstName": first,
            "lastName": "", "orgname": "", "bounced_hard": "0", "deleted": "0", "anonymized": "0", "adate": None,
            "deleted_at": None, "created_utc_timestamp": f"{at:%Y-%m-%d %H:%M:%S}",
            "sms_consent_updated_at": "0000-00-00 00:00:00", "scoreValues": [], "udate": at.isoformat(),
            "updated_utc_timestamp": f"{at:%Y-%m-%d %H:%M:%S}",
            "links": {"contactLists": f"https://{HOST}/api/3/contacts/{number}/contactLists"}, "id": str(number),
        }  # fmt: skip

    def _document(self, kind: str, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        at = (START + dt.timedelta(minutes=number)).isoformat()
        return {**filled(fields, number), "cdate": at, CHANGED.get(kind, "udate"): at, "links": {}, "id": str(number)}

    def authorize(self, request: Request) -> None:
        """403, not 401, for a wrong key."""
        if request.header("api-token") != self.settings.secret:
            raise ApiError(403, "You are not authorized to access this resource.")

    def limit(self, request: Request) -> Headers:
        if not self.window.take() and self.limits_on:
            raise self.too_many(1)
        return [(b"ratelimit-limit", b"5"), (b"ratelimit-remaining", str(self.window.left).encode())]

    def me(self, request: Request) -> Reply:
        return json_reply({"user": {"username": "owner", "email": "owner@sandbox.example", "links": {}, "id": "1"}})

    def contacts(self, request: Request) -> Reply:
        found = self.documents.all("contacts")
        after = request.get("id_greater")
        if after:
            found = [one for one in found if int(one["id"]) > int(after)]
        if request.get("orders[id]").upper() == "ASC":
            found.sort(key=lambda one: int(one["id"]))
        found = self._changed(request, found, "udate")
        page, total = self._page(request, found)
        meta = {"page_input": {"limit": len(page)}, "total": str(total), "sortable": True}
        return json_reply({"scoreValues": [], "contacts": page, "meta": meta})

    def contact(self, request: Request) -> Reply:
        return json_reply({"contact": self._one("contacts", request.params["id"]), "contactLists": []})

    def _lister(self, listed: Listed) -> Any:
        def answer(request: Request) -> Reply:
            found = self.documents.all(listed.many)
            if listed.path == "deals":
                found = self._changed(request, found, "mdate")
            page, total = self._page(request, found)
            beside: dict[str, Any] = {"fieldOptions": [], "fieldRels": []} if listed.path == "fields" else {}
            # Some tell no total, some a number, most of them text.
            meta = {} if listed.path == "webhooks" else {"total": total if listed.path == "deals" else str(total)}
            return json_reply({**beside, listed.many: page, "meta": meta})

        return answer

    def _getter(self, listed: Listed) -> Any:
        return lambda request: json_reply({listed.one: self._one(listed.many, request.params["id"])})

    def _below(self, name: str) -> Any:
        def answer(request: Request) -> Reply:
            page, _ = self._page(request, self.documents.all(name, request.params["id"]))
            return json_reply({name: page})

        return answer

    def _one(self, kind: str, item_id: str) -> Any:
        found = self.documents.get(kind, item_id)
        if found is None:
            raise ApiError(404, f"No Result found for {kind} with id {item_id}")
        return found

    @staticmethod
    def _changed(request: Request, found: list[Any], field: str) -> list[Any]:
        after, before = request.get("filters[updated_after]"), request.get("filters[updated_before]")
        if after:
            found = [one for one in found if _at(one[field]) >= _at(after)]
        return [one for one in found if _at(one[field]) < _at(before)] if before else found

    @staticmethod
    def _page(request: Request, found: list[Any]) -> tuple[list[Any], int]:
        """The page, and how many there are in all. A limit above 100 is 100."""
        offset, limit = request.get("offset") or "0", request.get("limit") or str(USUAL)
        if not offset.isdigit() or not limit.isdigit():
            raise ApiError(422, "The limit or offset is not a number.", extra={"code": "paging"})
        size = min(int(limit) or USUAL, MOST)
        return found[int(offset) : int(offset) + size], len(found)

    def shape(self, error: ApiError) -> Reply:
        if error.status == 422:
            return Reply(422, jsonio.dumps({"errors": [{"title": error.message, "code": error.extra.get("code", "")}]}))
        if error.status == 429:
            return Reply(429, b'{"message":"API rate limit exceeded"}')
        return Reply(error.status, jsonio.dumps({"message": error.message}))

    def added(self, kind: str, number: int) -> str:
        if kind != "contacts":
            return super().added(kind, number)
        new = max(int(one["id"]) for one in self.documents.all("contacts", archived=None)) + 1
        self.documents.put("contacts", str(new), self._contact(new) | {"udate": self._now()})
        self._tell("subscribe", "contacts", str(new))
        return str(new)

    def changed(self, kind: str, item_id: str) -> None:
        field = CHANGED.get(kind, "udate")
        document = self._one(kind, item_id)
        name = "lastName" if kind == "contacts" else "title"
        self.documents.put(kind, item_id, {**document, name: f"changed {self.clock.now_ms()}", field: self._now()})
        self._tell("update" if kind == "contacts" else "deal_update", kind, item_id)

    def deleted(self, kind: str, item_id: str) -> None:
        """Gone from the list; there is no list of deleted ones and no event."""
        self._one(kind, item_id)
        self.documents.delete(kind, item_id)
        for _, parent, _, name, _, _ in BELOW:
            if parent == kind:
                for below in self.documents.all(name, item_id):
                    self.documents.delete(name, below["id"], item_id)

    def _tell(self, event: str, kind: str, item_id: str) -> None:
        """One event a message, a form with PHP's names, unsigned."""
        one = "contact" if kind == "contacts" else "deal"
        form = {"type": event, "date_time": self._now(), "initiated_by": "admin", f"{one}[id]": item_id}
        self.deliveries.send(urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def _now(self) -> str:
        return dt.datetime.fromtimestamp(self.clock.now_ms() / 1000, tz=ZONE).isoformat(timespec="seconds")


def _at(text: str) -> dt.datetime:
    """A filter's time; one without an offset is in the account's zone."""
    try:
        found = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ApiError(422, f"{text} is not a time.", extra={"code": "time"}) from None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)
