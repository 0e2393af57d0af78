"""The account tree, and one account's settings, place and end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import resolve
from accounts.access.context import AccountContext
from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from accounts.access.resolve import closed_context
from accounts.enums import AccountStatus, Via
from accounts.errors import AccountNotFound
from accounts.models import Account
from accounts.plans import usage_of
from accounts.selectors.accounts import children_of
from accounts.services import closing, hierarchy
from accounts.services.account_settings import effective_settings
from accounts.web.forms import AccountForm, AccountSettingsForm
from listbackup.core.db import connection
from listbackup.core.errors import Conflict, InvalidInput, ListBackupError
from listbackup.core.web.forms import TypedNameForm


class TreePage(AccountPage):
    """The accounts below the current one; POST makes another."""

    permissions = {"get": "account.view", "post": "account.create_sub_account"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AccountForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AccountForm(request.POST)
        if form.is_valid():
            try:
                account = hierarchy.create_sub_account(self.context, **form.cleaned_data)
            except (Conflict, InvalidInput) as error:
                form.add_error("name", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{account.name} is made. Enter it to connect its platforms.")
                return redirect("accounts:tree")
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: AccountForm, status: int = 200) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:100]
        values = {"page": page_of(request, children_of(self.context, text)), "form": form, "q": text}
        return render(request, "accounts/tree.html", values, status=status)


class NamedAccountPage(AccountPage):
    """A page about the account that its address names, also while it is suspended or being deleted."""

    def permitted(self, request: HttpRequest) -> AccountContext | None:
        here = getattr(request, "context", None)
        named = closed_context(request.user, self.kwargs["pk"], via=Via.SESSION, ip=request.META.get("REMOTE_ADDR"))  # type: ignore[arg-type]
        if here is not None and named.organization.pk != here.organization.pk:
            raise AccountNotFound("There is no such account, or you are not a member of it.")
        if here is None:  # everything the person has is closed: this page is the way to open it again
            connection.set_tenant(named.organization)
        return named


class AccountSettingsPage(NamedAccountPage):
    permissions = {"get": "account.view", "post": "account.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = self._form(request.POST)
        if form.is_valid():
            try:
                hierarchy.update_account(self.context, **form.changes())
            except InvalidInput as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, "Saved.")
                return redirect("accounts:account", pk=pk)
        return self._page(request, form, status=400)

    def _form(self, data: Any = None) -> AccountSettingsForm:
        account = self.context.account
        return AccountSettingsForm(data, account=account, effective=effective_settings(account))

    def _page(self, request: HttpRequest, form: AccountSettingsForm, status: int = 200) -> HttpResponse:
        account = self.context.account
        others = Account.objects.none()
        if not account.is_root:
            others = resolve.accounts_of(self.context.user).filter(organization=self.context.organization)  # type: ignore[arg-type]
            others = others.exclude(path__startswith=account.path).exclude(children=account)
        values = {
            "account": account,
            "named": self.context,
            "form": form,
            "bars": usage_of(account),
            "effective": form.effective,
            "parents": others.order_by("path")[:500],
            "is_open": account.status == AccountStatus.ACTIVE,
        }
        return render(request, "accounts/account.html", values, status=status)


class AccountMovePage(NamedAccountPage):
    permissions = {"post": "account.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            account = hierarchy.move_account(self.context, parent_id=request.POST.get("parent", ""))
            messages.success(request, f"{account.name} has moved.")
        except (Conflict, InvalidInput) as error:
            messages.error(request, error.message)
        return redirect("accounts:account", pk=pk)


class AccountSuspendPage(NamedAccountPage):
    """POST suspends, or with `active` reactivates."""

    permissions = {"post": "account.suspend"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            if "active" in request.POST:
                hierarchy.reactivate_account(self.context)
                messages.success(request, "The account is open again; its backups go on as planned.")
            else:
                hierarchy.suspend_account(self.context, reason=request.POST.get("reason", ""))
                messages.success(request, "The account is suspended. Nothing is lost.")
        except Conflict as error:
            messages.error(request, f"{error.message} {error.remedy}")
        return redirect("accounts:account", pk=pk)


class AccountDeletePage(NamedAccountPage):
    """Asks for the name typed; POST with `cancel` keeps an account that was going to be deleted."""

    permissions = {"get": "account.delete", "post": "account.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, TypedNameForm(expected=self.context.account.name))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        account = self.context.account
        if "cancel" in request.POST:
            try:
                closing.cancel_erasure(self.context)
                messages.success(request, f"{account.name} stays. Its backups go on as planned.")
            except ListBackupError as error:
                messages.error(request, error.message)
            return redirect("accounts:account", pk=pk)
        form = TypedNameForm(request.POST, expected=account.name)
        if not form.is_valid():
            return self._page(request, form, status=400)
        closing.schedule_erasure(self.context)
        messages.success(
            request, f"{account.name} is closed and will be deleted in 30 days. Until then you can keep it."
        )
        return redirect("accounts:account-delete", pk=pk)

    def _page(self, request: HttpRequest, form: TypedNameForm, status: int = 200) -> HttpResponse:
        account = self.context.account
        below = Account.objects.filter(path__startswith=account.path).exclude(pk=account.pk).count()
        values = {"account": account, "form": form, "below": below, "bars": usage_of(account)}
        return render(request, "accounts/account_delete.html", values, status=status)
