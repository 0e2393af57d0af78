"""Reading source groups."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.access.context import AccountContext
from backups.enums import Health, SourceStatus
from backups.errors import GroupNotFound
from backups.models import SourceGroup


def groups_of(context: AccountContext) -> QuerySet[SourceGroup]:
    """Groups with `source_count` and `protected_count`, newest first."""
    living = ~Q(sources__status=SourceStatus.DELETED)
    found: QuerySet[SourceGroup] = (
        SourceGroup.objects.visible_to(context)
        .annotate(
            source_count=Count("sources", filter=living, distinct=True),
            protected_count=Count("sources", filter=living & Q(sources__health=Health.PROTECTED), distinct=True),
        )
        .order_by("-id")
    )
    return found


def get_group(context: AccountContext, pk: object) -> SourceGroup:
    """Raises GroupNotFound."""
    try:
        found = groups_of(context).filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise GroupNotFound("There is no such source group.")
    return found
