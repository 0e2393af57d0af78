"""Account details, users, teams, audit log and daily usage."""

from integrations.sandbox.clock import to_ms
from integrations.sandbox.http import ApiError, Reply, Request, Router, json_reply
from integrations.sandbox.hubspot.item_pages import found, item_page
from integrations.sandbox.hubspot.limits import PRIVATE_APP_DAILY
from integrations.sandbox.platform import Platform

USERS = "settings.users.read"
TEAMS = ("settings.users.teams.read", USERS)


class Settings:
    """Handlers about the account itself."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, router: Router) -> None:
        router.add("GET", "/account-info/v3/details", self.details)
        router.add("GET", "/account-info/v3/api-usage/daily/private-apps", self.usage)
        router.add("GET", "/account-info/v3/activity/audit-logs", self.audit_log, "account-info.security.read")
        router.add("GET", "/settings/v3/users", self.users, USERS)
        router.add("GET", "/settings/v3/users/teams", self.teams, *TEAMS)
        router.add("GET", "/settings/v3/teams", self.teams, *TEAMS)
        router.add("GET", "/settings/v3/users/{id}", self.user, USERS)

    def details(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("account", "details")))

    def usage(self, request: Request) -> Reply:
        usage = {
            "name": "private-apps-api-calls-daily",
            "usageLimit": PRIVATE_APP_DAILY,
            "currentUsage": self._platform.log.total,
            "fetchStatus": "SUCCESS",
        }
        return json_reply({"results": [usage]})

    def audit_log(self, request: Request) -> Reply:
        """Newest first; `occurredAfter` and `occurredBefore` are exclusive."""
        documents = self._platform.items.all("audit_logs")
        try:
            if request.get("occurredAfter"):
                bound = to_ms(request.get("occurredAfter"))
                documents = [one for one in documents if to_ms(one["occurredAt"]) > bound]
            if request.get("occurredBefore"):
                bound = to_ms(request.get("occurredBefore"))
                documents = [one for one in documents if to_ms(one["occurredAt"]) < bound]
        except ValueError:
            raise ApiError(400, "A bound is not a date", "VALIDATION_ERROR") from None
        return item_page(request, documents)

    def users(self, request: Request) -> Reply:
        return item_page(request, self._platform.items.all("settings_users"))

    def user(self, request: Request) -> Reply:
        return json_reply(found(self._platform.items.get("settings_users", request.params["id"])))

    def teams(self, request: Request) -> Reply:
        return json_reply({"results": self._platform.items.all("teams")})
