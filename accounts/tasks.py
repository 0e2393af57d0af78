"""Background tasks of the accounts app."""

from celery import shared_task

from accounts.outbox.services import deliver_due
from listbackup.core.tasks import BaseTask


@shared_task(name="accounts.send_outbox", base=BaseTask)
def send_outbox() -> int:
    return deliver_due()
