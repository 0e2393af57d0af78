"""Background tasks of the integrations app."""

from uuid import UUID

from celery import shared_task

from accounts.access.context import AccountContext
from accounts.access.tasks import AccountTask
from integrations.oauth import flow, refresh
from listbackup.core.tasks import BaseTask


@shared_task(name="integrations.refresh_tokens", base=BaseTask)
def refresh_tokens() -> int:
    """Rings for every token that ends soon; returns how many."""
    due = refresh.claim_due()
    for row in due:
        refresh_connection.ring_for(row.account_id, queue="maintenance", connection_id=str(row.connection_id))
    flow.remove_old_states()
    return len(due)


@shared_task(name="integrations.refresh_connection", base=AccountTask)
def refresh_connection(context: AccountContext, connection_id: str) -> bool:
    return refresh.refresh_claimed(context.account, UUID(connection_id))
