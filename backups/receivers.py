"""What the backups app does on news of others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.enums import AccountStatus
from accounts.models import Account
from accounts.signals import account_closed, account_erasing, account_opened
from backups.enums import ACTIVE_STATES, SourceStatus, Trigger
from backups.errors import JobAlreadyRunning, SourceNotReady
from backups.models import Job, Source
from backups.schedule import table
from backups.services import closing, locks
from backups.services.alerts import warn_of_failure
from backups.services.hints import read_again
from backups.services.jobs import cancel_job, start_job
from backups.services.replication import is_configured
from backups.services.sources import set_status
from backups.signals import job_finished
from integrations.directory.models import WebhookHint
from integrations.services.webhook_hints import Taken
from integrations.signals import (
    connection_deleted,
    connection_needs_reconnect,
    connection_restored,
    objects_hinted,
)

if TYPE_CHECKING:
    from integrations.models import Connection


@receiver(connection_needs_reconnect)
def pause_for_reconnect(context: AccountContext, connection: "Connection", reason: str = "", **_: Any) -> None:
    for source in _sources(connection).filter(status=SourceStatus.ACTIVE):
        set_status(
            source,
            SourceStatus.NEEDS_RECONNECT,
            reason=reason or f"{connection.name} does not accept our access any more.",
            remedy=f"Reconnect {connection.name}; backups then go on by themselves.",
        )


@receiver(connection_restored)
def go_on(context: AccountContext, connection: "Connection", **_: Any) -> None:
    """Sources that waited for the connection get their schedule back, and a backup at once."""
    for source in _sources(connection).filter(status=SourceStatus.NEEDS_RECONNECT):
        set_status(source, SourceStatus.ACTIVE)
        try:
            start_job(context, source=source, trigger=Trigger.RETRY)
        except (JobAlreadyRunning, SourceNotReady):
            continue  # it runs already, or will at its time


@receiver(connection_deleted)
def pause_for_good(context: AccountContext, connection: "Connection", **_: Any) -> None:
    for source in _sources(connection).exclude(status__in=[SourceStatus.DELETED, SourceStatus.PAUSED]):
        set_status(
            source,
            SourceStatus.PAUSED,
            reason=f"{connection.name} was disconnected. The snapshots stay readable.",
            remedy="Connect the platform again and create a new source.",
        )
    waiting = Job.objects.filter(source__connection=connection, state__in=ACTIVE_STATES, kind__in=["backup", "sync"])
    for job in waiting:
        cancel_job(context, job)


@receiver(objects_hinted)
def read_what_changed(connection: "Connection", hints: Sequence[WebhookHint], **_: Any) -> Taken:
    return read_again(connection, hints)


@receiver(job_finished)
def look_after_what_was_stored(context: AccountContext, job: Job, **_: Any) -> None:
    """A run that wrote something puts its source under daily care; one that failed for good is told to people."""
    if job.writes_snapshots and job.started_at is not None and job.source.status != SourceStatus.DELETED:
        table.plan_care(job.source)
    if job.snapshot_id is not None and job.writes_snapshots and locks.is_configured():
        from backups.tasks import lock_objects  # late: leaf task

        lock_objects.ring_for(job.account_id, queue="maintenance", source_id=str(job.source_id))
    if job.snapshot_id is not None and job.writes_snapshots and is_configured():
        from backups.tasks import replicate  # late: leaf task

        # The daily care rings again for what was missed.
        replicate.ring_for(job.account_id, queue="maintenance", source_id=str(job.source_id))
    warn_of_failure(job)


@receiver(account_closed)
def stop_with_the_account(context: AccountContext, account: Account, **_: Any) -> None:
    if account.status == AccountStatus.CLOSING:
        closing.refuse_while_held(context)
    closing.stop_everything(context)


@receiver(account_opened)
def go_on_with_the_account(context: AccountContext, **_: Any) -> None:
    closing.go_on(context)


@receiver(account_erasing)
def erase_with_the_account(context: AccountContext, account: Account, **_: Any) -> None:
    closing.erase_everything(context, account)


def _sources(connection: "Connection") -> Any:
    return Source.objects.filter(connection=connection).select_for_update(of=("self",)).order_by("pk")
