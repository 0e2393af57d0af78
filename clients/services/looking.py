"""Looking at records: what a guest may do with a source, and what the agency's people may open of a client's."""

from collections.abc import Sequence
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.errors import NotGranted
from backups.enums import GroupStatus
from backups.models import Source, SourceGroup
from backups.query.rows import Version
from clients.enums import StaffAccess
from clients.errors import RecordsClosed
from clients.models import Client, ClientGrant
from clients.selectors.access import grants_in_force
from listbackup.core.clock import rfc3339

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


def clients_by_source(sources: Sequence[Source]) -> dict[UUID, set[Client]]:
    """The clients that each source is shared with now, whichever way. Three queries at most, whatever the number."""
    above = {pk for source in sources for pk in source.account.ancestor_ids}
    ids = [source.pk for source in sources]
    here = Q(target__in=above) | Q(source__in=ids) | Q(group__status=GroupStatus.ACTIVE, group__sources__in=ids)
    grants = list(grants_in_force().filter(here).select_related("client__account").distinct())
    held: dict[UUID, set[UUID]] = {}
    if groups := {grant.group_id for grant in grants if grant.group_id is not None}:
        rows = SourceGroup.sources.through.objects.filter(sourcegroup__in=groups, source__in=ids)
        for group, source in rows.values_list("sourcegroup_id", "source_id"):
            held.setdefault(group, set()).add(source)
    return {source.pk: {grant.client for grant in grants if _covers(grant, source, held)} for source in sources}


def _covers(grant: ClientGrant, source: Source, held: dict[UUID, set[UUID]]) -> bool:
    if grant.group_id is not None:
        return source.pk in held.get(grant.group_id, ())
    return grant.source_id == source.pk or grant.target_id in source.account.ancestor_ids


def note_staff_look(context: AccountContext, sources: Sequence[Source]) -> dict[UUID, RecordsClosed]:
    """A member opens records: what a client that lets its agency see health only refuses, by source; other looks are
    written into the log of each client. A guest's looks are noted where they are shown."""
    if context.guest is not None or context.user is None:
        return {}
    refused: dict[UUID, RecordsClosed] = {}
    found = clients_by_source(sources)
    for source in sources:
        closed = next((one for one in found[source.pk] if one.staff_access == StaffAccess.HEALTH), None)
        if closed is not None:
            refused[source.pk] = RecordsClosed(
                f"{closed.name} lets you see how {source.name} is doing, but not its records.",
                remedy=f"Ask {closed.name}: it can change this in its portal.",
            )
            continue
        for client in found[source.pk]:
            if cache.add(f"client-look:{context.user.pk}:{client.pk}:{source.pk}", 1, QUIET):
                record(context, "client.records_opened", client, source=source.name)
    return refused
