"""Keap's REST API, from its documentation: version 2, and appointments of version 1."""

import datetime as dt
from typing import Any

from integrations.sandbox import jsonio
from integrations.sandbox.clock import iso
from integrations.sandbox.http import HTML_TYPE, ApiError, Headers, Reply, Request, json_reply
from integrations.sandbox.imitations.frame import Imitation
from integrations.sandbox.imitations.grants import OAuthError, OAuthStyle
from integrations.sandbox.imitations.keap.lists import CONTACT_PARTIAL, DISCOUNTS, LISTS, MODELS, Listed
from integrations.sandbox.imitations.limits import Window
from integrations.sandbox.imitations.seeds import filled

API, ACCOUNTS = "api.infusionsoft.com", "accounts.infusionsoft.com"
BASE = "/crm/rest/v2"
START_MS = 1_772_000_000_000
CONTACTS = Listed("contacts", "contacts", since="start_update_time", changed="update_time", partial=CONTACT_PARTIAL)


class Keap(Imitation):
    key = "keap"
    name = "Keap"
    hosts = (API, ACCOUNTS)
    kinds = ("contacts", "orders")
    oauth = OAuthStyle(
        authorize=(ACCOUNTS, "/app/oauth/authorize"), token=(API, "/token"), client_auth="body", refresh_auth="basic",
        lifetime_s=86_400, rotating=True,
    )  # fmt: skip

    def register(self) -> None:
        self.minute, self.quota = Window(1500, 60.0), 150_000
        self.day, self.today = self.quota, ""
        api = self.at(API)
        api.add(
            "GET",
            f"{BASE}/oauth/connect/userinfo",
            lambda request: json_reply(
                {"tenant_id": "ab123", "keap_id": "k1", "email": "owner@sandbox.example", "is_admin": True, "id": "1"}
            ),
        )
        for listed in (CONTACTS, *LISTS):
            api.add("GET", f"{BASE}/{listed.path}", self._lister(listed))
        for listed in (CONTACTS, *(one for one in LISTS if one.path in ("opportunities", "orders"))):
            api.add("GET", f"{BASE}/{listed.path}/{{id}}", self._getter(listed))
        api.add("GET", f"{BASE}/orders/{{id}}/payments", self._below("invoice_order_payments"))
        api.add("GET", f"{BASE}/emails/templates/{{id}}", self._template)
        for name in MODELS:
            api.add("GET", f"{BASE}/{name}/model", self._model(name))
        for name in DISCOUNTS:
            api.add("GET", f"{BASE}/discounts/{name}", self._discounts(name))
        api.add("GET", "/crm/rest/v1/appointments", self.appointments)

    def seed(self) -> None:
        for number in range(1, self.settings.scale + 1):
            self.documents.put("contacts", str(number), self._contact(number))
        for listed in LISTS:
            for number in range(1, listed.count + 1):
                item_id = f"c{number}@x.example" if listed.id_field == "email" else str(number)
                document = {listed.id_field: item_id, **filled(listed.fields, number)}
                if listed.changed:
                    document[listed.changed] = iso(START_MS + number * 60_000)
                self.documents.put(listed.name, item_id, document)
        for order in self.documents.all("orders"):
            self.documents.put(
                "invoice_order_payments",
                f"p{order['id']}",
                {"id": f"p{order['id']}", "amount": 19.99},
                parent=order["id"],
            )
        for template in self.documents.all("email_templates"):
            self.documents.put("template_contents", template["id"], {**template, "html_content": "<p>Hi</p>"})
        for name in MODELS:
            self.documents.put(
                "custom_fields", f"{name}1", {"id": "1", "label": "Colour", "field_type": "TEXT"}, parent=name
            )
        for name in DISCOUNTS:
            self.documents.put("discounts", f"{name}1", {"id": "1", "name": "Ten off"}, parent=name)
        for number in range(1, 4):
            self.documents.put(
                "appointments", str(number), {"id": number, "title": f"Visit {number}", "start_date": iso(START_MS)}
            )

    def _contact(self, number: int) -> dict[str, Any]:
        at = iso(START_MS + number * 60_000)
        first = self.random.choice(["Ann", "Zoë", "李"])
        return {
            "id": str(number), "given_name": first, "family_name": None, "tag_ids": ["1"], "notes": None, "links": [],
            "email_addresses": [{"email": f"contact{number}@sandbox.example", "field": "EMAIL1"}], "utm_parameters": [],
            "custom_fields": [{"id": "1", "content": f"v{number}"}], "create_time": at, "update_time": at,
        }  # fmt: skip

    def authorize(self, request: Request) -> Any:
        if request.header("x-keap-api-key") == self.settings.secret:
            return None
        return super().authorize(request)

    def token_refused(self) -> ApiError:
        """The gateway's own shape."""
        fault = {
            "faultstring": "Invalid Access Token",
            "detail": {"errorcode": "keymanagement.service.invalid_access_token"},
        }
        return ApiError(401, "Invalid Access Token", extra={"fault": fault})

    def too_many(self, seconds: float = 0) -> ApiError:
        return ApiError(429, "Quota Exceeded", extra={"code": "429", "status": "Request Throttled", "details": None})

    def limit(self, request: Request) -> Headers:
        if not self.minute.take() and self.limits_on:
            raise self.too_many()
        today = iso(self.clock.now_ms())[:10]
        if today != self.today:
            self.today, self.day = today, self.quota
        if self.day <= 0:
            raise self.too_many()
        self.day -= 1
        told = {
            "quota-limit": self.quota,
            "quota-available": self.day,
            "throttle-limit": 1500,
            "throttle-available": self.minute.left,
        }
        return [(f"x-keap-product-{name}".encode(), str(value).encode()) for name, value in told.items()]

    def shape(self, error: ApiError) -> Reply:
        if error.status == 404:
            return Reply(404, b"<html><body><h1>Not found</h1></body></html>", [HTML_TYPE])
        if "fault" in error.extra:
            return Reply(error.status, jsonio.dumps({"fault": error.extra["fault"]}))
        return Reply(
            error.status, jsonio.dumps({"code": error.status, "message": error.message, "details": [], **error.extra})
        )

    def _lister(self, listed: Listed) -> Any:
        def answer(request: Request) -> Reply:
            found = self._filtered(listed, request, self.documents.all(listed.name))
            order, _, direction = request.get("order_by").partition(" ")
            if order:
                field = (
                    {"update_time": "last_updated_time"}.get(order, order) if listed.name == "opportunities" else order
                )
                found = sorted(found, key=lambda one: str(one.get(field) or ""), reverse=direction == "desc")
            size = int(request.get("page_size") or 50)
            if not 1 <= size <= listed.most:
                raise ApiError(400, f"page_size must be between 1 and {listed.most}")
            start = int(request.get("page_token") or 0)
            page = [self._shown(listed, request, one) for one in found[start : start + size]]
            token: str | None = str(start + size) if start + size < len(found) else None
            if token and listed.name in ("tags", "users"):
                token = f"https://{API}{BASE}/{listed.path}/?page_size={size}&page_token={token}"
            return json_reply({listed.many: page, **({"next_page_token": token} if token else {})})

        return answer

    @staticmethod
    def _filtered(listed: Listed, request: Request, found: list[Any]) -> list[Any]:
        terms = dict(term.split("==", 1) for term in request.get("filter").split(";") if "==" in term)
        for name, value in terms.items():
            if name == listed.since:
                since = _at(value)
                found = [one for one in found if _at(one[listed.changed]) >= since]
            elif name != "include_inactive":
                raise ApiError(400, f"{name} cannot be filtered by")
        return found

    @staticmethod
    def _shown(listed: Listed, request: Request, document: dict[str, Any]) -> dict[str, Any]:
        asked = set(request.get_list("fields"))
        return {name: value for name, value in document.items() if name not in listed.partial or name in asked}

    def _getter(self, listed: Listed) -> Any:
        return lambda request: json_reply(self._shown(listed, request, self._known(listed.name, request.params["id"])))

    def _below(self, name: str) -> Any:
        return lambda request: json_reply({name: self.documents.all(name, request.params["id"])})

    def _model(self, name: str) -> Any:
        return lambda request: json_reply(
            {"custom_fields": self.documents.all("custom_fields", name), "optional_properties": []}
        )

    def _discounts(self, name: str) -> Any:
        return lambda request: json_reply({"discounts": self.documents.all("discounts", name)})

    def _template(self, request: Request) -> Reply:
        return json_reply(self._known("template_contents", request.params["id"]))

    def appointments(self, request: Request) -> Reply:
        """Version 1: the next address is there on an empty last page too."""
        found = self.documents.all("appointments")
        offset, limit = int(request.get("offset") or 0), int(request.get("limit") or 100)
        following = f"https://{API}/crm/rest/v1/appointments/?limit={limit}&offset={offset + limit}"
        return json_reply({"appointments": found[offset : offset + limit], "count": len(found), "next": following})

    def _known(self, kind: str, item_id: str) -> Any:
        found = self.documents.get(kind, item_id)
        if found is None:
            raise ApiError(404, f"{kind} {item_id} was not found")
        return found

    def added(self, kind: str, number: int) -> str:
        if kind != "contacts":
            return super().added(kind, number)
        new = max(int(one["id"]) for one in self.documents.all("contacts", archived=None)) + 1
        self.documents.put("contacts", str(new), self._contact(new) | {"update_time": iso(self.clock.now_ms())})
        self._tell("contact.add", str(new))
        return str(new)

    def changed(self, kind: str, item_id: str) -> None:
        now = self.clock.now_ms()
        field = "update_time" if kind == "contacts" else "modification_time"
        name = "family_name" if kind == "contacts" else "title"
        self.documents.put(kind, item_id, {**self._known(kind, item_id), name: f"changed {now}", field: iso(now)})
        self._tell("contact.edit" if kind == "contacts" else "order.edit", item_id)

    def deleted(self, kind: str, item_id: str) -> None:
        super().deleted(kind, item_id)
        self._tell("contact.delete" if kind == "contacts" else "order.delete", item_id)

    def _tell(self, event: str, item_id: str) -> None:
        """Ids only, unsigned."""
        key = {"id": int(item_id), "apiUrl": "", "timestamp": iso(self.clock.now_ms())}
        body = jsonio.dumps({"event_key": event, "object_type": event.partition(".")[0], "object_keys": [key]})
        self.deliveries.send(body, {"Content-Type": "application/json"})

    def token_reply(self, reply: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
        return {**reply, "scope": "full|ab123.infusionsoft.com"}

    def token_error(self, error: OAuthError) -> OAuthError:
        """An ended grant is an invalid request here."""
        ended = error.extra["error"] == "invalid_grant"
        return OAuthError("invalid_request", "Invalid Refresh Token") if ended else error


def _at(text: str) -> dt.datetime:
    """Full date-times with milliseconds only."""
    if "T" not in text or "." not in text:
        raise ApiError(400, f"{text} is not a date-time with milliseconds")
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
