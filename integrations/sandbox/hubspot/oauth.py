"""OAuth 2: the consent page and the token, introspection and revocation endpoints."""

from html import escape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from integrations.sandbox.config import HUB_ID
from integrations.sandbox.http import ApiError, Reply, Request, Router, html_reply, json_reply
from integrations.sandbox.hubspot.scopes import ALL_SCOPES
from integrations.sandbox.hubspot.tokens import USER_EMAIL, OAuthError
from integrations.sandbox.pages import page
from integrations.sandbox.platform import Platform


class OAuth:
    """Handlers of one platform's OAuth endpoints."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register_consent(self, router: Router) -> None:
        """The browser part, which HubSpot serves from app.hubspot.com."""
        router.add("GET", "/oauth/authorize", self.consent_page, public=True)
        router.add("GET", f"/oauth/{HUB_ID}/authorize", self.consent_page, public=True)
        router.add("POST", "/oauth/authorize", self.decide, public=True)

    def register(self, router: Router) -> None:
        for version in ("2026-03", "2026-09", "v3"):
            router.add("POST", f"/oauth/{version}/token", self.token, public=True)
            router.add("POST", f"/oauth/{version}/token/introspect", self.introspect, public=True)
            router.add("POST", f"/oauth/{version}/token/revoke", self.revoke, public=True)

    def consent_page(self, request: Request) -> Reply:
        """Shows who asks for what; the answer comes by a plain form."""
        fields = {name: values[-1] for name, values in request.query.items()}
        problem = self._problem(fields)
        if problem:
            body = f"<h1>This app cannot be connected</h1><p role='alert'>{escape(problem)}</p>"
            return html_reply(page("Connection failed", body), 400)
        optional = [scope for scope in fields.get("optional_scope", "").split() if scope in self._granted(ALL_SCOPES)]
        required = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in fields.get("scope", "").split())
        choices = "".join(
            f"<li><label><input type='checkbox' name='granted_optional' value='{escape(scope)}' checked> "
            f"<code>{escape(scope)}</code></label></li>"
            for scope in optional
        )
        more = f"<h2>Optional permissions</h2><ul class='plain'>{choices}</ul>" if optional else ""
        name = escape(self._platform.config.app_name)
        body = (
            f"<h1>Connect {name} to HubSpot</h1>"
            f"<p>{name} asks for access to the account <strong>Sandbox</strong> ({HUB_ID}). "
            f"You are signed in as {USER_EMAIL}.</p>"
            f"<p>You return to <code>{escape(fields['redirect_uri'])}</code>.</p>"
            f"<form method='post'><h2>Permissions</h2><ul>{required}</ul>{more}"
            "<div class='actions'><button name='decision' value='connect' class='primary'>Connect app</button>"
            "<button name='decision' value='cancel'>Cancel</button></div></form>"
            "<p class='small'>This is the sandbox, an imitation of HubSpot. No real account is touched.</p>"
        )
        return html_reply(page(f"Connect {self._platform.config.app_name}", body))

    def decide(self, request: Request) -> Reply:
        """Back to the app with a code, or with error=access_denied."""
        fields = request.form() | {name: values[-1] for name, values in request.query.items()}
        problem = self._problem(fields)
        if problem:
            raise ApiError(400, problem, "VALIDATION_ERROR")
        answer: dict[str, str] = {}
        if fields.get("decision") == "connect":
            many = parse_qs(request.body.decode("utf-8", "replace"))
            chosen = many.get("granted_optional", [])
            asked = set(fields.get("optional_scope", "").split()) | set(chosen)
            scopes = fields.get("scope", "").split()
            scopes += [one for one in chosen if one in self._granted(asked) and one not in scopes]
            answer["code"] = self._platform.tokens.issue_code(
                fields["redirect_uri"],
                scopes,
                fields.get("code_challenge", ""),
                fields.get("code_challenge_method", "plain"),
            )
        else:
            answer |= {"error": "access_denied", "error_description": "The user denied the request"}
        if "state" in fields:
            answer["state"] = fields["state"]
        joint = "&" if urlsplit(fields["redirect_uri"]).query else "?"
        back = quote(fields["redirect_uri"], safe=":/?[]@!$&'()*+,;=%~-._")
        return Reply(302, b"", [(b"location", f"{back}{joint}{urlencode(answer)}".encode("ascii"))])

    def _granted(self, scopes: frozenset[str] | set[str]) -> set[str]:
        return set(scopes & ALL_SCOPES) - self._platform.config.unavailable_scopes

    def _problem(self, fields: dict[str, str]) -> str:
        if fields.get("client_id") != self._platform.config.client_id:
            return "The client id is unknown. Check the app's settings."
        target = urlsplit(fields.get("redirect_uri", ""))
        if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
            return "The redirect address is missing or is not an http or https address."
        scopes = set(fields.get("scope", "").split())
        if not scopes:
            return "No scope was asked for."
        if scopes - ALL_SCOPES:
            return f"Unknown scopes: {' '.join(sorted(scopes - ALL_SCOPES))}"
        lacking = scopes & self._platform.config.unavailable_scopes
        if lacking:
            return f"This account's subscription lacks: {' '.join(sorted(lacking))}"
        if fields.get("code_challenge") and fields.get("code_challenge_method", "plain") not in ("plain", "S256"):
            return "code_challenge_method must be S256 or plain."
        return ""

    def token(self, request: Request) -> Reply:
        fields = request.form()
        tokens = self._platform.tokens
        tokens.check_client(fields.get("client_id", ""), fields.get("client_secret", ""))
        grant = fields.get("grant_type")
        if grant == "authorization_code":
            answer = tokens.exchange(
                fields.get("code", ""), fields.get("redirect_uri", ""), fields.get("code_verifier", "")
            )
            return json_reply(answer)
        if grant == "refresh_token":
            return json_reply(tokens.refresh(fields.get("refresh_token", "")))
        raise OAuthError("unsupported_grant_type", f"grant_type {grant} is not supported", "BAD_GRANT_TYPE")

    def introspect(self, request: Request) -> Reply:
        fields = request.form()
        self._platform.tokens.check_client(fields.get("client_id", ""), fields.get("client_secret", ""))
        return json_reply(self._platform.tokens.introspect(fields.get("token", "")))

    def revoke(self, request: Request) -> Reply:
        fields = request.form()
        self._platform.tokens.check_client(fields.get("client_id", ""), fields.get("client_secret", ""))
        self._platform.tokens.revoke(fields.get("token", ""))
        return json_reply({})
