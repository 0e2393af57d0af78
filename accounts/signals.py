"""News of the accounts app, sent inside the transaction that made it true."""

from django.dispatch import Signal

organization_created = Signal()  # organization, account
