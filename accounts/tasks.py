"""Background tasks of the accounts app."""

from celery import shared_task

from accounts.outbox.services import deliver_due
from accounts.services.closing import erase_due, warn_of_erasure
from listbackup.core.tasks import BaseTask


@shared_task(name="accounts.send_outbox", base=BaseTask)
def send_outbox() -> int:
    return deliver_due()


@shared_task(name="accounts.archive_activity", base=BaseTask)
def archive_activity() -> int:
    from accounts.activity.archive import archive_due  # late: leaf task

    return archive_due()


@shared_task(name="accounts.erase_due_accounts", base=BaseTask)
def erase_due_accounts() -> int:
    warn_of_erasure()
    return erase_due()
