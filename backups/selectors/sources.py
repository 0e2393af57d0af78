"""Reading sources. Every list costs the same number of queries whatever its length."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.access.context import AccountContext
from backups.enums import SourceStatus
from backups.errors import SourceNotFound
from backups.models import Source


def sources_of(context: AccountContext) -> QuerySet[Source]:
    """The sources of the account and of those below it, newest first; deleted ones are left out."""
    found: QuerySet[Source] = (
        Source.objects.visible_to(context)
        .exclude(status=SourceStatus.DELETED)
        .select_related("connection__custom_platform", "last_snapshot", "account")
        .defer("proof")  # long, and no list shows it
        .order_by("-id")
    )
    return found


def deleted_sources(context: AccountContext) -> QuerySet[Source]:
    """Deleted ones that still have their snapshots, the last deleted first."""
    found: QuerySet[Source] = (
        Source.objects.visible_to(context)
        .filter(status=SourceStatus.DELETED, last_snapshot__isnull=False)
        .select_related("connection", "last_snapshot", "account")
        .defer("proof")
        .order_by("-status_changed_at", "-id")
    )
    return found


def get_deleted(context: AccountContext, pk: object) -> Source:
    """Raises SourceNotFound."""
    key = _uuid(pk)
    source = deleted_sources(context).filter(pk=key).first() if key else None
    if source is None:
        raise SourceNotFound("There is no such deleted source.")
    return source


def get_source(context: AccountContext, pk: object) -> Source:
    """Raises SourceNotFound, for somebody else's too."""
    key = _uuid(pk)
    source = sources_of(context).filter(pk=key).first() if key else None
    if source is None:
        raise SourceNotFound("There is no such source.")
    return source


def sources_by_ids(context: AccountContext, ids: Iterable[object]) -> list[Source]:
    """All of them, each once. Raises SourceNotFound if one does not exist for this context."""
    keys = {_uuid(pk) for pk in ids}
    found = list(sources_of(context).filter(pk__in=[key for key in keys if key]))
    if len(found) != len(keys):
        raise SourceNotFound("One of these sources does not exist.")
    return found


def _uuid(value: object) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None
