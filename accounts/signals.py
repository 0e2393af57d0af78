"""News of the accounts app, sent inside the transaction that made it true."""

from django.dispatch import Signal

organization_created = Signal()  # organization, account
account_closed = Signal()  # context, account: nothing may run in it or below it any more
account_opened = Signal()  # context, account: it and what is below it may run again
account_erasing = Signal()  # context, account: its data must be gone when this returns
invitation_accepted = Signal()  # context (the new person's), invitation, user
