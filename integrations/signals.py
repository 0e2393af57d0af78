"""News of the integrations app, sent inside the transaction that made it true.

Receivers get `context` (AccountContext) and `connection`; they must not talk to the platform.
"""

from django.dispatch import Signal

connection_created = Signal()  # context, connection
connection_needs_reconnect = Signal()  # context, connection, reason
connection_restored = Signal()  # context, connection: it works again, or its credentials were renewed
connection_deleted = Signal()  # context, connection: its secret is already gone

# context, connection, hints (of integrations.directory.models.WebhookHint): something changed at the platform. A
# receiver answers with `integrations.services.webhook_hints.Taken`.
objects_hinted = Signal()
