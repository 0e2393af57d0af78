"""Before content of records is shown or handed to a person: others may refuse, or write it down (`records_opened`)."""

from accounts.access.context import AccountContext
from backups.models import Source
from backups.selectors.sources import get_source
from backups.signals import records_opened
from listbackup.core.errors import Forbidden


def open_records(context: AccountContext, source: Source) -> Source:
    """Raises Forbidden when somebody with a say refuses."""
    records_opened.send(sender=Source, context=context, source=source)
    return source


def readable_source(context: AccountContext, pk: object) -> Source:
    """`get_source` for who is about to see its records. Raises SourceNotFound, Forbidden."""
    return open_records(context, get_source(context, pk))


def may_open_records(context: AccountContext, source: Source) -> bool:
    """For searches over many sources, which leave out what is refused."""
    try:
        open_records(context, source)
    except Forbidden:
        return False
    return True
