"""Domains of the organization."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from accounts.sso.models import EmailDomain
from accounts.sso.selectors import providers as selectors
from accounts.sso.services import domains
from accounts.sso.web.forms import DomainForm, RequirementForm
from accounts.sso.web.views.providers import settings_page
from listbackup.core.errors import Conflict, InvalidInput, Unavailable
from listbackup.core.web.forms import take_errors


class DomainsPage(AccountPage):
    """POST claims a domain."""

    permissions = {"post": "sso.manage"}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DomainForm(request.POST)
        if form.is_valid():
            try:
                made = domains.claim(self.context, form.cleaned_data["domain"])
            except InvalidInput as error:
                take_errors(form, error.fields)
            except Conflict as error:
                form.add_error("domain", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"Add the TXT record of {made.domain} now, then check it.")
                return redirect("sso:domain", pk=made.pk)
        return settings_page(request, self.context, form, status=400)


class DomainPage(AccountPage):
    """The record to add, and who must use single sign-on; POST changes the latter (`required`)."""

    permissions = {"get": "sso.manage", "post": "sso.manage"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.domain_in(self.context, pk)
        initial = {"break_glass": str(found.break_glass_id or "")}
        return self._page(request, found, RequirementForm(owners=domains.owners(self.context), initial=initial))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.domain_in(self.context, pk)
        required = "required" in request.POST
        form = RequirementForm(request.POST, owners=domains.owners(self.context))
        if not form.is_valid():
            return self._page(request, found, form, status=400)
        chosen = form.cleaned_data["break_glass"]
        try:
            domains.set_required(self.context, pk, required=required, break_glass=UUID(chosen) if chosen else None)
        except Conflict as error:
            form.add_error(None, f"{error.message} {error.remedy}")
            return self._page(request, found, form, status=409)
        told = "must use single sign-on from now on." if required else "may use passwords again."
        messages.success(request, f"People of {found.domain} {told}")
        return redirect("sso:domain", pk=pk)

    def _page(self, request: HttpRequest, domain: EmailDomain, form: Any, status: int = 200) -> HttpResponse:
        ways = selectors.providers_of(self.context).filter(enabled=True)
        values = {"domain": domain, "form": form, "ways": ways}
        return render(request, "accounts/sso_domain.html", values, status=status)


class DomainCheckPage(AccountPage):
    permissions = {"post": "sso.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            found = domains.check(self.context, pk)
        except (Conflict, Unavailable) as error:
            messages.error(request, f"{error.message} {error.remedy}")
        else:
            if found.verified_at:
                messages.success(request, f"{found.domain} is verified.")
            else:
                messages.error(request, "The record is not there yet. It can take an hour until everybody sees it.")
        return redirect("sso:domain", pk=pk)


class DomainReleasePage(AccountPage):
    permissions = {"post": "sso.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            domains.release(self.context, pk)
        except Conflict as error:
            messages.error(request, f"{error.message} {error.remedy}")
            return redirect("sso:domain", pk=pk)
        messages.success(request, "The domain is given up.")
        return redirect("sso:settings")
