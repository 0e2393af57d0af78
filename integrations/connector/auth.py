"""Credentials, and how a request carries them."""

import base64
from collections.abc import Mapping, Sequence
from typing import Protocol

from integrations.connector.errors import AuthRefused, CredentialsRevoked
from integrations.connector.model import Auth, Manifest

OAUTH_KINDS = frozenset({"oauth2", "client_credentials"})


class Credentials(Protocol):
    """What a reader is given. Both methods are safe to call from several threads."""

    @property
    def secrets(self) -> Mapping[str, str]: ...

    def access_token(self) -> str:
        """A token that is good now. Raises CredentialsRevoked."""

    def refresh(self, stale: str) -> str:
        """Another token than `stale`. Raises CredentialsRevoked."""


class StaticCredentials:
    """Secrets that do not change: keys, passwords, a token as long as it lives."""

    def __init__(self, secrets: Mapping[str, str], *, scopes: Sequence[str] = ()) -> None:
        self.secrets: Mapping[str, str] = dict(secrets)
        self.scopes = tuple(scopes)  # as granted, when known: `Reader.check` compares

    def __repr__(self) -> str:
        return f"<StaticCredentials {', '.join(sorted(self.secrets))}>"

    def access_token(self) -> str:
        return self.secrets.get("access_token") or self.secrets.get("token") or ""

    def refresh(self, stale: str) -> str:
        raise CredentialsRevoked("The token was refused and there is nothing to renew it with.")


def choose_auth(manifest: Manifest, secrets: Mapping[str, str]) -> Auth:
    """The way to sign in that these secrets are for. Raises AuthRefused when none fits."""
    named = [auth for auth in manifest.auth if auth.kind not in OAUTH_KINDS | {"none"}]
    if "refresh_token" in secrets or not secrets:
        named = []
    for auth in named:
        if all(secrets.get(secret.name) for secret in auth.secrets if not secret.optional):
            return auth
    for auth in manifest.auth:
        token = auth.kind == "oauth2" and secrets.get("access_token")
        client = auth.kind == "client_credentials" and (secrets.get("client_id") or secrets.get("access_token"))
        if token or client or auth.kind == "none":
            return auth
    wanted = " or ".join(" and ".join(secret.name for secret in auth.secrets) or auth.kind for auth in manifest.auth)
    raise AuthRefused(f"{manifest.name} needs {wanted}.", code="auth.missing", remedy="Enter the missing secret.")


def sign(auth: Auth, credentials: Credentials) -> tuple[dict[str, str], dict[str, str], str]:
    """Headers, query parameters and the token in them (for `refresh`)."""
    if auth.kind == "none":
        return {}, {}, ""
    if auth.kind in OAUTH_KINDS:
        token = credentials.access_token()
        return {"Authorization": f"Bearer {token}"}, {}, token
    if auth.kind == "basic":
        user, password = (credentials.secrets.get(secret.name, "") for secret in auth.secrets)
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}, {}, pair
    value = auth.prefix + credentials.secrets.get(auth.secrets[0].name, "").strip()
    if not value.isprintable():
        raise AuthRefused("The key holds characters that no key has.", code="auth.missing")
    if auth.place == "query":
        return {}, {auth.name: value}, value
    return {auth.name: value}, {}, value
