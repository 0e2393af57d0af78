"""Background tasks of the domains app."""

from celery import shared_task

from domains.services.names import check_due
from listbackup.core.tasks import BaseTask


@shared_task(name="domains.check_due", base=BaseTask)
def check_due_domains() -> int:
    return check_due()
