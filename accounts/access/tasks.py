"""Base of tasks about an organization's data: the account travels in the message's headers."""

from typing import Any
from uuid import UUID

import structlog

from accounts.access.resolve import system_context
from accounts.access.schema import entered, leave
from accounts.errors import NoTenant
from accounts.models import Account
from listbackup.core.ids import parse_id
from listbackup.core.tasks import BaseTask

log = structlog.get_logger(__name__)
HEADER = "lb_account"


class AccountTask(BaseTask):
    """Runs `run(context, **ids)` in the account's schema. A message for an account that is gone is logged and done."""

    abstract = True
    typing = False  # the sender does not pass the context: it is made where the task runs

    def ring_for(self, account_id: UUID, *, queue: str | None = None, **kwargs: Any) -> None:
        """Enqueues on commit for the account."""
        self.ring(queue=queue, headers={HEADER: str(account_id)}, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        account_id = (getattr(self.request, "headers", None) or {}).get(HEADER) or getattr(self.request, HEADER, None)
        if not account_id:
            raise NoTenant(f"{self.name} came without an account")
        leave()
        pk = parse_id(account_id)
        account = Account.objects.select_related("organization").filter(pk=pk).first() if pk else None
        if account is None:
            log.warning("task_for_unknown_account", task=self.name, account=repr(account_id)[:60])
            return None
        try:
            with entered(account.organization):
                return self.run(system_context(account), *args, **kwargs)
        finally:
            leave()

    def call_for(self, account: Account, **kwargs: Any) -> Any:
        """Runs it now, in this process (commands and tests)."""
        with entered(account.organization):
            return self.run(system_context(account), **kwargs)
