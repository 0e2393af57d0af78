"""What a client may see and do now: the account context of everything that happens in a portal."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.access.context import AccountContext
from accounts.access.guests import Guest, Share
from accounts.enums import Role, Via
from accounts.models import User
from backups.enums import GroupStatus
from backups.models import SourceGroup
from clients.enums import ClientStatus, Permission
from clients.models import Client, ClientGrant
from clients.rules import OPENS
from listbackup.core.clock import now


def guest_context(client: Client, who: str, *, ip: str | None = None, previewer: User | None = None) -> AccountContext:
    """`who` as the log names them. Grants are read anew each time: one taken back ends with the next request.

    Two queries at most. A preview may look and nothing else.
    """
    guest = Guest(id=client.pk, label=f"{who} ({client.name})", shares=shares_of(client))
    if previewer is not None:
        only = OPENS[Permission.VIEW] | OPENS[Permission.SEARCH]
        guest = replace(
            guest, shares=tuple(replace(share, permissions=share.permissions & only) for share in guest.shares)
        )
    account = client.account
    return AccountContext(
        account=account,
        organization=account.organization,
        role=Role.VIEWER,
        user=previewer,
        via=Via.PORTAL,
        ip=ip,
        guest=guest,
    )


def shares_of(client: Client) -> tuple[Share, ...]:
    """The grants in force as what they open."""
    grants = list(grants_in_force().filter(client=client).select_related("target"))
    groups = [grant.group_id for grant in grants if grant.group_id is not None]
    members: dict[UUID, set[UUID]] = {}
    if groups:
        rows = SourceGroup.sources.through.objects.filter(
            sourcegroup__in=groups, sourcegroup__status=GroupStatus.ACTIVE
        ).values_list("sourcegroup_id", "source_id")
        for group, source in rows:
            members.setdefault(group, set()).add(source)
    return tuple(
        Share(
            permissions=opened(_allowed(client, grant)),
            path=grant.target.path if grant.target else "",
            sources=_sources(grant, members),
            since=grant.since,
        )
        for grant in grants
    )


def _sources(grant: ClientGrant, members: dict[UUID, set[UUID]]) -> frozenset[UUID]:
    if grant.source_id is not None:
        return frozenset({grant.source_id})
    return frozenset(members.get(grant.group_id, ())) if grant.group_id is not None else frozenset()


def grants_in_force() -> QuerySet[ClientGrant]:
    """Of all clients that are let in."""
    found: QuerySet[ClientGrant] = ClientGrant.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now()), client__status=ClientStatus.ACTIVE
    )
    return found


def _allowed(client: Client, grant: ClientGrant) -> set[str]:
    """A grant may allow less than its client, never more."""
    own = set(client.permissions)
    return own if grant.permissions is None else own & set(grant.permissions)


def opened(permissions: Iterable[str]) -> frozenset[str]:
    """What these permissions open; nothing without `view`."""
    wanted = set(permissions)
    if Permission.VIEW not in wanted:
        return frozenset()
    return frozenset().union(*(OPENS[Permission(name)] for name in wanted if name in OPENS))
