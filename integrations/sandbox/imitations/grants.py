"""OAuth 2 of an imitated platform: the consent page, codes, access and refresh tokens, as its style says."""

import base64
import secrets
import sqlite3
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

from integrations.sandbox import database, jsonio
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.http import ApiError, Reply, Request, html_reply, json_reply
from integrations.sandbox.hubspot.tokens import verifier_matches
from integrations.sandbox.pages import page

if TYPE_CHECKING:
    from integrations.sandbox.imitations.frame import Imitation

ClientAuth = Literal["body", "basic"]


@dataclass(frozen=True)
class OAuthStyle:
    """How a platform does it. Addresses are (host, path).

    `lifetime_s` None: access tokens never end and there is no refresh token. `rotating`: a refresh gives a new refresh
    token and the old one dies. `client_auth`, `refresh_auth`: how the client must prove itself at exchange and refresh.
    """

    authorize: tuple[str, str] | None = None
    token: tuple[str, str] | None = None
    client_auth: ClientAuth = "body"
    refresh_auth: ClientAuth | None = None
    lifetime_s: int | None = 3600
    rotating: bool = False

    def register(self, imitation: "Imitation") -> None:
        """Adds the routes to the imitation."""
        handlers = _Handlers(imitation)
        for address, methods, handler in (
            (self.authorize, "GET", handlers.consent_page),
            (self.authorize, "POST", handlers.decide),
            (self.token, "POST", handlers.token),
        ):
            if address:
                imitation.at(address[0]).add(methods, address[1], handler, public=True)


@dataclass
class Grant:
    """What one consent gave."""

    refresh_token: str
    scopes: frozenset[str]
    revoked: bool = False
    access: dict[str, int | None] = field(default_factory=dict)  # token -> when it ends, ms


class OAuthError(ApiError):
    """An error answer of the token address, RFC 6749 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(status, description, extra={"error": error, "error_description": description})


class Grants:
    """All grants of the imitated account, kept in its file. Codes live a minute and are not."""

    def __init__(
        self, style: OAuthStyle, clock: SandboxClock, client_id: str, client_secret: str, db: sqlite3.Connection
    ) -> None:
        self._style, self._clock, self._db = style, clock, db
        self._client = (client_id, client_secret)
        self._codes: dict[str, dict[str, str]] = {}
        kept = jsonio.loads(database.get_meta(db, "grants") or "[]")
        self._grants = [Grant(**{**one, "scopes": frozenset(one["scopes"])}) for one in kept]

    def _keep(self) -> None:
        grants = [{**vars(one), "scopes": sorted(one.scopes)} for one in self._grants]
        database.set_meta(self._db, "grants", jsonio.dumps(grants).decode())

    def issue_code(self, fields: dict[str, str]) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = fields
        return code

    def check_client(self, request: Request, how: ClientAuth) -> None:
        """Raises OAuthError 401 for a wrong client, or one that proves itself in the other way."""
        if how == "basic":
            scheme, _, given = request.header("authorization").partition(" ")
            try:
                pair = tuple(base64.b64decode(given).decode().split(":", 1)) if scheme == "Basic" else ()
            except ValueError:
                pair = ()
        else:
            fields = request.form()
            pair = (fields.get("client_id", ""), fields.get("client_secret", ""))
        if pair != self._client:
            raise OAuthError("invalid_client", "The client is unknown or its secret is wrong.", 401)

    def exchange(self, fields: dict[str, str]) -> dict[str, Any]:
        """Tokens for a code, once. Raises OAuthError."""
        asked = self._codes.pop(fields.get("code", ""), None)
        if asked is None:
            raise OAuthError("invalid_grant", "The code is unknown, was used or has expired.")
        if fields.get("redirect_uri") != asked.get("redirect_uri"):
            raise OAuthError("invalid_grant", "redirect_uri is not that of the authorization.")
        challenge = asked.get("code_challenge", "")
        if challenge and not verifier_matches(challenge, "S256", fields.get("code_verifier", "")):
            raise OAuthError("invalid_grant", "code_verifier does not fit.")
        scopes = frozenset(asked.get("scope", "").replace(",", " ").split())
        return self.issue(self.grant(scopes))

    def grant(self, scopes: frozenset[str]) -> Grant:
        """A new grant without tokens yet."""
        made = Grant(secrets.token_urlsafe(24), scopes)
        self._grants.append(made)
        return made

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Raises OAuthError for a token that is not the present one of a live grant."""
        found = next((one for one in self._grants if one.refresh_token == refresh_token and not one.revoked), None)
        if found is None or self._style.lifetime_s is None:
            raise OAuthError("invalid_grant", "The refresh token is invalid, was used or was revoked.")
        if self._style.rotating:
            found.refresh_token = secrets.token_urlsafe(24)
        return self.issue(found)

    def issue(self, grant: Grant) -> dict[str, Any]:
        """A token reply with a new access token of the grant."""
        lifetime = self._style.lifetime_s
        token = secrets.token_urlsafe(32)
        grant.access[token] = None if lifetime is None else self._clock.now_ms() + lifetime * 1000
        self._keep()
        reply: dict[str, Any] = {"access_token": token, "token_type": "bearer", "scope": " ".join(sorted(grant.scopes))}
        return reply if lifetime is None else {**reply, "expires_in": lifetime, "refresh_token": grant.refresh_token}

    def live(self, token: str) -> Grant | None:
        """The grant of an access token that is good now."""
        for grant in self._grants:
            if token in grant.access and not grant.revoked:
                ends = grant.access[token]
                return grant if ends is None or ends > self._clock.now_ms() else None
        return None

    def expire_all(self) -> int:
        """Every access token that can end has ended. Returns how many."""
        now = self._clock.now_ms()
        ended = 0
        for grant in self._grants:
            for token, ends in grant.access.items():
                if ends is not None and ends > now:
                    grant.access[token] = now
                    ended += 1
        self._keep()
        return ended

    def revoke_all(self) -> int:
        """Somebody removed the app at the platform."""
        live = [one for one in self._grants if not one.revoked]
        for grant in live:
            grant.revoked = True
        self._keep()
        return len(live)


