"""API tokens: made once and shown once."""

import datetime as dt
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import Scope, Via
from accounts.errors import AccountNotFound, TokenNotFound
from accounts.models import ApiToken, User
from accounts.selectors.tokens import PREFIX, checksum
from listbackup.core.clock import now
from listbackup.core.crypto import digest
from listbackup.core.errors import Conflict, InvalidInput
from listbackup.core.text import one_line

MOST = 50  # live tokens of one person
LONGEST_DAYS = 365


@transaction.atomic
def create_token(
    user: User, *, account_id: object, name: str, scopes: Sequence[str], days: int | None = 90
) -> tuple[ApiToken, str]:
    """(the row, the token itself: it cannot be had again). `days` None: it does not expire.

    Raises AccountNotFound, InvalidInput, Conflict for too many.
    """
    context = context_for(user, account_id, via=Via.SESSION)
    cleaned = one_line(name, 100)
    if not cleaned:
        raise InvalidInput("A token needs a name.", fields={"name": ["Say what it is for."]})
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(Scope.values):
        raise InvalidInput("Choose at least one scope.", fields={"scopes": [f"Of: {', '.join(Scope.values)}."]})
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput("Unusual life of a token.", fields={"days": [f"1 to {LONGEST_DAYS} days, or none."]})
    if ApiToken.objects.filter(user=user, revoked_at__isnull=True).count() >= MOST:
        raise Conflict(f"You have {MOST} tokens.", remedy="Revoke those that are not used.")
    body = f"{PREFIX}{secrets.token_urlsafe(30)}"
    secret = body + checksum(body)
    token = ApiToken.objects.create(
        user=user,
        account=context.account,
        name=cleaned,
        hint=secret[:10],
        token_hash=digest(secret),
        scopes=wanted,
        expires_at=now() + dt.timedelta(days=days) if days is not None else None,
    )
    _note(context, "token.created", token)
    return token, secret


@transaction.atomic
def revoke_token(user: User, token_id: UUID) -> None:
    """Dead from the next call on. Raises TokenNotFound."""
    token = ApiToken.objects.filter(user=user, pk=token_id, revoked_at__isnull=True).select_related("account").first()
    if token is None:
        raise TokenNotFound("There is no such token.")
    token.revoked_at = now()
    token.save(update_fields=["revoked_at"])
    try:
        context = context_for(user, token.account_id, via=Via.SESSION)
    except AccountNotFound:
        return  # the person has left that account: nobody's activity
    _note(context, "token.revoked", token)


def note_use(token: ApiToken, ip: str | None) -> None:
    """At most once a minute."""
    if cache.add(f"token-used:{token.pk}", 1, 60):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now(), last_ip=ip)


def _note(context: AccountContext, action: str, token: ApiToken) -> None:
    with entered(context.organization):
        record(context, action, token, scopes=token.scopes)
