"""What every page's frame needs: navigation, the account switcher, the person's zone and theme."""

from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from accounts import plans
from accounts.access import resolve, rules
from accounts.access.context import AccountContext
from accounts.models import Account
from accounts.services.context_switch import RECENT

NAVIGATION: list[tuple[str, str, str, str]] = []  # label, url name, icon, permission
MOST_SWITCHABLE = 200
# The order of the rail; what is not named here comes last.
ORDER = (
    "dashboard",
    "sources",
    "groups",
    "snapshots",
    "connections",
    "platforms",
    "jobs",
    "teams",
    "clients",
    "domains",
    "accounts",
)


def add_navigation(label: str, url_name: str, icon: str, permission: str) -> None:
    """Adds an entry of the left rail. Apps call it from `web/urls.py` so that only existing pages are linked."""
    entry = (label, url_name, icon, permission)
    if entry not in NAVIGATION:
        NAVIGATION.append(entry)
        NAVIGATION.sort(
            key=lambda one: ORDER.index(one[1].split(":")[0]) if one[1].split(":")[0] in ORDER else len(ORDER)
        )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context for all pages; costs one query only where the account switcher is drawn."""
    user = getattr(request, "user", None)
    context = getattr(request, "context", None)
    theme = getattr(user, "theme", "system") if user is not None and user.is_authenticated else "system"
    found: dict[str, Any] = {
        "account_context": context,
        "theme": theme,
        "correlation_id": getattr(request, "correlation_id", ""),
    }
    if context is not None:
        found["nav"] = _navigation(request)
        found["switchable_accounts"] = SimpleLazyObject(lambda: _switchable(context))
        found["recent_accounts"] = SimpleLazyObject(lambda: _recent(request, found["switchable_accounts"]))
        found["accounts_above"] = SimpleLazyObject(lambda: resolve.accounts_above(context))
        found["usage"] = SimpleLazyObject(lambda: _storage(context))
    return found


def _switchable(context: AccountContext) -> list[Account]:
    """As many as a menu can hold, in the order of the tree; the page of accounts has them all."""
    return list(resolve.accounts_of(context.user).order_by("path")[:MOST_SWITCHABLE])  # type: ignore[arg-type]


def _recent(request: HttpRequest, switchable: Iterable[Account]) -> list[Account]:
    """Those that this browser was in before the present one, the last one first. Names alone of what may be entered."""
    known = {str(account.pk): account for account in switchable}
    return [known[pk] for pk in request.session.get(RECENT, []) if pk in known]


def _storage(context: AccountContext) -> dict[str, Any]:
    """The rail's bar: bytes used and allowed; empty without a limit. Kept for a minute, it stands on every page."""
    key = f"storage-bar:{context.account_id}"
    kept = cache.get(key)
    if kept is None:
        bar = plans.usage_in(context.account, "storage")
        plan = context.organization.plan
        kept = {}
        if bar.most is not None:
            kept = {"used": bar.used, "limit": bar.most, "plan": plan.name if plan else ""}
        cache.set(key, kept, 60)
    return dict(kept)


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    entries = []
    for label, url_name, icon, permission in NAVIGATION:
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        if rules.can(request.context, permission):  # type: ignore[attr-defined]
            active = request.path == url or (url != "/" and request.path.startswith(url))
            entries.append({"label": label, "url": url, "icon": icon, "active": active})
    return entries
