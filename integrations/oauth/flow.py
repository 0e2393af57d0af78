"""The way to a platform's consent page and back.

`start` makes a one-time state, `finish` takes what the platform sent back. A state is 256 random bits, stored as a
hash, good for ten minutes and for one use, by the person, account and browser session that began, at one platform.
Whatever fails, no connection and no token is left behind.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog
from django.db import transaction

from accounts.access import rules
from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.enums import Via
from accounts.models import User
from integrations.connector import oauth
from integrations.connector.auth import StaticCredentials
from integrations.connector.model import Manifest
from integrations.directory.models import OAuthState
from integrations.enums import AuthKind
from integrations.errors import (
    AuthKindNotOffered,
    CodeMissing,
    CodeRejected,
    ConnectionNotFound,
    ConsentDenied,
    ConsentFailed,
    StateExpired,
    StateMissing,
    StateOfSomebodyElse,
    StateUnknown,
    StateUsed,
    WrongPlatform,
)
from integrations.models import Connection
from integrations.oauth.clients import OAuthClient, browser_url, client_of
from integrations.selectors.manifests import platform_manifest
from integrations.services import fan_out, revocation
from integrations.services.connections import connect_with_tokens, probe
from integrations.services.manifests import check_config
from integrations.services.outgoing import http_settings
from integrations.services.texts import clean_text
from listbackup.core import crypto
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput, ListBackupError, NotSignedIn, PlatformError

log = structlog.get_logger(__name__)
LIFETIME = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=1)  # afterwards a late answer is "unknown" instead of "expired"


class _Granted(StaticCredentials):
    """A token that was just given, with the scopes that came with it."""

    def __init__(self, tokens: oauth.TokenSet) -> None:
        super().__init__({"access_token": tokens.access_token})
        self.scopes = tokens.scopes


def start(
    context: AccountContext,
    *,
    platform: str,
    session_key: str | None,
    return_to: str = "",
    name: str = "",
    connection: Connection | None = None,
    scopes: Sequence[str] | None = None,
) -> str:
    """The platform's authorization URL for this person. `session_key` is None for an API client without a browser
    session: its state is then bound to the person and the account alone. `return_to` is a path on this site.

    Raises PlatformNotFound, AuthKindNotOffered, PlatformNotConfigured.
    """
    if context.user is None:
        raise NotSignedIn("Only a person can go to a consent page.")
    manifest = platform_manifest(platform)
    if AuthKind.OAUTH2 not in manifest.auth_kinds:
        raise AuthKindNotOffered(f"{manifest.name} is not connected by OAuth.", remedy="Connect with a key instead.")
    client = client_of(manifest.key, manifest.name)
    state = secrets.token_urlsafe(32)
    verifier, challenge = oauth.pkce_pair()
    OAuthState.objects.create(
        state_hash=crypto.digest(state),
        user=context.user,
        account=context.account,
        organization=context.organization,
        session_hash=crypto.digest(session_key) if session_key else "",
        platform=manifest.key,
        verifier=crypto.encrypt(verifier),
        return_to=safe_path(return_to),
        name=clean_text(name, 150),
        connection_id=connection.pk if connection else None,
        expires_at=now() + LIFETIME,
    )
    address = oauth.authorization_url(
        manifest,
        client_id=client.client_id,
        redirect_uri=client.redirect_uri,
        state=state,
        challenge=challenge,
        scopes=scopes,
    )
    return browser_url(address)


def finish(*, user: User, session_key: str | None, platform: str, params: Mapping[str, str]) -> Connection:
    """Takes the platform's answer and returns the stored, tested connection (with `return_to` of the start on it).

    Raises one of `integrations.errors.OAuthError` or StateOfSomebodyElse, ConnectionTestFailed, OtherExternalAccount,
    AccountNotFound or PermissionMissing when the person lost the account or the role meanwhile.
    """
    state = _use_state(user, session_key, platform, params.get("state", ""))
    manifest = platform_manifest(state.platform)
    _refuse_errors(manifest, params)
    context = context_for(user, state.account_id, via=Via.SESSION)
    rules.require(context, "connection.create")
    client = client_of(manifest.key, manifest.name)
    tokens = _exchange(manifest, client, state, params["code"])
    with entered(context.organization):
        try:
            config = _told_config(manifest, client, tokens)
            agency = oauth.is_agency(manifest, tokens)
            check = probe(manifest, _Granted(tokens), config, agency=agency)
            found = connect_with_tokens(
                context,
                manifest=manifest,
                tokens=tokens,
                check=check,
                config=config,
                name=state.name,
                renew=state.connection_id,
            )
        except Connection.DoesNotExist:
            revocation.revoke_tokens(manifest, tokens.access_token, tokens.refresh_token)
            raise ConnectionNotFound("The connection that you wanted to renew was deleted.") from None
        except ListBackupError:
            revocation.revoke_tokens(manifest, tokens.access_token, tokens.refresh_token)
            raise
    found.return_to = state.return_to
    if agency:
        with entered(context.organization):
            fan_out.find_members_of(context, found.pk)
    return found


def _told_config(manifest: Manifest, client: OAuthClient, tokens: oauth.TokenSet) -> dict[str, str]:
    """Settings that the platform tells about the token, checked as if a person had entered them."""
    told = oauth.told_config(manifest, tokens, http_settings(), client_id=client.client_id)
    try:
        return check_config(manifest, told) if told else {}
    except InvalidInput as error:
        raise ConsentFailed(f"{manifest.name} answered the sign-in with something else: {error.message}") from None


def safe_path(path: str) -> str:
    """`path` when it is an absolute path on this site, else ''."""
    text = str(path or "")
    plain = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if plain and len(text) <= 500 and "\\" not in text and text.isprintable() else ""


def remove_old_states() -> int:
    """Deletes states a day after they ended."""
    return OAuthState.objects.filter(expires_at__lt=now() - KEPT).delete()[0]


def _use_state(user: User, session_key: str | None, platform: str, state: str) -> OAuthState:
    """The state's row, marked as used and committed before anything else happens with it."""
    if not state:
        raise StateMissing("The platform's answer holds no state, so that it cannot be trusted.")
    with transaction.atomic():
        row = OAuthState.objects.select_for_update().filter(state_hash=crypto.digest(state)).first()
        if row is None:
            raise StateUnknown("This answer does not belong to any connection that was begun here.")
        if row.user_id != user.pk or (row.session_hash and row.session_hash != crypto.digest(session_key or "")):
            # Not used up: the person who began may still finish.
            raise StateOfSomebodyElse("This connection was begun by another person or in another browser.")
        if row.used_at is not None:
            raise StateUsed("This answer was used before.")
        verifier = row.verifier
        row.used_at, row.verifier = now(), ""
        row.save(update_fields=["used_at", "verifier"])
    if row.expires_at <= now():
        raise StateExpired("The connection was begun more than 10 minutes ago.")
    if row.platform != platform:
        raise WrongPlatform("The answer came from another platform than the one that was asked.")
    row.verifier = verifier
    return row


