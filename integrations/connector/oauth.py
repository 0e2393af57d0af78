"""OAuth 2 calls: authorization code with PKCE, refresh, client credentials, introspection, revocation. Stores nothing."""

import base64
import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from integrations.connector.auth import OAUTH_KINDS
from integrations.connector.errors import AuthRefused, BadResponse, ConnectorError, CredentialsRevoked, Unavailable
from integrations.connector.model import Auth, ErrorRule, Manifest
from integrations.connector.responses import rule_fits
from integrations.connector.shapes import dig, plain_text
from listbackup.core.clock import now
from listbackup.core.http.client import HttpSettings, build_client, rewritten
from listbackup.core.http.redact import redact

_REVOKED = frozenset({"invalid_grant", "bad_refresh_token", "unauthorized_client", "access_denied"})
MOST_REPLY = 1 << 20
_BY_RULE: dict[str, type[ConnectorError]] = {"reconnect": CredentialsRevoked, "retry": Unavailable, "fail": AuthRefused}


@dataclass(frozen=True, slots=True)
class TokenSet:
    """`expires_at` is None for tokens that do not end; `account` is the reply without its tokens."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: dt.datetime | None = None
    scopes: tuple[str, ...] = ()
    account: Mapping[str, Any] = field(default_factory=dict)


def pkce_pair() -> tuple[str, str]:
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorization_url(
    manifest: Manifest,
    *,
    client_id: str,
    redirect_uri: str,
    state: str,
    challenge: str,
    scopes: Sequence[str] | None = None,
    platform_hosts: Mapping[str, str] | None = None,
) -> str:
    """The consent page's address. `scopes` replaces the manifest's required ones; `platform_hosts` as in HttpSettings."""
    auth = manifest.auth_of("oauth2")
    wanted = tuple(auth.scopes if scopes is None else scopes)
    params = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": auth.scope_separator.join(wanted),
        "state": state,
    }
    optional = [scope for scope in auth.optional_scopes if scope not in wanted]
    if optional and auth.optional_scope_param:
        params[auth.optional_scope_param] = auth.scope_separator.join(optional)
    if auth.pkce:
        params |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    params |= auth.authorize_params
    joint = "&" if "?" in auth.authorize_url else "?"
    url = f"{auth.authorize_url}{joint}{urlencode({name: text for name, text in params.items() if text})}"
    return rewritten(url, platform_hosts or {})


def exchange_code(
    manifest: Manifest,
    *,
    client_id: str,
    client_secret: str,
    redirect_uri: str,
    code: str,
    verifier: str,
    http: HttpSettings,
) -> TokenSet:
    """Raises CredentialsRevoked (the code is not accepted), AuthRefused (our client is not), Unavailable, BadResponse."""
    auth = manifest.auth_of("oauth2")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **auth.token_params}
    if auth.pkce:
        form["code_verifier"] = verifier
    return _tokens(manifest, auth, _post(manifest, auth, auth.token_url, form, client_id, client_secret, http))


def refresh_token(
    manifest: Manifest, *, client_id: str, client_secret: str, refresh_token: str, http: HttpSettings
) -> TokenSet:
    """Raises CredentialsRevoked when the grant is gone. The reply's refresh token, when it has one, replaces the old."""
    auth = manifest.auth_of("oauth2")
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **auth.token_params}
    how = auth.refresh_auth or auth.client_auth
    reply = _post(manifest, auth, auth.token_url, form, client_id, client_secret, http, how=how)
    return _tokens(manifest, auth, reply)


def told_config(manifest: Manifest, tokens: TokenSet, http: HttpSettings, *, client_id: str = "") -> dict[str, str]:
    """Settings that our client id, the token reply, or a further call with the new token, tell about the account; what is
    absent in the reply is left out.

    Raises BadResponse when the further call lacks one (also in an answer with 200), and as `exchange_code`.
    """
    auth = manifest.auth_of("oauth2")
    found = {name: dig(tokens.account, path) for name, path in auth.told.items()}
    found = {name: plain_text(value) for name, value in found.items() if isinstance(value, str | int) and value != ""}
    marks = {name: field.from_client_id for name, field in manifest.config.items() if field.from_client_id}
    found |= {name: client_id.partition(mark)[0] for name, mark in marks.items() if mark in client_id}
    return found | _metadata(manifest, auth, tokens.access_token, http)


