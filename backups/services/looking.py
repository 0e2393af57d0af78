"""Before content of records is shown or handed to a person: others may refuse, or write it down (`records_opened`)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.access.context import AccountContext
from backups.models import Source
from backups.selectors.sources import get_source
from backups.signals import records_opened
from listbackup.core.errors import Forbidden


def open_records(context: AccountContext, source: Source) -> Source:
    """Raises Forbidden when somebody with a say refuses."""
    for error in _refusals(context, [source]).values():
        raise error
    return source


def readable_source(context: AccountContext, pk: object) -> Source:
    """`get_source` for who is about to see its records. Raises SourceNotFound, Forbidden."""
    return open_records(context, get_source(context, pk))


def openable(context: AccountContext, sources: Sequence[Source]) -> list[Source]:
    """Those whose records may be seen, for searches over many."""
    refused = _refusals(context, sources)
    return [source for source in sources if source.pk not in refused]


def _refusals(context: AccountContext, sources: Sequence[Source]) -> dict[UUID, Forbidden]:
    refused: dict[UUID, Forbidden] = {}
    answers: list[tuple[Any, Any]] = records_opened.send(sender=Source, context=context, sources=sources)
    for _, answer in answers:
        refused |= answer or {}
    return refused
