"""Names of the portal: added, proved, made the main one."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from domains.models import Domain
from domains.selectors.hosts import domains_of, get_domain, own_host, portal_url
from domains.services import names
from listbackup.core.errors import Conflict, InvalidInput, Unavailable
from listbackup.core.web.forms import take_errors


class DomainForm(forms.Form):
    domain = forms.CharField(label="Name", max_length=253, help_text="Such as backup.example.com.")


class DomainListPage(AccountPage):
    permissions = {"get": "domain.view", "post": "domain.manage"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, DomainForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DomainForm(request.POST)
        if form.is_valid():
            try:
                made = names.add_domain(self.context, form.cleaned_data["domain"])
            except InvalidInput as error:
                take_errors(form, error.fields)
            except Conflict as error:
                form.add_error("domain", f"{error.message} {error.remedy}")
            else:
                return redirect("domains:detail", pk=made.pk)
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: DomainForm, status: int = 200) -> HttpResponse:
        account = self.context.account
        values = {
            "page": page_of(request, domains_of(account)),
            "form": form,
            "own_host": own_host(account),
            "address": portal_url(account),
        }
        return render(request, "domains/domain_list.html", values, status=status)


class DomainPage(AccountPage):
    """The records that are needed and what stands there now; POST checks, makes it the main name or removes it."""

    permissions = {"get": "domain.manage", "post": "domain.manage"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        domain = get_domain(self.context, pk)
        try:
            found, trouble = names.instructions(domain), ""
        except Unavailable as error:
            found, trouble = names.needed(domain), f"{error.message} {error.remedy}"
        return self._page(request, domain, found, trouble)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        domain, action = get_domain(self.context, pk), request.POST.get("action", "check")
        if action == "remove":
            names.remove_domain(self.context, domain)
            messages.success(request, f"{domain.domain} does not serve your portal any more.")
            return redirect("domains:list")
        try:
            messages.success(request, self._do(domain, action))
        except (Conflict, Unavailable) as error:
            messages.error(request, f"{error.message} {error.remedy}")
        return redirect("domains:detail", pk=pk)

    def _do(self, domain: Domain, action: str) -> str:
        if action == "primary":
            names.make_primary(self.context, domain)
            return f"Links in mails lead to {domain.domain} from now on."
        _, found = names.verify_domain(self.context, domain)
        missing = [one.kind for one in found if not one.is_right]
        if missing:
            return f"Checked. Still missing: {' and '.join(missing)}."
        return f"{domain.domain} serves your portal."

    @staticmethod
    def _page(request: HttpRequest, domain: Domain, found: list[names.Record], trouble: str) -> HttpResponse:
        values = {
            "domain": domain,
            "records": found,
            "trouble": trouble,
            "is_right": all(one.is_right for one in found),
        }
        return render(request, "domains/domain_detail.html", values)
