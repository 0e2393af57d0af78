"""Legal holds: placed and released, each with a reason and a name in the activity."""

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from accounts.activity.services import record
from backups.enums import DeletedBy
from backups.errors import HoldNotFound
from backups.models import Hold, Snapshot, Source
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.core.ids import parse_id

REASON = 500


@transaction.atomic
def place(
    context: AccountContext, *, reason: str, source: Source | None = None, snapshot: Snapshot | None = None
) -> Hold:
    """On a snapshot, a source, or with neither on the context's account and all below it. Marks of the retention on what
    it covers go at once. Raises InvalidInput without a reason."""
    reason = " ".join("".join(c for c in reason if c.isprintable() or c.isspace()).split())[:REASON]
    if not reason:
        raise InvalidInput("A hold needs a reason.", fields={"reason": ["Say why, for those who read it in years."]})
    target = snapshot or source
    hold = Hold.objects.create(
        account=target.account if target else context.account,
        source=None if snapshot else source,
        snapshot=snapshot,
        reason=reason,
        created_by=context.user,
    )
    covered = Snapshot.objects.visible_to(context).filter(delete_at__isnull=False)
    if snapshot is not None:
        covered = covered.filter(pk=snapshot.pk)
    elif source is not None:
        covered = covered.filter(source=source, delete_by=DeletedBy.RETENTION)
    else:
        covered = covered.filter(delete_by=DeletedBy.RETENTION)
    covered.update(delete_at=None, delete_by="")
    record(context, "hold.placed", hold, on=str(target or context.account), reason=reason)
    return hold


@transaction.atomic
def release(context: AccountContext, hold: Hold) -> Hold:
    """The retention sees what it covered again from the next night on. A second release changes nothing."""
    locked: Hold = Hold.objects.visible_to(context).select_for_update(of=("self",)).get(pk=hold.pk)
    if locked.released_at is None:
        locked.released_at, locked.released_by = now(), context.user
        locked.save(update_fields=["released_at", "released_by"])
        record(context, "hold.released", locked, on=str(locked.snapshot or locked.source or locked.account))
    return locked


def holds_of(context: AccountContext) -> TenantQuerySet[Hold]:
    """Of the account and of those below it, newest first, released ones too."""
    found: TenantQuerySet[Hold] = (
        Hold.objects.visible_to(context)
        .select_related("source", "snapshot__source", "account", "created_by", "released_by")
        .order_by("-id")
    )
    return found


def get_hold(context: AccountContext, pk: object) -> Hold:
    """Raises HoldNotFound."""
    key = parse_id(str(pk))
    found = holds_of(context).filter(pk=key).first() if key else None
    if found is None:
        raise HoldNotFound("There is no such hold.")
    return found
