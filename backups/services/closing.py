"""What becomes of sources and snapshots when their account is closed, opened again, or erased."""

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.models import Account
from backups.enums import ACTIVE_STATES, KeyState, SourceStatus
from backups.errors import HeldBack
from backups.models import AccountKey, Hold, Job, RecoveryKey, Snapshot, Source
from backups.schedule import table
from backups.services.jobs import cancel_job
from backups.services.storage import erase_folder


@transaction.atomic
def stop_everything(context: AccountContext) -> None:
    """Cancels what runs in the account and below it, and takes its sources out of the schedule."""
    for job in Job.objects.visible_to(context).filter(state__in=ACTIVE_STATES).order_by("pk"):
        cancel_job(context, job)
    sources = Source.objects.visible_to(context)
    table.forget_sources(sources)
    sources.update(next_run_at=None)


@transaction.atomic
def go_on(context: AccountContext) -> None:
    """Plans the active sources of the account and of what is below it again."""
    for source in Source.objects.visible_to(context).filter(status=SourceStatus.ACTIVE).select_related("account"):
        table.plan(source)
        source.save(update_fields=["next_run_at"])


def refuse_while_held(context: AccountContext) -> None:
    """Raises HeldBack when a hold stands on anything in the account, below it, or on it from above."""
    inside = Hold.objects.visible_to(context).filter(released_at__isnull=True)
    above = Hold.objects.shared_with(context).filter(
        source__isnull=True, snapshot__isnull=True, released_at__isnull=True
    )
    if inside.exists() or above.exists():
        raise HeldBack(f"{context.account.name} cannot be deleted: a legal hold covers some of its data.")


def erase_everything(context: AccountContext, account: Account) -> None:
    """Keys first: from then on nothing can be read, whatever copies of the objects there are. Repeatable.

    Raises HeldBack.
    """
    refuse_while_held(context)
    keys = AccountKey.objects.visible_to(context).exclude(state=KeyState.ERASED)
    while keys.update(wrapped=b"", state=KeyState.ERASED):
        pass  # again: a rotation that ended meanwhile made one more, which this update did not see
    RecoveryKey.objects.visible_to(context).delete()
    with transaction.atomic():
        sources = Source.objects.visible_to(context)
        table.forget_sources(sources)
        table.forget_care_of(sources)
        sources.update(last_snapshot=None, records=0, bytes_stored=0, status=SourceStatus.DELETED)
        Snapshot.everything.visible_to(context).delete()
    for node in Account.objects.filter(path__startswith=account.path):
        erase_folder(f"accounts/{node.pk}/")
