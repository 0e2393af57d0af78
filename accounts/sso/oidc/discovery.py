"""What an issuer publishes about itself: its configuration and its keys, fetched through the guard and kept shortly."""

from typing import Any
from urllib.parse import urlsplit

import jwt
from django.conf import settings
from django.core.cache import cache

from accounts.sso.errors import IdentityProviderProblem
from accounts.sso.http import fetch_object

SECONDS = 300
WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def configuration(issuer: str) -> dict[str, Any]:
    """The issuer's configuration, checked. Raises IdentityProviderProblem."""
    key = f"sso:oidc:{issuer}"
    found = cache.get(key)
    if found is None:
        found = fetch_object(issuer.rstrip("/") + WELL_KNOWN)
        _check(found, issuer)
        cache.set(key, found, SECONDS)
    return dict(found)


def key_for(keys_url: str, kid: str | None) -> Any:
    """The public key of that id, asked for again when it is new; without an id the only one. Raises IdentityProviderProblem."""
    for fresh in (False, True):
        keys = _keys(keys_url, fresh)
        fitting = [one for one in keys if (one.key_id == kid if kid else len(keys) == 1)]
        if fitting:
            return fitting[0]
    raise IdentityProviderProblem("The identity provider signs with a key that it does not publish.")


def _keys(keys_url: str, fresh: bool) -> list[jwt.PyJWK]:
    key = f"sso:jwks:{keys_url}"
    found = None if fresh else cache.get(key)
    if found is None:
        found = fetch_object(keys_url)
        cache.set(key, found, SECONDS)
    try:
        return jwt.PyJWKSet.from_dict(found).keys
    except (jwt.PyJWTError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise IdentityProviderProblem("The identity provider publishes no keys that can be read.") from error


def _check(found: dict[str, Any], issuer: str) -> None:
    if found.get("issuer") != issuer:
        raise IdentityProviderProblem(
            f"The issuer calls itself {str(found.get('issuer'))[:200]}, not {issuer}.",
            remedy="Write the issuer exactly as it calls itself.",
        )
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_usable(found.get(name)):
            raise IdentityProviderProblem(f"The issuer names no {name} that begins with https.")
    if found.get("userinfo_endpoint") is not None and not is_usable(found["userinfo_endpoint"]):
        raise IdentityProviderProblem("The issuer's userinfo_endpoint does not begin with https.")
    kinds = found.get("response_types_supported")
    if isinstance(kinds, list) and "code" not in kinds:
        raise IdentityProviderProblem("The issuer does not offer the authorization code flow.")


def is_usable(url: Any) -> bool:
    """https with a host; plain http only for hosts that the operator has allowed by name."""
    if not isinstance(url, str) or len(url) > 2000:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    private = host in settings.ALLOWED_PRIVATE_HOSTS or host in settings.PLATFORM_HOSTS
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and private))


def forget(issuer: str) -> None:
    """So that the next look at it is a fresh one."""
    cache.delete(f"sso:oidc:{issuer}")


def check_keys(keys_url: str) -> None:
    """Raises IdentityProviderProblem when no key is published."""
    if not _keys(keys_url, fresh=True):
        raise IdentityProviderProblem("The identity provider publishes no keys.")
