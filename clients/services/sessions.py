"""Sign-ins to a portal: rows that end at once when anything about the person or the client changes."""

import base64
import binascii
import datetime as dt
import secrets
from uuid import UUID

from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.access.rules import can
from accounts.activity import origin
from accounts.enums import Via
from accounts.errors import AccountNotFound
from accounts.models import Account, Organization, User
from clients.enums import PersonStatus
from clients.models import Client, ClientPerson, PortalSession
from clients.selectors.access import guest_context
from listbackup.core.clock import now
from listbackup.core.crypto import digest
from listbackup.core.ids import parse_id

LIFETIME = dt.timedelta(days=14)
TOKEN_LIFETIME = dt.timedelta(days=30)
PREVIEW_LIFETIME = dt.timedelta(minutes=30)
MOST_SESSIONS = 20  # of one person; the oldest go
SEEN = dt.timedelta(minutes=5)  # how exactly it is known when somebody was last here
TOKEN_PREFIX = "lbc_"  # noqa: S105


def open_session(
    client: Client, person: ClientPerson | None, *, host: str = "", previewer: User | None = None
) -> tuple[PortalSession, str]:
    """(the row, its secret): a cookie's of `host`, or without a host an app's token."""
    secret = secrets.token_urlsafe(32)
    came_from = origin.current()
    lifetime = PREVIEW_LIFETIME if previewer else LIFETIME if host else TOKEN_LIFETIME
    session = PortalSession.objects.create(
        account=client.account,
        client=client,
        person=person,
        previewer=previewer,
        secret_hash=digest(secret),
        host=host[:253],
        ip=came_from.ip,
        device=came_from.device[:80],
        last_seen_at=now(),
        expires_at=now() + lifetime,
    )
    PortalSession.objects.filter(client=client, expires_at__lt=now()).delete()
    if person is not None:
        mine = PortalSession.objects.filter(person=person).order_by("-id")
        PortalSession.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_SESSIONS:])).delete()
    return session, secret


def find_session(account: Account, secret: str, *, host: str = "") -> PortalSession | None:
    """The live sign-in with this secret at the account's portal, with person, client and account. One query.

    A browser's holds on the host alone where it was made, an app's (`host` "") only as a token; a preview as long as the
    member may look.
    """
    found: PortalSession | None = (
        PortalSession.objects.filter(secret_hash=digest(secret), account=account, host=host, expires_at__gt=now())
        .select_related("person", "client", "previewer", "account__organization", "client__account__organization")
        .first()
    )
    if found is None or not found.client.is_active:
        return None
    if found.person is not None and found.person.status != PersonStatus.ACTIVE:
        return None
    if found.previewer is not None and not _may_preview(found):
        return None
    if now() - found.last_seen_at > SEEN:
        PortalSession.objects.filter(pk=found.pk).update(last_seen_at=now())
    return found


def token_of(organization: Organization, account: Account, secret: str) -> str:
    """What an app sends: it tells the organization and the account, so that any host of ours can look it up."""
    where = base64.urlsafe_b64encode(organization.pk.bytes + account.pk.bytes).decode().rstrip("=")
    return f"{TOKEN_PREFIX}{where}.{secret}"


def read_token(token: str) -> tuple[UUID, UUID, str] | None:
    """(organization, account, secret) of a token; None for what is none."""
    where, dot, secret = token.removeprefix(TOKEN_PREFIX).partition(".")
    try:
        raw = base64.urlsafe_b64decode(where + "=" * (-len(where) % 4))
    except (binascii.Error, ValueError):
        return None
    if not dot or not token.startswith(TOKEN_PREFIX) or len(raw) != 32 or not secret:
        return None
    return UUID(bytes=raw[:16]), UUID(bytes=raw[16:]), secret


def context_of(session: PortalSession) -> AccountContext:
    """The account context in which a request with this sign-in works."""
    who = f"Preview by {session.previewer}" if session.is_preview else str(session.person)
    return guest_context(session.client, who, ip=origin.current().ip, previewer=session.previewer)


def sessions_of(person: ClientPerson) -> list[PortalSession]:
    """Where somebody is signed in, the last seen first."""
    return list(PortalSession.objects.filter(person=person, expires_at__gt=now()).order_by("-last_seen_at"))


def end_session(person: ClientPerson, pk: object) -> bool:
    """One of the person's own; whether there was one."""
    return bool(PortalSession.objects.filter(person=person, pk=parse_id(pk)).delete()[0])


def end_others(session: PortalSession) -> int:
    """All other sign-ins of the same person; returns how many."""
    ended: int = PortalSession.objects.filter(person=session.person_id).exclude(pk=session.pk).delete()[0]
    return ended


def _may_preview(session: PortalSession) -> bool:
    """Asked at each request, and remembered as members' roles are: a role withdrawn ends the preview."""
    try:
        context = context_for(session.previewer, session.account_id, via=Via.SESSION)
    except AccountNotFound:
        return False
    return can(context, "client.preview")
