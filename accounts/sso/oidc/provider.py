"""OpenID Connect for organizations, stricter than allauth's own: signature, issuer, nonce and subject are all checked."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.sso import http
from accounts.sso.assertion import Assertion, AssertionProvider
from accounts.sso.errors import IdentityProviderProblem
from accounts.sso.oidc import discovery


@contextmanager
def _reading() -> Iterator[None]:
    """An answer of another shape than the protocol's is a failed sign-in, not a fault of ours."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, IdentityProviderProblem) as error:
        raise OAuth2Error(f"the identity provider's answer cannot be read: {error!r}") from error


class OidcAdapter(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        return discovery.configuration(self.get_provider().app.settings["issuer"])

    @property
    def basic_auth(self) -> bool:
        # What holds for an issuer that does not say.
        return "client_secret_post" not in self.openid_config.get("token_endpoint_auth_methods_supported", [])

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.PUBLIC_URL.rstrip("/") + reverse("openid_connect_callback", args=[self.provider_id])

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        with _reading():
            return super().get_access_token_data(*args, **kwargs)

    def parse_token(self, data: Any) -> SocialToken:
        with _reading():
            return super().parse_token(data)

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The claims of the ID token, completed by those of the userinfo endpoint. Raises OAuth2Error, SsoRefused."""
        with _reading():
            signed = self._verified(app, kwargs["response"]["id_token"])
            claims = {**self._userinfo(token.token, signed["sub"]), **_without_empty(signed)}
            verified = claims.get("email_verified")
            assertion = Assertion(
                subject=str(claims["sub"]),
                email=str(claims.get("email") or "").lower(),
                email_verified=None if verified is None else verified in (True, "true"),
                name=str(claims.get("name") or "")[:150],
                nonce=str(signed.get("nonce") or ""),
            )
        return self.get_provider().sociallogin_from_assertion(request, assertion)  # type: ignore[no-any-return]

    def _verified(self, app: Any, id_token: str) -> dict[str, Any]:
        config = self.openid_config
        try:
            key = discovery.key_for(config["jwks_uri"], jwt.get_unverified_header(id_token).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key.key,
                algorithms=discovery.ALGORITHMS,
                audience=app.client_id,
                issuer=config["issuer"],
                leeway=60,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"the ID token is refused: {error}") from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("the ID token is for another client")
        return claims

    def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        with http.session() as session:
            answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            answer.raise_for_status()
        found = answer.json()
        if found["sub"] != subject:
            raise OAuth2Error("userinfo and ID token are about two people")
        return dict(found)


class OidcProvider(AssertionProvider, OpenIDConnectProvider):
    package = "accounts.sso.oidc"
    oauth2_adapter_class = OidcAdapter
    pkce_enabled_default = True
    # A token from elsewhere has neither our state nor our nonce.
    supports_token_authentication = False

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        wishes = {**(kwargs.pop("auth_params", None) or {}), "nonce": nonce}
        return super().redirect(request, process, next_url, data, auth_params=wishes, nonce=nonce, **kwargs)


def _without_empty(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value not in (None, "")}
