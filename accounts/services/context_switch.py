"""Which account a person works in."""

from accounts.access.context import AccountContext
from accounts.models import Membership
from listbackup.core.clock import now


def note_access(context: AccountContext) -> None:
    """Remembers which account the person entered last."""
    Membership.objects.filter(user=context.user, account=context.account).update(last_access_at=now())
