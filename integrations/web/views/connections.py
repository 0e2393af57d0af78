"""The list of connections and the page of one."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import rules
from accounts.access.pages import AccountPage
from integrations.api.filters import ConnectionFilter
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.selectors.connections import connections_of, get_connection
from integrations.selectors.forecast import forecasts
from integrations.selectors.platforms import catalogue, option_of, platform_name, platform_of
from integrations.services.fan_out import is_agency
from integrations.services.webhooks import webhook_facts
from integrations.web.consent import allow_consent_page
from integrations.web.panels import connection_panels

PAGE = 50
MEMBERS = 100
SORTS = {
    "name": ("name", "-id"),
    "-name": ("-name", "-id"),
    "checked": ("last_checked_at", "-id"),
    "-checked": ("-last_checked_at", "-id"),
    "created": ("id",),
    "-created": ("-id",),
}


class ConnectionListPage(AccountPage):
    """What waits for a person comes first, unless another order is asked for."""

    permissions = {"get": "connection.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        rows: Any = connections_of(self.context)
        totals = rows.order_by().aggregate(
            total=Count("id"), waiting=Count("id", filter=Q(status=ConnectionStatus.NEEDS_RECONNECT))
        )
        filters = ConnectionFilter(request.GET, queryset=rows)
        if filters.is_valid():
            rows = filters.qs
        sort = request.GET.get("sort", "")
        waits = Case(When(status=ConnectionStatus.ACTIVE, then=Value(1)), default=Value(0), output_field=IntegerField())
        rows = rows.order_by(*SORTS[sort]) if sort in SORTS else rows.annotate(waits=waits).order_by("waits", "-id")
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        shown = list(page.object_list)
        ends = forecasts(shown)
        context = {
            "page": page,
            "rows": [
                {"connection": row, "platform": platform_name(row), "key": row.platform_key, "forecast": ends[row.pk]}
                for row in shown
            ],
            "platforms": catalogue(),
            "statuses": [choice for choice in ConnectionStatus.choices if choice[0] != ConnectionStatus.DELETED],
            "wanted": {name: request.GET.get(name, "") for name in ("platform", "status", "name", "sort")},
            "may_create": rules.can(self.context, "connection.create"),
            **totals,
            "filtered": any(request.GET.get(name) for name in ("platform", "status", "name")),
        }
        return render(request, "integrations/connection_list.html", context)


class ConnectionPage(AccountPage):
    permissions = {"get": "connection.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return connection_page(self, request, get_connection(self.context, pk))


def connection_page(
    page: AccountPage, request: HttpRequest, connection: Connection, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a connection, also with the result of a test or the errors of a form on it."""
    platform = platform_of(connection)
    context = {
        "connection": connection,
        "platform": platform,
        "option": option_of(platform, connection.auth_kind),
        "is_agency": is_agency(connection),
        "members": connection.members.exclude(status=ConnectionStatus.DELETED).order_by("name")[:MEMBERS],
        "forecast": forecasts([connection])[connection.pk],
        "webhooks": webhook_facts(connection),
        "panels": connection_panels(request, page.context, connection),
        "may": {name: rules.can(page.context, f"connection.{name}") for name in ("update", "test", "delete", "create")},
        **more,
    }
    response = render(request, "integrations/connection_detail.html", context, status=status)
    return allow_consent_page(response, platform)