def _refuse_errors(manifest: Manifest, params: Mapping[str, str]) -> None:
    error = params.get("error", "")
    if error == "access_denied":
        raise ConsentDenied(f"The permissions that ListBackup needs were not given at {manifest.name}.")
    if error:
        told = clean_text(params.get("error_description") or error, 200)
        raise ConsentFailed(f"{manifest.name} did not connect: {told}")
    if not params.get("code"):
        raise CodeMissing(f"{manifest.name}'s answer holds no code.")


def _exchange(manifest: Manifest, client: OAuthClient, state: OAuthState, code: str) -> oauth.TokenSet:
    try:
        return oauth.exchange_code(
            manifest,
            client_id=client.client_id,
            client_secret=client.client_secret,
            redirect_uri=client.redirect_uri,
            code=code,
            verifier=crypto.decrypt(state.verifier),
            http=http_settings(),
        )
    except PlatformError as error:
        if getattr(error, "kind", "") == "customer":
            raise CodeRejected(f"{manifest.name} did not accept the sign-in: {error.message}") from None
        raise


def state_account(user: User, state: str) -> UUID | None:
    """Which account a state was begun for, when it is the person's own: for the way back to its pages."""
    row = OAuthState.objects.filter(state_hash=crypto.digest(state), user=user).first()
    return row.account_id if row else None