def _metadata(manifest: Manifest, auth: Auth, token: str, http: HttpSettings) -> dict[str, str]:
    rule = auth.metadata
    if rule is None:
        return {}
    with build_client(http) as client:
        try:
            reply = client.get(
                rule.url,
                headers={"Authorization": f"{rule.prefix}{token}"},
                extensions={"max_response_bytes": MOST_REPLY, "total_timeout": 30.0},
            )
        except httpx.HTTPError as error:
            raise Unavailable(f"{manifest.name} did not answer: {redact(str(error))}") from None
    body = _judged(manifest, reply)
    found = {name: dig(body, path) for name, path in rule.config.items()}
    if not all(isinstance(value, str) and value for value in found.values()):
        raise BadResponse(f"{manifest.name} did not say where the account lives.")
    return found


def is_agency(manifest: Manifest, tokens: TokenSet) -> bool:
    """Whether the grant is for many accounts, which are found and connected one by one."""
    rule = manifest.auth_of("oauth2").fan_out
    return rule is not None and dig(tokens.account, rule.when) == rule.equals


def tokens_in(manifest: Manifest, reply: dict[str, Any]) -> TokenSet:
    """A token reply that came by another request. Raises BadResponse."""
    return _tokens(manifest, manifest.auth_of("oauth2"), reply)


def client_token(manifest: Manifest, *, client_id: str, client_secret: str, http: HttpSettings) -> TokenSet:
    """A token by the client credentials grant."""
    auth = manifest.auth_of("client_credentials")
    form = {"grant_type": "client_credentials"}
    if auth.scopes:
        form["scope"] = auth.scope_separator.join(auth.scopes)
    return _tokens(manifest, auth, _post(manifest, auth, auth.token_url, form, client_id, client_secret, http))


def introspect(
    manifest: Manifest, *, client_id: str, client_secret: str, token: str, http: HttpSettings
) -> dict[str, Any]:
    """What the platform says about a token; {} when it has no such endpoint. An unknown one has `active: false`."""
    auth = manifest.auth_of("oauth2")
    if not auth.introspect_url:
        return {}
    form = {"token": token, "token_type_hint": "access_token"}
    return _post(manifest, auth, auth.introspect_url, form, client_id, client_secret, http)


def revoke(
    manifest: Manifest,
    *,
    client_id: str,
    client_secret: str,
    token: str,
    http: HttpSettings,
    hint: str = "refresh_token",
) -> bool:
    """Whether the platform revoked; False when it has no such endpoint."""
    auth = manifest.auth_of("oauth2")
    if not auth.revoke_url:
        return False
    _post(manifest, auth, auth.revoke_url, {"token": token, "token_type_hint": hint}, client_id, client_secret, http)
    return True


