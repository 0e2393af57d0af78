"""What the integrations app does on news of others."""

from typing import Any

from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.signals import account_erasing
from integrations.enums import ConnectionStatus
from integrations.models import Connection, CustomPlatform
from integrations.services.connections import delete_connection

GONE = "Deleted connection"


@receiver(account_erasing)
def erase_with_the_account(context: AccountContext, **_: Any) -> None:
    """Gives every grant back and forgets what the rows tell of the customer's accounts at the platforms. Repeatable."""
    every = Connection.objects.visible_to(context)
    for connection in every.exclude(status=ConnectionStatus.DELETED):
        delete_connection(context, connection)
    every.update(
        secret="",
        spare_secret="",
        name=GONE,
        external_id="",
        external_label="",
        config={},
        scopes_granted=[],
        scopes_missing=[],
        streams_off="{}",
        last_error="",
    )
    CustomPlatform.objects.visible_to(context).filter(connections__isnull=True).delete()
