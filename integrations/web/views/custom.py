"""Custom connectors: the list, one with its versions, going back to an older version, deleting."""

import difflib
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import rules
from accounts.access.pages import AccountPage
from integrations.models import CustomPlatform
from integrations.selectors.connections import connections_of
from integrations.selectors.custom_platforms import (
    all_custom_platforms,
    custom_connection_counts,
    get_custom_platform,
    get_version,
    versions_of,
)
from integrations.selectors.platforms import custom_info
from integrations.services import custom_platforms as service
from listbackup.core.errors import ListBackupError
from listbackup.core.web.forms import TypedNameForm

PAGE = 50
MOST_LINES = 5000


class CustomListPage(AccountPage):
    """Those of the account, those it got from above, and those of the accounts below it."""

    permissions = {"get": "custom_platform.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        account = self.context.account
        page = Paginator(all_custom_platforms(self.context), PAGE).get_page(request.GET.get("page"))
        counts = custom_connection_counts(self.context)
        above = set(account.ancestor_ids)
        rows = [
            {
                "custom": row,
                "connections": counts.get(row.pk, 0),
                "may_open": row.account.path.startswith(account.path),
                "may_connect": row.account_id in above and rules.can(self.context, "connection.create"),
            }
            for row in page.object_list
        ]
        return render(request, "integrations/custom_list.html", {"page": page, "rows": rows})


class CustomPage(AccountPage):
    """One connector: what it reads, who uses it, its versions."""

    permissions = {"get": "custom_platform.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        custom = get_custom_platform(self.context, pk)
        found = connections_of(self.context).filter(custom_platform=custom)
        context = {
            "custom": custom,
            "platform": custom_info(custom),
            "connections": found[:PAGE],
            "connection_count": found.count(),
            "page": Paginator(versions_of(self.context, custom), PAGE).get_page(request.GET.get("page")),
            "may_connect": custom.account_id in self.context.account.ancestor_ids,
        }
        return render(request, "integrations/custom_detail.html", context)


class VersionPage(AccountPage):
    """A version beside the newest one; sending the page saves it again as the newest."""

    permissions = {"get": "custom_platform.view", "post": "custom_platform.update"}

    def get(self, request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
        return self._page(request, get_custom_platform(self.context, pk), number)

    def post(self, request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
        custom = get_custom_platform(self.context, pk)
        try:
            saved = service.go_back(self.context, custom, number=number)
        except ListBackupError as error:
            return self._page(request, custom, number, error=error, status=error.status)
        messages.success(request, f"{saved.name} is as it was in version {number}; this is version {saved.version}.")
        return redirect("platforms:custom", pk=pk)

    def _page(
        self,
        request: HttpRequest,
        custom: CustomPlatform,
        number: int,
        *,
        error: ListBackupError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        version = get_version(self.context, custom, number)
        context = {
            "custom": custom,
            "version": version,
            "lines": _differences(version.manifest, custom.manifest),
            "error": error,
        }
        return render(request, "integrations/custom_version.html", context, status=status)


class DeleteCustomPage(AccountPage):
    permissions = {"get": "custom_platform.delete", "post": "custom_platform.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        custom = get_custom_platform(self.context, pk)
        return self._page(request, custom, TypedNameForm(expected=custom.name))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        custom = get_custom_platform(self.context, pk)
        form = TypedNameForm(request.POST, expected=custom.name)
        if not form.is_valid():
            return self._page(request, custom, form, status=400)
        try:
            service.delete_custom_platform(self.context, custom)
        except ListBackupError as error:
            return self._page(request, custom, form, error=error, status=error.status)
        messages.success(request, f"{custom.name} was deleted.")
        return redirect("platforms:custom-list")

    def _page(
        self,
        request: HttpRequest,
        custom: CustomPlatform,
        form: TypedNameForm,
        *,
        error: ListBackupError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {"custom": custom, "form": form, "error": error}
        return render(request, "integrations/custom_delete.html", context, status=status)


def _differences(before: str, after: str) -> list[tuple[str, str]]:
    """(sign, line) pairs with three lines around each change: "-" only in `before`, "+" only in `after`, "@" a gap."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    lines = difflib.unified_diff(old, new, n=3, lineterm="")
    return [(line[0], line[1:]) for line in lines if not line.startswith(("---", "+++"))]
