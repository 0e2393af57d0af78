"""How django-allauth sees providers: Google and Microsoft from the settings, organizations' own from our rows.

Rows of allauth's SocialApp are never used: they would keep secrets in plain text and offer every provider to everybody.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import redirect

from accounts.models import User
from accounts.sso import http
from accounts.sso.assertion import Assertion
from accounts.sso.enums import ProviderKind
from accounts.sso.errors import SsoRefused
from accounts.sso.models import IdentityProvider
from accounts.sso.selectors.providers import by_slug
from accounts.sso.services import sign_in
from listbackup.core.crypto import decrypt

ALLAUTH_IDS = {ProviderKind.OIDC: "openid_connect", ProviderKind.SAML: "saml"}
TEST = "sso_test"  # in the state of a sign-in: the provider's row that is tried out


def app_of(provider: IdentityProvider) -> SocialApp:
    """The row in allauth's shape; never saved."""
    oidc = provider.kind == ProviderKind.OIDC
    return SocialApp(
        provider=ALLAUTH_IDS[ProviderKind(provider.kind)],
        provider_id=provider.slug,
        name=provider.name,
        client_id=provider.settings["client_id"] if oidc else provider.slug,
        secret=decrypt(provider.secret) if oidc else "",
        settings=provider.settings,
    )


def provider_of(provider: IdentityProvider, request: HttpRequest) -> Any:
    return app_of(provider).get_provider(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Those for everybody; an organization's own only when it is named by its slug."""
        shared = _build_apps_from_settings(provider=provider, client_id=client_id)
        found = [app for apps in shared.values() for app in apps]
        if provider and not found:
            own = by_slug(provider)
            found = [app_of(own)] if own else []
        return found

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            if provider in ("google", "microsoft"):
                raise Http404 from None  # allauth's own views of these would answer 500
            raise

    def get_requests_session(self) -> Any:
        return http.session()

    def is_email_verified(self, provider: Any, email: str) -> bool:
        """Never by setting: what the provider itself says counts, and only where `authenticate_by_email` trusts it."""
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Any, str] | None:
        """An existing person is linked when both sides have proved the address.

        Of the providers for everybody only Google can: it says whether it is in charge of the address. Microsoft's
        addresses are whatever a tenant's administrator typed. Organizations' own providers are judged by
        `services.sign_in`.
        """
        if sociallogin.account.provider != "google":
            return None
        for one in sociallogin.email_addresses:
            if one.verified and _google_is_in_charge(one.email, sociallogin.account.extra_data):
                address = EmailAddress.objects.select_related("user").filter(email__iexact=one.email, verified=True)
                found = address.first()
                if found is not None and not found.user.is_staff:
                    return found.user, one.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        assertion: Assertion | None = getattr(sociallogin, "assertion", None)
        if assertion is None:
            if by_slug(sociallogin.account.provider) is not None:
                raise SsoRefused("This sign-in did not come from the identity provider.", remedy="Sign in again.")
            return
        provider = by_slug(sociallogin.account.provider)
        if provider is None or assertion.nonce != (sociallogin.state.get("nonce") or ""):
            raise SsoRefused("This sign-in was not begun here.", remedy="Start at the sign-in page.")
        if (sociallogin.state.get("data") or {}).get(TEST):
            _end_test(request, provider, assertion)
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise SsoRefused("An organization's sign-in cannot be linked by hand.", remedy="Sign in through it.")
        account = sign_in.admit(provider, assertion, ip=request.META.get("REMOTE_ADDR"))
        sociallogin.account, sociallogin.user = account, account.user

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = str(data.get("name") or " ".join(part for part in parts if part))[:150]
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        return {**super().get_signup_form_initial_data(sociallogin), "name": getattr(sociallogin.user, "name", "")}

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        return super().save_user(request, sociallogin, form)  # type: ignore[no-any-return]


def _google_is_in_charge(email: str, told: dict[str, Any]) -> bool:
    domain = email.rpartition("@")[2].lower()
    return domain in ("gmail.com", "googlemail.com") or (bool(domain) and str(told.get("hd", "")).lower() == domain)


def _end_test(request: HttpRequest, provider: IdentityProvider, assertion: Assertion) -> None:
    """Back to the settings with what the provider said; nobody is signed in. Raises ImmediateHttpResponse."""
    request.session[TEST] = {"provider": str(provider.pk), **sign_in.try_out(provider, assertion)}
    raise ImmediateHttpResponse(redirect("sso:provider", pk=provider.pk))
