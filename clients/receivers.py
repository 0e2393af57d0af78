"""What the clients app does on news of others."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.signals import account_erasing
from backups.enums import JobKind
from backups.models import Job, Source
from backups.signals import job_finished, records_opened
from clients.models import BrandImage, Client, PortalBranding
from clients.services.looking import note_staff_look
from clients.services.requests import tell_ready
from listbackup.core.errors import Forbidden


@receiver(account_erasing)
def erase_with_the_account(context: AccountContext, **_: Any) -> None:
    for model in (Client, PortalBranding, BrandImage):
        model.objects.visible_to(context).delete()


@receiver(job_finished)
def tell_who_asked(context: AccountContext, job: Job, **_: Any) -> None:
    if job.kind == JobKind.EXPORT:
        tell_ready(job)


@receiver(records_opened)
def keep_the_clients_word(context: AccountContext, sources: Sequence[Source], **_: Any) -> dict[UUID, Forbidden]:
    return {**note_staff_look(context, sources)}
