"""Mailchimp's Marketing API of version 3.0, from its documentation and recorded answers."""

import base64
import datetime as dt
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

from integrations.sandbox import jsonio
from integrations.sandbox.http import ApiError, Reply, Request, json_reply
from integrations.sandbox.imitations.frame import Imitation, Settings
from integrations.sandbox.imitations.grants import OAuthStyle
from integrations.sandbox.imitations.mailchimp.lists import LISTS, SINGLE, Listed
from integrations.sandbox.imitations.seeds import filled

DC = "us21"
API = f"{DC}.api.mailchimp.com"
LOGIN = "login.mailchimp.com"
START = dt.datetime(2026, 5, 21, 18, 3, 59, tzinfo=dt.UTC)
MOST, USUAL = 1000, 10
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105  the imitation's own
LINKS = [{"rel": "self", "href": f"https://{API}/3.0/", "method": "GET"}]
PROBLEM = "https://mailchimp.com/developer/marketing/docs/errors/"


class Mailchimp(Imitation):
    key = "mailchimp"
    name = "Mailchimp"
    hosts = (API, LOGIN)
    kinds = ("members", "campaigns")
    oauth = OAuthStyle(
        authorize=(LOGIN, "/oauth2/authorize"), token=(LOGIN, "/oauth2/token"), client_auth="body", lifetime_s=None
    )

    def __init__(self, settings: Settings) -> None:
        self.secrets = (settings.secret, f"{settings.secret}-{DC}")
        super().__init__(settings)

    def register(self) -> None:
        api = self.at(API)
        api.add("GET", "/3.0", self.root)
        api.add("GET", "/3.0/ping", lambda request: json_reply({"health_status": "Everything's Chimpy!"}))
        api.add("GET", "/3.0/lists", self._lister("lists", "lists"))
        api.add("GET", "/3.0/lists/{p}", self._getter("lists"))
        api.add("GET", "/3.0/lists/{p}/members", self.members)
        api.add("GET", "/3.0/lists/{p}/members/{id}", self.member)
        api.add("GET", "/3.0/lists/{p}/signup-forms", self._lister("signup_forms", "signup_forms"))
        api.add("GET", "/3.0/lists/{g}/segments/{p}/members", self.segment_members)
        for listed in LISTS:
            path = f"/3.0{listed.path}"
            api.add("GET", path, self._lister(listed.kind, listed.many))
        api.add("GET", "/3.0/campaigns/{p}", self._getter("campaigns"))
        for kind, path, _, _ in SINGLE:
            api.add("GET", f"/3.0{path}", self._single(kind))
        self.at(LOGIN).add("GET", "/oauth2/metadata", self.metadata, public=True)

    def seed(self) -> None:
        for number in (1, 2):
            list_id = f"16ed22713{number}"
            self.documents.put("lists", list_id, {"id": list_id, "web_id": number, "name": f"Audience {number}", "date_created": START.isoformat(), "stats": {"member_count": self.settings.scale}})  # fmt: skip
            self.documents.put(
                "signup_forms", list_id, {"header": {"text": "Join"}, "list_id": list_id}, parent=list_id
            )
            for member in range(self.settings.scale):
                made = self._member(list_id, member)
                self._put_member({**made, "status": "archived"} if member % 20 == 7 else made)
        for listed in LISTS:
            self._seed(listed)
        for kind, _, parent, fields in SINGLE:
            for owner in self._everything(parent):
                self.documents.put(kind, str(owner["id"]), dict(fields), parent=str(owner["id"]))
        for segment in self._everything("segments"):
            some = self.documents.all("members", segment["list_id"])[: segment["member_count"]]
            for one in some:
                short = {name: one[name] for name in ("id", "email_address", "status", "list_id")}
                self.documents.put("segment_members", one["id"], short, parent=str(segment["id"]))

    def _seed(self, listed: Listed) -> None:
        made = 0
        owners = self._everything(listed.parent) if listed.parent else [{}]
        for owner in owners:
            for _ in range(listed.number):
                made += 1
                item_id: Any = 3_730_000 + made if listed.whole else f"{listed.kind[:4]}{made:06x}"
                document = {listed.id_field: item_id, **filled(listed.fields, made)}
                if listed.parent in ("lists", "categories"):
                    document["list_id"] = owner.get("list_id") or owner["id"]
                self.documents.put(listed.kind, str(item_id), document, parent=str(owner.get("id", "")))

    def _everything(self, kind: str) -> list[dict[str, Any]]:
        return [one for parent in self.documents.parents(kind) for one in self.documents.all(kind, parent)]

    def _member(self, list_id: str, number: int) -> dict[str, Any]:
        address = f"member{number}@sandbox.example"
        at = (START + dt.timedelta(minutes=number)).isoformat()
        return {
            "id": hashlib.md5(address.encode()).hexdigest(),  # noqa: S324  Mailchimp's own key
            "email_address": address, "unique_email_id": f"u{number}", "contact_id": f"c{number}", "full_name": "",
            "web_id": 479301571 + number, "email_type": "html", "status": self.random.choice(["subscribed", "unsubscribed", "cleaned"]),
            "merge_fields": {"FNAME": self.random.choice(["Ann", "Zoë", "李"]), "LNAME": ""}, "stats": {"avg_open_rate": 0},
            "ip_opt": "192.0.2.1", "timestamp_opt": at, "last_changed": at, "language": "", "vip": False, "tags_count": 0,
            "tags": [], "list_id": list_id,
        }  # fmt: skip

    def _put_member(self, member: dict[str, Any]) -> None:
        kind, other = (
            ("archived_members", "members") if member["status"] == "archived" else ("members", "archived_members")
        )
        self.documents.delete(other, member["id"], member["list_id"])
        self.documents.put(kind, member["id"], member, parent=member["list_id"])

    def authorize(self, request: Request) -> Any:
        """Bearer or OAuth with a token or key, or Basic with any user and the key."""
        scheme, _, text = request.header("authorization").partition(" ")
        if scheme == "Basic":
            try:
                text = base64.b64decode(text).decode().partition(":")[2]
            except ValueError:
                raise self.token_refused() from None
        elif scheme not in ("Bearer", "OAuth"):
            raise self.token_refused()
        if text in self.secrets:
            return None
        grant = self.grants.live(text)
        if grant is None:
            raise self.token_refused()
        return grant

    def token_refused(self) -> ApiError:
        return ApiError(401, "Your API key may be invalid, or you've attempted to access the wrong datacenter.")

    def shape(self, error: ApiError) -> Reply:
        titles = {401: "API Key Invalid", 403: "Forbidden", 404: "Resource Not Found", 429: "Too Many Requests"}
        body = {"type": PROBLEM, "title": titles.get(error.status, "Error"), "status": error.status,
                "detail": error.message, "instance": "00000000-0000-0000-0000-000000000000"}  # fmt: skip
        return Reply(error.status, jsonio.dumps(body), [(b"content-type", b"application/problem+json; charset=utf-8")])

    def too_many(self, seconds: float = 0) -> ApiError:
        """Without any Retry-After."""
        return ApiError(429, "You have exceeded the limit of 10 simultaneous connections.")

    def metadata(self, request: Request) -> Reply:
        """200 for a bad token too, with an error in it."""
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme != "OAuth" or self.grants.live(token) is None:
            return json_reply({"error": "invalid_token"})
        return json_reply(
            {"dc": DC, "role": "owner", "accountname": "Sandbox", "user_id": 1, "api_endpoint": f"https://{API}"}
        )

    def token_reply(self, reply: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
        return {"access_token": reply["access_token"], "expires_in": 0, "scope": None}

    def root(self, request: Request) -> Reply:
        who = {
            "account_id": "8d3a3db4d97663a9074efcc16",
            "account_name": "Sandbox",
            "email": "owner@sandbox.example",
            "role": "owner",
        }
        return json_reply({name: who[name] for name in request.get_list("fields") or who if name in who})

    def members(self, request: Request) -> Reply:
        kind = "archived_members" if request.get("status") == "archived" else "members"
        found = self.documents.all(kind, self._list(request))
        since, before = request.get("since_last_changed"), request.get("before_last_changed")
        if since:
            found = [one for one in found if _at(one["last_changed"]) > _at(since)]
        if before:
            found = [one for one in found if _at(one["last_changed"]) <= _at(before)]
        field = request.get("sort_field")
        if field:
            if field not in ("timestamp_opt", "timestamp_signup", "last_changed"):
                raise ApiError(400, "The resource submitted could not be validated.")
            found.sort(key=lambda one: one[field], reverse=request.get("sort_dir").upper() == "DESC")
        return self._answer(request, "members", found)

    def member(self, request: Request) -> Reply:
        return json_reply({**self._known("members", request.params["id"], self._list(request)), "_links": LINKS})

    def segment_members(self, request: Request) -> Reply:
        found = self.documents.all("segment_members", request.params["p"])
        return self._answer(request, "members", found)

    def _lister(self, kind: str, many: str) -> Any:
        def answer(request: Request) -> Reply:
            return self._answer(request, many, self.documents.all(kind, request.params.get("p", "")))

        return answer

    def _getter(self, kind: str) -> Any:
        return lambda request: json_reply({**self._known(kind, request.params["p"]), "_links": LINKS})

    def _single(self, kind: str) -> Any:
        def answer(request: Request) -> Reply:
            found = self._known(kind, request.params["p"], request.params["p"])
            return json_reply(found if "_links" in request.get_list("exclude_fields") else {**found, "_links": LINKS})

        return answer

    def _list(self, request: Request) -> str:
        self._known("lists", request.params["p"])
        return request.params["p"]

    def _known(self, kind: str, item_id: str, parent: str = "") -> Any:
        found = self.documents.get(kind, item_id, parent)
        if found is None:
            raise ApiError(404, "The requested resource could not be found.")
        return found

    @staticmethod
    def _answer(request: Request, many: str, found: list[Any]) -> Reply:
        count, offset = request.get("count") or str(USUAL), request.get("offset") or "0"
        if not count.isdigit() or not offset.isdigit():
            raise ApiError(400, "The resource submitted could not be validated.")
        page = found[int(offset) : int(offset) + min(int(count), MOST)]
        wanted = [name.partition(".")[2] for name in request.get_list("fields") if name.startswith(f"{many}.")]
        if wanted:
            page = [{name: one[name] for name in one if name in wanted} for one in page]
        elif f"{many}._links" not in request.get_list("exclude_fields"):
            page = [{**one, "_links": LINKS} for one in page]
        return json_reply({many: page, "total_items": len(found)})

    def added(self, kind: str, number: int) -> str:
        if kind != "members":
            return super().added(kind, number)
        new = self._member("16ed227131", 900_000 + len(self.documents.all("members", "16ed227131")))
        self._put_member({**new, "last_changed": self._now()})
        self._tell("subscribe", new)
        return str(new["id"])

    def changed(self, kind: str, item_id: str) -> None:
        if kind == "campaigns":
            self.documents.put(kind, item_id, {**self._known(kind, item_id), "status": f"sent {self.clock.now_ms()}"})
            return
        for list_id in self.documents.parents("members"):
            found = self.documents.get("members", item_id, list_id)
            if found is not None:
                self._put_member({**found, "full_name": f"Changed {self.clock.now_ms()}", "last_changed": self._now()})
                self._tell("profile", found)
                return
        raise ApiError(404, "The requested resource could not be found.")

    def archive(self, list_id: str, item_id: str) -> None:
        """Somebody archives a member: the list of members does not show it any more."""
        found = self._known("members", item_id, list_id)
        self._put_member({**found, "status": "archived", "last_changed": self._now()})
        self._tell("unsubscribe", found)

    def deleted(self, kind: str, item_id: str) -> None:
        """Deleted for good, from the first audience that has it: nothing but the webhook tells."""
        for list_id in self.documents.parents(kind):
            if self.documents.delete(kind, item_id, list_id):
                return

    def _tell(self, event: str, member: dict[str, Any]) -> None:
        form = {"type": event, "fired_at": self._now()[:19].replace("T", " "), "data[id]": member["unique_email_id"],
                "data[email]": member["email_address"], "data[list_id]": member["list_id"]}  # fmt: skip
        body = urlencode(form).encode()
        self.deliveries.send(body, {"Content-Type": "application/x-www-form-urlencoded", **signature(body)})

    def _now(self) -> str:
        return dt.datetime.fromtimestamp(self.clock.now_ms() // 1000, tz=dt.UTC).isoformat()


def signature(body: bytes) -> dict[str, str]:
    """The header of a signed message, by the machine's time: receivers compare it with their own."""
    stamp = str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Mailchimp-Signature": f"t={stamp},v1={digest}"}


def _at(text: str) -> dt.datetime:
    """Whole seconds; Mailchimp ignores a filter with longer fractions, and so answers everything."""
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00")) if "." not in text else START.replace(year=1970)
    except ValueError:
        raise ApiError(400, f"{text} is not a time.") from None
