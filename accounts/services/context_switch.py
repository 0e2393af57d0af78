"""Which account a person works in."""

from typing import Any

from allauth.headless import app_settings
from allauth.headless.tokens.strategies.jwt import internal
from django.core.cache import cache
from django.http import HttpRequest

from accounts.access import freshness
from accounts.access.context import AccountContext
from accounts.access.resolve import SESSION_KEY
from accounts.models import Membership
from listbackup.core.clock import now

CLAIM = "account"
RECENT = "recent_accounts"  # in a browser's session: the accounts that were entered there, the last one first
MOST_RECENT = 5


def note_access(context: AccountContext) -> None:
    """Remembers which account the person entered last: where they start when nothing else is said."""
    _note(context)
    if context.user is not None:
        freshness.memberships_changed([context.user.pk])


def enter(context: AccountContext, request: HttpRequest) -> None:
    """Makes it the current account of the browser's session."""
    here = str(context.account_id)
    before = [request.session.get(SESSION_KEY), *request.session.get(RECENT, [])]
    request.session[SESSION_KEY] = here
    request.session[RECENT] = list(dict.fromkeys(one for one in before if one and one != here))[:MOST_RECENT]
    note_access(context)


def note_presence(context: AccountContext) -> None:
    """When somebody was last in the account that they are in, at most every five minutes."""
    if context.user is not None and cache.add(f"present:{context.user.pk}:{context.account_id}", 1, 300):
        _note(context)


def _note(context: AccountContext) -> None:
    Membership.objects.filter(user=context.user, account=context.account).update(last_access_at=now())


def switch(context: AccountContext, request: HttpRequest, token: Any) -> tuple[str | None, int | None]:
    """(a new access token that carries the account, its life in seconds); (None, None) for a browser's session.

    `token` is the payload of the access token that the call came with, if it did.
    """
    session = internal.get_token_session(token) if isinstance(token, dict) else None
    if session is None:
        enter(context, request)
        return None, None
    note_access(context)
    session[SESSION_KEY] = str(context.account_id)
    session.save()
    return access_token_for(context.user, session), app_settings.JWT_ACCESS_TOKEN_EXPIRES_IN


def access_token_for(user: Any, session: Any) -> str:
    """An access token with the account that the session is in."""
    account = session.get(SESSION_KEY)
    return internal.create_access_token(user, session, {CLAIM: account} if account else {})
