"""Identity providers of the organization."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access.pages import AccountPage
from accounts.sso.adapter import TEST, provider_of
from accounts.sso.enums import ProviderKind
from accounts.sso.models import IdentityProvider
from accounts.sso.saml import config
from accounts.sso.saml.metadata import expiry_of
from accounts.sso.selectors import providers as selectors
from accounts.sso.services import providers
from accounts.sso.web.forms import (
    DomainForm,
    OidcConnectionForm,
    OidcForm,
    ProviderForm,
    SamlConnectionForm,
    SamlForm,
)
from accounts.sso.web.handoff import hand_off
from listbackup.core.errors import Conflict, InvalidInput
from listbackup.core.web.forms import TypedNameForm, take_errors

NEXT_SLUG = "sso_slug"  # in the session: the address part of a provider that is being added
FORMS: dict[ProviderKind, Any] = {ProviderKind.OIDC: OidcForm, ProviderKind.SAML: SamlForm}
CONNECTION_FORMS: dict[ProviderKind, Any] = {
    ProviderKind.OIDC: OidcConnectionForm,
    ProviderKind.SAML: SamlConnectionForm,
}


class SettingsPage(AccountPage):
    """Providers and domains."""

    permissions = {"get": "sso.manage"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return settings_page(request, self.context, DomainForm())


def settings_page(request: HttpRequest, context: Any, form: DomainForm, status: int = 200) -> HttpResponse:
    values = {
        "providers": selectors.providers_of(context),
        "domains": selectors.domains_of(context),
        "form": form,
    }
    return render(request, "accounts/sso_settings.html", values, status=status)


class AddPage(AccountPage):
    """The page says our addresses first: the identity provider asks for them before it gives away its own."""

    permissions = {"get": "sso.manage", "post": "sso.manage"}
    kind: ProviderKind = ProviderKind.OIDC

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, FORMS[self.kind](context=self.context))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FORMS[self.kind](request.POST, context=self.context)
        if form.is_valid():
            try:
                made = providers.add_provider(
                    self.context, self.kind, slug=self._slug(request), **form.joining(), **form.connection()
                )
            except InvalidInput as error:
                take_errors(form, error.fields)
            except Conflict as error:
                form.add_error(None, f"{error.message} {error.remedy}")
            else:
                request.session.pop(NEXT_SLUG, None)
                messages.success(request, "Added. Now test the sign-in, then switch it on.")
                return redirect("sso:provider", pk=made.pk)
        return self._page(request, form, status=400)

    def _slug(self, request: HttpRequest) -> str:
        known = request.session.get(NEXT_SLUG)
        if not known:
            known = request.session[NEXT_SLUG] = providers.new_slug(self.context)
        return str(known)

    def _page(self, request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
        values = {"form": form, "kind": self.kind, "addresses": selectors.our_addresses(self.kind, self._slug(request))}
        return render(request, "accounts/sso_connection.html", values, status=status)


class ProviderPage(AccountPage):
    """One provider; POST changes its name and what new people get."""

    permissions = {"get": "sso.manage", "post": "sso.manage"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        return self._page(request, found, ProviderForm(provider=found, context=self.context))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        form = ProviderForm(request.POST, provider=found, context=self.context)
        if form.is_valid():
            try:
                providers.change_provider(self.context, pk, **form.joining())
            except InvalidInput as error:
                take_errors(form, error.fields)
            else:
                messages.success(request, "Saved.")
                return redirect("sso:provider", pk=pk)
        return self._page(request, found, form, status=400)

    def _page(
        self, request: HttpRequest, provider: IdentityProvider, form: ProviderForm, status: int = 200
    ) -> HttpResponse:
        told = request.session.pop(TEST, None)
        values = {
            "provider": provider,
            "form": form,
            "addresses": selectors.our_addresses(provider.kind, provider.slug),
            "certificates": [expiry_of(one) for one in provider.settings.get("certificates", [])],
            "start_url": config.public(reverse("sso:start", args=[provider.slug])),
            "told": told if told and told.get("provider") == str(provider.pk) else None,
        }
        return render(request, "accounts/sso_provider.html", values, status=status)


class ConnectionPage(AccountPage):
    """Another issuer, secret or metadata for a provider that is there."""

    permissions = {"get": "sso.manage", "post": "sso.manage"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        known = {name: found.settings.get(name, "") for name in ("issuer", "client_id", "metadata_url")}
        return self._page(request, found, CONNECTION_FORMS[ProviderKind(found.kind)](initial=known))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        form = CONNECTION_FORMS[ProviderKind(found.kind)](request.POST)
        if form.is_valid():
            try:
                providers.replace_connection(self.context, pk, **form.connection())
            except InvalidInput as error:
                take_errors(form, error.fields)
            else:
                messages.success(request, "Replaced. Test the sign-in now.")
                return redirect("sso:provider", pk=pk)
        return self._page(request, found, form, status=400)

    @staticmethod
    def _page(request: HttpRequest, provider: IdentityProvider, form: Any, status: int = 200) -> HttpResponse:
        addresses = selectors.our_addresses(provider.kind, provider.slug)
        values = {"form": form, "kind": provider.kind, "addresses": addresses, "provider": provider}
        return render(request, "accounts/sso_connection.html", values, status=status)


class TestPage(AccountPage):
    """Leaves for the provider; what it says is shown on the provider's page, and nobody is signed in."""

    permissions = {"post": "sso.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        answer = provider_of(found, request).redirect(request, "login", data={TEST: str(found.pk)})
        return hand_off(request, answer)


class EnabledPage(AccountPage):
    """Switches on (`enabled`) or off."""

    permissions = {"post": "sso.manage"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            found = providers.set_enabled(self.context, pk, enabled="enabled" in request.POST)
        except Conflict as error:
            messages.error(request, f"{error.message} {error.remedy}")
        else:
            told = "People can sign in through it now." if found.enabled else "Nobody can sign in through it any more."
            messages.success(request, told)
        return redirect("sso:provider", pk=pk)


class DeletePage(AccountPage):
    permissions = {"get": "sso.manage", "post": "sso.manage"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        return self._page(request, found, TypedNameForm(expected=found.name))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        found = selectors.provider_of(self.context, pk)
        form = TypedNameForm(request.POST, expected=found.name)
        if form.is_valid():
            try:
                providers.remove_provider(self.context, pk)
            except Conflict as error:
                form.add_error(None, f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{found.name} is removed.")
                return redirect("sso:settings")
        return self._page(request, found, form, status=400)

    @staticmethod
    def _page(request: HttpRequest, provider: IdentityProvider, form: Any, status: int = 200) -> HttpResponse:
        return render(request, "accounts/sso_delete.html", {"provider": provider, "form": form}, status=status)
