"""The routes of the product, and how to fill their parameters; walked by tests of access and of hostile input."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access.api import AccountContextMixin
from accounts.access.pages import AccountPage
from accounts.access.schema import entered, leave
from listbackup.testing import factories, sso_factories

# Routes of other people's code, and ours that are open on purpose.
FOREIGN = ("accounts/login", "accounts/", "_allauth/", "admin/", "__debug__/")
OPEN = {"api-docs", "oauth-callback", "invitation", "tls-ask"}


@dataclass(frozen=True)
class Route:
    path: str  # as configured, with converters
    name: str
    view: Any  # the view class, or None for a function

    @property
    def parameters(self) -> list[str]:
        return [part.split(":")[-1] for part in self.path.replace(">", "<").split("<")[1::2]]

    def __str__(self) -> str:
        return f"/{self.path}"


def walk(patterns: list[Any], prefix: str = "") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            callback = pattern.callback
            view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
            yield Route(path, pattern.name or "", view)


ROUTES = [route for route in walk(get_resolver().url_patterns) if not route.path.startswith(FOREIGN)]
WALKED = [route for route in ROUTES if route.view and issubclass(route.view, AccountPage | AccountContextMixin)]


def is_api(route: Route) -> bool:
    return issubclass(route.view, AccountContextMixin)


def make_world(people: Any, account: Any = None) -> dict[str, Any]:
    """Rows of every kind in one account, by default Acme's root."""
    account = account or people.acme
    with entered(account.organization):
        connection = factories.make_connection(account)
        source = factories.make_source(account, connection)
        snapshot = factories.make_snapshot(source)
        rows = {
            "connection": connection.pk,
            "source": source.pk,
            "group": factories.make_group(account, source).pk,
            "job": factories.make_job(source).pk,
            "snapshot": snapshot.pk,
            "hold": factories.make_hold(account, source).pk,
            "deleted_source": factories.make_deleted_source(account, connection).pk,
            "team": factories.make_team(account, people.olga).pk,
            **factories.make_client_world(account, source, snapshot),
            "portal_domain": factories.make_portal_domain(account).pk,
            "account": account.pk,
            "custom_platform": factories.make_custom_platform(account).pk,
            "identity_provider": sso_factories.make_identity_provider(account).pk,
            "email_domain": sso_factories.make_email_domain(account).pk,
            "platform": "hubspot",  # the catalogue is the same for everybody
        }
    leave()
    return rows


# What the `pk` of a path means, by how the path begins; the longest fit wins.
MEANING: dict[str, str] = {
    "sources/": "source",
    "sources/deleted/": "deleted_source",
    "holds/": "hold",
    "groups/": "group",
    "jobs/": "job",
    "snapshots/": "snapshot",
    "exports/": "job",
    "tree/": "account",
    "teams/": "team",
    "clients/": "client",
    "domains/": "portal_domain",
    "api/v1/domains": "portal_domain",
    "api/v1/clients": "client",
    "settings/sso/": "identity_provider",
    "settings/sso/domains/": "email_domain",
    "members/": "source",  # no membership has this id: 404 for everybody
    "connections/": "connection",
    "platforms/custom/": "custom_platform",
    "start/": "connection",
    "start/<uuid:pk>/running/": "source",
    "api/v1/teams": "team",
    "api/v1/accounts": "account",
    "api/v1/sources": "source",
    "api/v1/snapshots": "snapshot",
    "api/v1/holds": "hold",
    "api/v1/source-groups": "group",
    "api/v1/jobs": "job",
    "api/v1/connections": "connection",
    "api/v1/platforms": "platform",
    "api/v1/sso/providers": "identity_provider",
    "api/v1/sso/domains": "email_domain",
    "api/v1/custom-platforms": "custom_platform",
}
FIXED = {"platform": "hubspot", "key": "hubspot", "provider": "hubspot", "stream": "contacts", "number": "1"}


def fill(route: Route, world: dict[str, Any]) -> str:
    """The path with real ids in it. Fails when a parameter has no meaning here: say in MEANING or FIXED what it is."""
    path = route.path
    for name in route.parameters:
        if name in FIXED:
            value = FIXED[name]
        elif name == "connector":
            value = str(world["custom_platform"])
        elif name == "request_id":
            value = str(world["client_request"])
        elif name == "kind":
            value = "logo"
        elif name == "person_id":
            value = str(world["client_person"])
        elif name in ("source_id", "user_id", "invitation_id", "query_id"):
            # Of the two objects in such a path the first is the one that is walked.
            value = str(world["source"])
        else:
            known = [start for start in MEANING if path.startswith(start)]
            assert known, f"{route}: the walk does not know what {name} means"
            value = str(world[MEANING[max(known, key=len)]])
        start = path.index("<")
        path = path[:start] + value + path[path.index(">") + 1 :]
    return "/" + path