class TokenCredentials:
    """Credentials that renew themselves in memory, for use without a server. `on_tokens` hears of each new set."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        client_id: str,
        client_secret: str,
        http: HttpSettings,
        tokens: TokenSet | None = None,
        on_tokens: Callable[[TokenSet], None] | None = None,
    ) -> None:
        self._manifest = manifest
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._http = http
        self._tokens = tokens
        self._on_tokens = on_tokens
        self._lock = threading.Lock()

    @property
    def secrets(self) -> Mapping[str, str]:
        if self._tokens is None:
            return dict(self._client)
        # The second tells an OAuth grant from a key that is called access_token too.
        renewal = {"refresh_token": self._tokens.refresh_token} if self._tokens.refresh_token else {}
        return {"access_token": self._tokens.access_token, **renewal}

    def access_token(self) -> str:
        with self._lock:
            tokens = self._tokens
            if tokens is None or (tokens.expires_at and tokens.expires_at - now() < dt.timedelta(seconds=60)):
                tokens = self._renew()
            return tokens.access_token

    def refresh(self, stale: str) -> str:
        with self._lock:
            if self._tokens is None or self._tokens.access_token == stale:
                self._renew()
            assert self._tokens is not None
            return self._tokens.access_token

    def _renew(self) -> TokenSet:
        if "client_credentials" in self._manifest.auth_kinds:
            fresh = client_token(self._manifest, http=self._http, **self._client)
        elif self._tokens and self._tokens.refresh_token:
            old = self._tokens.refresh_token
            fresh = refresh_token(self._manifest, refresh_token=old, http=self._http, **self._client)
            if not fresh.refresh_token:
                fresh = TokenSet(fresh.access_token, old, fresh.expires_at, fresh.scopes, fresh.account)
        else:
            raise CredentialsRevoked("The token ended and there is nothing to renew it with.")
        self._tokens = fresh
        if self._on_tokens is not None:
            self._on_tokens(fresh)
        return fresh


def _post(
    manifest: Manifest,
    auth: Auth,
    url: str,
    form: dict[str, str],
    client_id: str,
    secret: str,
    http: HttpSettings,
    *,
    how: str = "",
) -> dict[str, Any]:
    assert auth.kind in OAUTH_KINDS
    headers = {}
    if (how or auth.client_auth) == "basic":
        headers["Authorization"] = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    else:
        form = {**form, "client_id": client_id, "client_secret": secret}
    with build_client(http) as client:
        try:
            reply = client.post(
                url, data=form, headers=headers, extensions={"max_response_bytes": MOST_REPLY, "total_timeout": 30.0}
            )
        except httpx.HTTPError as error:
            raise Unavailable(f"{manifest.name} did not answer: {redact(str(error))}") from None
    return _judged(manifest, reply, auth.token_errors)


def _judged(manifest: Manifest, reply: httpx.Response, rules: Sequence[ErrorRule] = ()) -> dict[str, Any]:
    body: Any = None
    try:
        body = msgspec.json.decode(reply.content) if reply.content else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    error = str(dig(body, ("error",)) or "") if isinstance(body, dict) else ""
    if reply.is_success and isinstance(body, dict) and not error:
        return body
    told = _told(body, reply.status_code)
    for rule in rules:
        if (not rule.statuses or reply.status_code in rule.statuses) and rule_fits(rule, reply, body):
            raise _BY_RULE[rule.do](rule.message or f"{manifest.name} refused the sign-in: {told}")
    if reply.status_code == 429 or reply.status_code >= 500:
        raise Unavailable(f"{manifest.name} did not answer the sign-in: {told}")
    status = str(dig(body, ("status",)) or "").lower() if isinstance(body, dict) else ""
    if error.lower() in _REVOKED or status in _REVOKED:
        raise CredentialsRevoked(f"{manifest.name} no longer accepts the sign-in: {told}")
    if reply.status_code in (400, 401, 403):
        raise AuthRefused(f"{manifest.name} refused the sign-in: {told}")
    if reply.is_success:
        raise BadResponse(f"{manifest.name} answered the sign-in with something else.", code="response.not_json")
    raise ConnectorError(f"{manifest.name} refused the sign-in: {told}", code="auth.failed")


def _told(body: Any, status: int) -> str:
    if isinstance(body, dict):
        for name in ("error_description", "message", "error"):
            text = body.get(name)
            if isinstance(text, str) and text:
                return redact(text)[:200]
    return f"HTTP {status}"


def _tokens(manifest: Manifest, auth: Auth, reply: dict[str, Any]) -> TokenSet:
    token = reply.get("access_token")
    if not isinstance(token, str) or not token:
        raise BadResponse(f"{manifest.name} answered the sign-in without a token.")
    lifetime = reply.get("expires_in", auth.token_lifetime_s)
    try:
        seconds = float(lifetime) if lifetime is not None else None
        expires = now() + dt.timedelta(seconds=seconds) if seconds is not None and seconds > 0 else None
    except (TypeError, ValueError, OverflowError):
        expires = None
    renewal = reply.get("refresh_token")
    return TokenSet(
        access_token=token,
        refresh_token=renewal if isinstance(renewal, str) and renewal else None,
        expires_at=expires,
        scopes=scopes_in(dig(reply, auth.granted_scopes), auth),
        account={name: value for name, value in reply.items() if not name.endswith("_token")},
    )


def scopes_in(found: Any, auth: Auth) -> tuple[str, ...]:
    """Granted scopes of a reply: a list, or text with the platform's separator."""
    if isinstance(found, str):
        return tuple(part for part in found.replace(auth.scope_separator, " ").split() if part)
    return tuple(str(item) for item in found) if isinstance(found, list) else ()