class _Handlers:
    def __init__(self, imitation: "Imitation") -> None:
        self._imitation = imitation

    @property
    def _style(self) -> OAuthStyle:
        assert self._imitation.oauth
        return self._imitation.oauth

    def consent_page(self, request: Request) -> Reply:
        fields = {name: values[-1] for name, values in request.query.items()}
        problem = self._problem(fields)
        name = escape(self._imitation.name)
        if problem:
            return html_reply(
                page("Connection failed", f"<h1>Not connected</h1><p role='alert'>{escape(problem)}</p>"), 400
            )
        scopes = "".join(
            f"<li><code>{escape(one)}</code></li>" for one in fields.get("scope", "").replace(",", " ").split()
        )
        body = (
            f"<h1>Connect ListBackup to {name}</h1><p>You return to <code>{escape(fields['redirect_uri'])}</code>.</p>"
            + (f"<h2>Permissions</h2><ul>{scopes}</ul>" if scopes else "")
            + "<form method='post'><div class='actions'><button name='decision' value='connect' class='primary'>Allow</button>"
            "<button name='decision' value='cancel'>Cancel</button></div></form>"
            f"<p class='small'>This is the sandbox, an imitation of {name}. No real account is touched.</p>"
        )
        return html_reply(page(f"Connect to {self._imitation.name}", body))

    def decide(self, request: Request) -> Reply:
        fields = request.form() | {name: values[-1] for name, values in request.query.items()}
        problem = self._problem(fields)
        if problem:
            raise ApiError(400, problem)
        answer: dict[str, str] = {}
        if fields.get("decision") == "connect":
            answer["code"] = self._imitation.grants.issue_code(fields)
        else:
            answer["error"] = "access_denied"
        if "state" in fields:
            answer["state"] = fields["state"]
        joint = "&" if urlsplit(fields["redirect_uri"]).query else "?"
        return Reply(
            302, b"", [(b"location", f"{fields['redirect_uri']}{joint}{urlencode(answer)}".encode("ascii", "ignore"))]
        )

    def _problem(self, fields: dict[str, str]) -> str:
        if fields.get("client_id") != self._imitation.settings.client_id:
            return "The client id is unknown."
        target = urlsplit(fields.get("redirect_uri", ""))
        if target.scheme not in ("http", "https") or not target.netloc:
            return "redirect_uri is missing or is no http address."
        return "" if fields.get("response_type") == "code" else "response_type must be code."

    def token(self, request: Request) -> Reply:
        fields, grants, style = request.form(), self._imitation.grants, self._style
        try:
            if fields.get("grant_type") == "authorization_code":
                grants.check_client(request, style.client_auth)
                reply = grants.exchange(fields)
            elif fields.get("grant_type") == "refresh_token":
                grants.check_client(request, style.refresh_auth or style.client_auth)
                reply = grants.refresh(fields.get("refresh_token", ""))
            else:
                raise OAuthError("unsupported_grant_type", "Only authorization_code and refresh_token.")
        except OAuthError as refused:
            error = self._imitation.token_error(refused)
            return Reply(error.status, jsonio.dumps(error.extra))
        return json_reply(self._imitation.token_reply(reply, fields))
