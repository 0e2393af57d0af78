"""Looking at records: what a guest may do with a source, and what the agency's people may open of a client's."""

from typing import Any

from django.core.cache import cache
from django.db.models import Q

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.errors import NotGranted
from backups.models import Source
from backups.query.rows import Version
from clients.enums import ClientStatus, GrantKind, StaffAccess
from clients.errors import RecordsClosed
from clients.models import Client, ClientGrant
from listbackup.core.clock import now, rfc3339

QUIET = 3600  # seconds in which one person's looks at one source are one entry of the client's log


def allowed_on(context: AccountContext, source: Source) -> frozenset[str]:
    """Names of permissions that a guest has with this source; none for a member, who has roles instead."""
    if context.guest is None:
        return frozenset()
    return context.guest.permissions_on(source.pk, source.account.path)


def require_on(context: AccountContext, source: Source, permission: str) -> None:
    """Raises NotGranted."""
    if permission not in allowed_on(context, source):
        raise NotGranted(permission)


def shown_versions(context: AccountContext, source: Source, versions: list[Version]) -> list[Version]:
    """Of a record's versions, newest first, those that a guest may see: where sharing begins at a moment, the one that
    held then is the first."""
    since = context.guest.since_on(source.pk, source.account.path) if context.guest else None
    if since is None:
        return versions
    begin, shown = rfc3339(since), []
    for version in versions:
        shown.append(version)
        if version.taken_at is None or version.taken_at < begin:
            break
    return shown


def clients_of_source(source: Source) -> list[Client]:
    """Those that a source is shared with now, whichever way."""
    here = Q(kind=GrantKind.ACCOUNT, target__in=source.account.ancestor_ids)
    here |= Q(kind=GrantKind.SOURCE, source=source) | Q(kind=GrantKind.GROUP, group__sources=source)
    grants = ClientGrant.objects.filter(here).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now()))
    return list(
        Client.objects.filter(grants__in=grants, status=ClientStatus.ACTIVE).select_related("account").distinct()
    )


def note_staff_look(context: AccountContext, source: Source, **_: Any) -> None:
    """A member opens records of a source: refused where a client it is shared with let its agency see health only, and
    written into the log of each client. Raises RecordsClosed."""
    if context.guest is not None or context.user is None:
        return
    clients = clients_of_source(source)
    for client in clients:
        if client.staff_access == StaffAccess.HEALTH:
            raise RecordsClosed(
                f"{client.name} lets you see how {source.name} is doing, but not its records.",
                remedy=f"Ask {client.name}: it can change this in its portal.",
            )
    for client in clients:
        if cache.add(f"client-look:{context.user.pk}:{client.pk}:{source.pk}", 1, QUIET):
            record(context, "client.records_opened", client, source=source.name)
