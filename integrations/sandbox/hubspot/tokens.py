"""Authorization codes, access and refresh tokens: issued, checked, revoked, kept in SQLite."""

import base64
import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.clock import SandboxClock, iso
from integrations.sandbox.config import HUB_ID, SandboxConfig
from integrations.sandbox.http import ApiError
from integrations.sandbox.hubspot.scopes import ALL_SCOPES

ACCESS_SECONDS = 1800
CODE_SECONDS = 60
USER_ID = 88842095
USER_EMAIL = "owner@sandbox.example"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a bearer token may do. `expires` in ms; None for private-app tokens."""

    token: str
    kind: str  # "oauth" or "private_app"
    client_id: str
    scopes: frozenset[str]
    expires: int | None


class OAuthError(ApiError):
    """An error answer of the token endpoints."""

    def __init__(self, error: str, description: str, status_word: str, status: int = 400) -> None:
        super().__init__(status, description, extra={"error": error, "error_description": description})
        self.status_word = status_word

    def body(self, correlation_id: str) -> dict[str, Any]:
        answer = super().body(correlation_id)
        answer["status"] = self.status_word
        return answer


class Tokens:
    """All grants of the imitated account."""

    def __init__(self, connection: sqlite3.Connection, clock: SandboxClock, config: SandboxConfig) -> None:
        self._db = connection
        self._clock = clock
        self._config = config
        self._cache: dict[str, Grant] = {}
        self.add_private_app(config.static_token, ALL_SCOPES)

    def add_private_app(self, token: str, scopes: frozenset[str]) -> None:
        """Make a static token valid (again)."""
        sql = "INSERT OR REPLACE INTO tokens (token, kind, client_id, scopes, user_id) VALUES (?, 'private_app', '', ?, ?)"
        self._db.execute(sql, (token, " ".join(sorted(scopes)), USER_ID))
        self._cache.clear()

    def issue_code(self, redirect_uri: str, scopes: list[str], challenge: str, method: str) -> str:
        code = f"na1-{secrets.token_hex(4)}-{secrets.token_urlsafe(24)}"
        sql = (
            "INSERT INTO authorizations (code, client_id, redirect_uri, scopes, challenge, method, expires) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        expires = self._clock.now_ms() + CODE_SECONDS * 1000
        self._db.execute(
            sql, (code, self._config.client_id, redirect_uri, " ".join(scopes), challenge, method, expires)
        )
        return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raises OAuthError 401 for a wrong client."""
        same = secrets.compare_digest(client_secret.encode(), self._config.client_secret.encode())
        if client_id != self._config.client_id or not same:
            raise OAuthError("invalid_client", "missing or unknown client id or secret", "BAD_CLIENT_SECRET", 401)

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Turn a code into tokens, once. Raises OAuthError."""
        sql = "SELECT redirect_uri, scopes, challenge, method, expires, used FROM authorizations WHERE code = ?"
        row = self._db.execute(sql, (code,)).fetchone()
        if row is None:
            raise OAuthError("invalid_grant", "missing or unknown auth code", "BAD_AUTH_CODE")
        expected_uri, scopes, challenge, method, expires, used = row
        if used:
            raise OAuthError("invalid_grant", "the auth code was already used", "BAD_AUTH_CODE")
        if expires < self._clock.now_ms():
            raise OAuthError("invalid_grant", "the auth code has expired", "BAD_AUTH_CODE")
        if redirect_uri != expected_uri:
            raise OAuthError(
                "invalid_grant", "redirect_uri does not match the one of the authorization", "BAD_REDIRECT_URI"
            )
        if challenge and not verifier_matches(challenge, method, verifier):
            raise OAuthError("invalid_grant", "code_verifier does not match the code_challenge", "BAD_CODE_VERIFIER")
        self._db.execute("UPDATE authorizations SET used = 1 WHERE code = ?", (code,))
        refresh = f"na1-{secrets.token_hex(4)}-{secrets.token_urlsafe(30)}"
        sql = "INSERT INTO tokens (token, kind, client_id, scopes, user_id) VALUES (?, 'refresh', ?, ?, ?)"
        self._db.execute(sql, (refresh, self._config.client_id, scopes, USER_ID))
        return self._issue(refresh, scopes)

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """A new access token; the refresh token stays the same. Raises OAuthError."""
        sql = "SELECT scopes, revoked FROM tokens WHERE token = ? AND kind = 'refresh'"
        row = self._db.execute(sql, (refresh_token,)).fetchone()
        if row is None or row[1]:
            raise OAuthError("invalid_grant", "missing or unknown refresh token", "BAD_REFRESH_TOKEN")
        return self._issue(refresh_token, row[0])

    def _issue(self, refresh_token: str, scopes: str) -> dict[str, Any]:
        # Longer than 300 characters, as HubSpot warns that they may be.
        access = f"CN{secrets.token_urlsafe(240)}"
        expires = self._clock.now_ms() + ACCESS_SECONDS * 1000
        sql = (
            "INSERT INTO tokens (token, kind, client_id, scopes, user_id, expires, refresh_token) "
            "VALUES (?, 'access', ?, ?, ?, ?, ?)"
        )
        self._db.execute(sql, (access, self._config.client_id, scopes, USER_ID, expires, refresh_token))
        return {
            "token_type": "bearer",
            "refresh_token": refresh_token,
            "access_token": access,
            "hub_id": HUB_ID,
            "scopes": scopes.split(),
            "expires_in": ACCESS_SECONDS,
            "user_id": USER_ID,
        }

    def revoke(self, token: str) -> None:
        """Kill a refresh token. Live access tokens run out by themselves."""
        self._db.execute("UPDATE tokens SET revoked = 1 WHERE token = ? AND kind = 'refresh'", (token,))

    def revoke_all(self) -> int:
        """The app is uninstalled: no token of it works any more. Returns how many were live."""
        sql = "UPDATE tokens SET revoked = 1 WHERE kind IN ('refresh', 'access') AND revoked = 0"
        self._cache.clear()
        return self._db.execute(sql).rowcount

    def expire_all(self) -> int:
        """Make every access token expire now. Returns how many."""
        now = self._clock.now_ms() - 60_000
        sql = "UPDATE tokens SET expires = ? WHERE kind = 'access' AND expires > ?"
        self._cache.clear()
        return self._db.execute(sql, (now, now)).rowcount

    def check(self, authorization: str) -> Grant:
        """The grant of an Authorization header. Raises ApiError 401."""
        grant = self._cache.get(authorization)
        if grant is None:
            grant = self._load(authorization)
            if len(self._cache) > 1000:
                self._cache.clear()
            self._cache[authorization] = grant
        if grant.expires is not None:
            late = self._clock.now_ms() - grant.expires
            if late >= 0:
                raise ApiError(
                    401,
                    f"The OAuth token used to make this call expired {late // 60_000} minute(s) ago.",
                    "EXPIRED_AUTHENTICATION",
                    extra={"context": {"expire time": [iso(grant.expires)]}},
                )
        return grant

    def _load(self, authorization: str) -> Grant:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        sql = "SELECT kind, client_id, scopes, expires, revoked FROM tokens WHERE token = ? AND kind != 'refresh'"
        row = self._db.execute(sql, (token,)).fetchone() if scheme.lower() == "bearer" else None
        if row is None or row[4]:
            raise ApiError(
                401,
                "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
                "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
                "INVALID_AUTHENTICATION",
            )
        kind = "private_app" if row[0] == "private_app" else "oauth"
        return Grant(token, kind, row[1] or "", frozenset(row[2].split()), row[3])

    def introspect(self, token: str) -> dict[str, Any]:
        """Who a token belongs to; an unknown one is an answer, not an error."""
        sql = "SELECT kind, client_id, scopes, expires, revoked FROM tokens WHERE token = ? AND kind != 'private_app'"
        row = self._db.execute(sql, (token,)).fetchone()
        if row is None or row[4] or (row[3] is not None and row[3] <= self._clock.now_ms()):
            return {"active": False}
        answer: dict[str, Any] = {
            "active": True,
            "token": token,
            "token_use": "access_token" if row[0] == "access" else "refresh_token",
            "client_id": row[1],
            "app_id": 18221010,
            "hub_id": HUB_ID,
            "hub_domain": "sandbox.example",
            "user_id": USER_ID,
            "user": USER_EMAIL,
            "scopes": row[2].split(),
            "token_type": "bearer",
        }
        if row[3] is not None:
            answer["expires_in"] = (row[3] - self._clock.now_ms()) // 1000
        return answer


def verifier_matches(challenge: str, method: str, verifier: str) -> bool:
    """RFC 7636, S256 and plain."""
    if method == "plain":
        return secrets.compare_digest(challenge, verifier)
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return secrets.compare_digest(challenge, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
