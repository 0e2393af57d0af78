"""What is done for a source every night: the retention applied, what is due removed, what nobody needs collected."""

import datetime as dt
from uuid import UUID

from accounts.access.context import AccountContext
from backups.models import Source
from backups.services import locks, removal, retention
from backups.services.collection import collect
from listbackup.core.clock import now


def tidy(context: AccountContext, source: Source, *, moment: dt.datetime | None = None) -> int:
    """How many objects went. Each step may be repeated. Raises DamagedObject, KeyUnavailable, StorageUnavailable."""
    moment = moment or now()
    retention.apply(context, source, moment)
    removal.remove_due(context, source, moment)
    gone = collect(context, source, moment=moment)
    locks.extend(context, source, moment)
    return gone


def tidy_by_id(context: AccountContext, source_id: UUID) -> int:
    """The same by id; a source that is gone has nothing to be tidied."""
    source = Source.objects.select_related("account").filter(pk=source_id).first()
    return tidy(context, source) if source is not None else 0
