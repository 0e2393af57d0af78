"""Background tasks of the integrations app."""

from uuid import UUID

from celery import shared_task

from accounts.access.context import AccountContext
from accounts.access.tasks import AccountTask
from integrations.oauth import flow, refresh
from integrations.services import fan_out, webhook_hints, webhook_intake
from listbackup.core.tasks import BaseTask


@shared_task(name="integrations.refresh_tokens", base=BaseTask)
def refresh_tokens() -> int:
    """Rings for every token that ends soon; returns how many."""
    due = refresh.claim_due()
    for row in due:
        refresh_connection.ring_for(row.account_id, queue="maintenance", connection_id=str(row.connection_id))
    flow.remove_old_states()
    webhook_intake.forget_old_events()
    return len(due)


@shared_task(name="integrations.refresh_connection", base=AccountTask)
def refresh_connection(context: AccountContext, connection_id: str) -> bool:
    done = refresh.refresh_claimed(context.account, UUID(connection_id))
    if done:
        fan_out.find_members_of(context, UUID(connection_id))  # an agency's new accounts, once a token's life
    return done


@shared_task(name="integrations.ring_hints", base=BaseTask)
def ring_hints() -> int:
    """Rings for every connection that a webhook said something about; returns how many."""
    due = webhook_hints.claim_due()
    for address in due:
        hand_over_hints.ring_for(address.account_id, queue="sync", connection_id=str(address.connection_id))
    return len(due)


@shared_task(name="integrations.hand_over_hints", base=AccountTask)
def hand_over_hints(context: AccountContext, connection_id: str) -> int:
    return webhook_hints.hand_over(context, UUID(connection_id))
