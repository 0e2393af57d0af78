"""Tokens of the mobile apps: allauth's JWTs, with reuse detection on top."""

from typing import Any

from allauth.core.internal.sessionkit import get_session_user
from allauth.headless import app_settings
from allauth.headless.tokens.strategies.jwt import internal
from allauth.usersessions.models import UserSession

from accounts.enums import MembershipStatus, Via
from accounts.models import Account, User
from accounts.plans import limit_of
from accounts.services.context_switch import access_token_for
from accounts.services.person_activity import note
from listbackup.core.errors import NotSignedIn

MOST_ACCOUNTS = 20  # of a person with very many, the first ones speak for all


class RefreshRefused(NotSignedIn):
    code = "auth.refresh_refused"


def rotate(refresh_token: str) -> tuple[str, str]:
    """(access token, next refresh token). Raises RefreshRefused.

    A token that was rotated before ends its whole session: either the thief or the owner holds a stolen copy.
    """
    pair = app_settings.TOKEN_STRATEGY.refresh_token(refresh_token)
    if pair is not None:
        fresh = internal.validate_refresh_token(pair[1])
        return (access_token_for(fresh[0], fresh[1]) if fresh else pair[0]), pair[1]
    payload: dict[str, Any] | None = internal.decode_token(refresh_token, "refresh")
    session = internal.get_token_session(payload) if payload else None
    if session is not None:
        user = get_session_user(session)
        session.flush()
        if user is not None:
            note(user, "person.session_ended", via=Via.API)
        raise RefreshRefused(
            "This refresh token was used before, so its session was ended.",
            code="auth.refresh_reused",
            remedy="Sign in again. If you did not use it twice, change your password.",
        )
    raise RefreshRefused("The refresh token is unknown or has expired.", remedy="Sign in again.")


def keep_to_limit(user: User, current: str) -> int:
    """Ends the person's oldest sign-ins, those of browsers and of apps alike, beyond what their plans allow (the most
    generous one counts); returns how many. The session with the key `current` stays."""
    accounts = Account.objects.filter(memberships__user=user, memberships__status=MembershipStatus.ACTIVE)
    limits = [limit_of(account, "sessions") for account in accounts.distinct()[:MOST_ACCOUNTS]]
    if not limits or None in limits:
        return 0
    most = max(limit for limit in limits if limit is not None)
    others = UserSession.objects.filter(user=user).exclude(session_key=current).order_by("-last_seen_at", "-pk")
    too_many = list(others[max(most - 1, 0) :])
    for session in too_many:
        session.end()
    return len(too_many)


def end_of_token(payload: Any) -> bool:
    """Ends the session that an access token belongs to; False when the call came without one."""
    session = internal.get_token_session(payload) if isinstance(payload, dict) else None
    if session is None:
        return False
    user = get_session_user(session)
    session.flush()
    if user is not None:
        note(user, "person.signed_out", via=Via.API)
    return True
