"""SAML 2.0 for organizations: sign-in that we began, by the redirect binding."""

from typing import Any

from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from onelogin.saml2.auth import OneLogin_Saml2_Auth

from accounts.sso.assertion import AssertionProvider
from accounts.sso.saml.config import configuration, request_data


class SamlProvider(AssertionProvider, SAMLProvider):
    package = "accounts.sso.saml"

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        slug = self.app.provider_id
        auth = OneLogin_Saml2_Auth(request_data(slug), configuration(slug, self.app.settings))
        address = auth.login(return_to="")
        kwargs.pop("auth_params", None)  # only OIDC takes wishes
        self.stash_redirect_state(request, process, next_url, data, state_id=auth.get_last_request_id(), **kwargs)
        return HttpResponseRedirect(address)
