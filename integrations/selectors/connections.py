"""Reads of connections."""

from uuid import UUID

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from integrations.enums import ConnectionStatus
from integrations.errors import ConnectionNotFound
from integrations.models import Connection


def connections_of(context: AccountContext) -> TenantQuerySet[Connection]:
    """The live connections that the context sees, newest first; one query whatever is shown of a row."""
    found: TenantQuerySet[Connection] = (
        Connection.objects.visible_to(context)
        .exclude(status=ConnectionStatus.DELETED)
        .select_related("custom_platform", "account", "created_by", "authorised_by", "spare_by", "grant")
        .order_by("-id")
    )
    return found


def get_connection(context: AccountContext, connection_id: object) -> Connection:
    """Raises ConnectionNotFound for an unknown, deleted or somebody else's connection alike."""
    try:
        key = connection_id if isinstance(connection_id, UUID) else UUID(str(connection_id))
    except ValueError:
        key = None
    found = connections_of(context).filter(pk=key).first() if key else None
    if found is None:
        raise ConnectionNotFound("There is no such connection in this account.")
    return found
