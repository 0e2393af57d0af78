"""Forms, submissions, marketing e-mails, campaigns and subscription types."""

from typing import Any

from integrations.sandbox.clock import iso, to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.platform import Platform

EMAIL_READ = ("content", "marketing.email.read", "marketing-email")
CONSENT_READ = ("communication_preferences.read", "communication_preferences.read_write")


class Marketing:
    """Handlers of the marketing APIs."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/marketing/v3/forms", self.forms, "forms")
        router.add("GET", "/marketing/v3/forms/{id}", self.form, "forms")
        router.add("GET", "/form-integrations/v1/submissions/forms/{id}", self.submissions, "forms")
        router.add("GET", "/marketing/v3/emails", self.emails, *EMAIL_READ)
        router.add("GET", "/marketing/v3/emails/{id}", self.email, *EMAIL_READ)
        router.add("GET", "/marketing/v3/campaigns", self.campaigns, "marketing.campaigns.read")
        router.add("GET", "/marketing/v3/campaigns/{id}", self.campaign, "marketing.campaigns.read")
        router.add("GET", "/marketing/v3/campaigns/{id}/assets/{type}", self.assets, "marketing.campaigns.read")
        for version in ("v3", "v4"):
            base = f"/communication-preferences/{version}"
            router.add("GET", f"{base}/definitions", self.definitions, *CONSENT_READ)
        router.add("GET", "/communication-preferences/v4/statuses/{email}", self.statuses, *CONSENT_READ)

    def forms(self, request: Request) -> Reply:
        """HubSpot's own forms only, unless formTypes asks for more."""
        kinds = set(request.get_list("formTypes") or ["hubspot"])
        documents = self._platform.items.all("forms", archived=request.flag("archived"))
        return item_page(request, [one for one in documents if "all" in kinds or one["formType"] in kinds], default=20)

    def form(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("forms", request.params["id"])))

    def submissions(self, request: Request) -> Reply:
        form = found(self._platform.items.get("forms", request.params["id"]))
        if form["formType"] == "blog_comment":
            raise ApiError(
                400, "Submissions of this form type cannot be read", None, extra={"errorType": "FORM_TYPE_NOT_ALLOWED"}
            )
        return item_page(request, self._platform.items.all("submissions", form["id"]), default=20, most=50)

    def emails(self, request: Request) -> Reply:
        """`updatedAfter` and `updatedBefore` are exclusive; with statistics some mails silently drop out."""
        documents = self._platform.items.all("marketing_emails", archived=request.flag("archived"))
        if request.get("updatedAfter"):
            bound = _date(request.get("updatedAfter"))
            documents = [one for one in documents if to_ms(one["updatedAt"]) > bound]
        if request.get("updatedBefore"):
            bound = _date(request.get("updatedBefore"))
            documents = [one for one in documents if to_ms(one["updatedAt"]) < bound]
        if request.flag("includeStats"):
            documents = [one | {"stats": _stats(one)} for place, one in enumerate(documents) if place % 5 != 4]
        if "updatedAt" in request.get("sort"):
            documents.sort(key=lambda one: str(one["updatedAt"]), reverse=request.get("sort").startswith("-"))
        return item_page(request, documents, default=10, total=True)

    def email(self, request: Request) -> Reply:
        document = found(self._platform.items.get("marketing_emails", request.params["id"]))
        return json_reply(document | {"stats": _stats(document)} if request.flag("includeStats") else document)

    def campaigns(self, request: Request) -> Reply:
        asked = request.get_list("properties")
        documents = self._platform.items.all("campaigns")
        if request.get("sort").lstrip("-") == "updatedAt":
            documents.sort(key=lambda one: str(one["updatedAt"]), reverse=request.get("sort").startswith("-"))
        return item_page(request, [_campaign(one, asked) for one in documents], default=50, total=True)

    def campaign(self, request: Request) -> Reply:
        document = found(self._platform.items.get("campaigns", request.params["id"]))
        return json_reply(_campaign(document, request.get_list("properties")))

    def assets(self, request: Request) -> Reply:
        found(self._platform.items.get("campaigns", request.params["id"]))
        kind = f"{request.params['id']}/{request.params['type'].upper()}"
        return item_page(request, self._platform.items.all("campaign_assets", kind))

    def definitions(self, request: Request) -> Reply:
        documents = self._platform.items.all("subscription_definitions")
        if request.path.startswith("/communication-preferences/v3"):
            return json_reply({"subscriptionDefinitions": documents})
        now = iso(self._platform.clock.now_ms())
        return json_reply({"completedAt": now, "status": "COMPLETE", "startedAt": now, "results": documents})

    def statuses(self, request: Request) -> Reply:
        email = request.params["email"]
        kind = self._platform.kind("contacts")
        if self._platform.records.find(kind, email) is None:
            raise ApiError(404, "resource not found", "OBJECT_NOT_FOUND")
        now = iso(self._platform.clock.now_ms())
        results = [
            {
                "subjectId": email,
                "channel": "EMAIL",
                "subscriptionId": int(one["id"]),
                "subscriptionName": one["name"],
                # The same answer for the same address: consent follows its first letter.
                "status": "SUBSCRIBED" if email[0] < "n" else "NOT_SPECIFIED",
                "timestamp": one["updatedAt"],
            }
            for one in self._platform.items.all("subscription_definitions")
        ]
        return json_reply({"completedAt": now, "status": "COMPLETE", "startedAt": now, "results": results})


def _date(text: str) -> int:
    try:
        return to_ms(text)
    except ValueError:
        raise ApiError(400, f"{text[:40]} is not a date", "VALIDATION_ERROR") from None


def _stats(document: dict[str, Any]) -> dict[str, Any]:
    sent = int(document["id"]) % 900
    counters = {
        "sent": sent,
        "delivered": sent - sent // 50,
        "open": sent // 3,
        "click": sent // 11,
        "bounce": sent // 50,
    }
    return {"counters": counters, "deviceBreakdown": {}, "qualifierStats": {}, "ratios": {}}


def _campaign(document: dict[str, Any], asked: list[str]) -> dict[str, Any]:
    shown = {name: value for name, value in document["properties"].items() if name in asked}
    return document | {"properties": shown}
