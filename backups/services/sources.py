"""Sources: created, changed, paused, resumed, deleted."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import Account
from accounts.plans import limit_of, require_room
from accounts.services.account_settings import setting_of
from backups.enums import ACTIVE_STATES, Health, JobKind, JobState, SourceStatus, Trigger
from backups.errors import HeldBack, ScheduleInvalid, SourceNotReady, StreamUnknown
from backups.models import Job, Source
from backups.schedule import table
from backups.schedule.timetable import check_schedule, shortest_gap
from backups.services import retention
from backups.services.jobs import cancel_job, queue_job, start_job
from backups.signals import source_created, source_deleted
from integrations.enums import ConnectionStatus
from integrations.selectors.manifests import manifest_of
from integrations.services.fan_out import is_agency
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput

if TYPE_CHECKING:
    from backups.services.probes import Probe
    from integrations.models import Connection

NAME_LENGTH = 150


@transaction.atomic
def create_source(
    context: AccountContext,
    *,
    connection: "Connection",
    name: str = "",
    streams: Sequence[str] = (),
    schedule: str | None = None,
    start: bool = True,
) -> Source:
    """A source of the context's account; with `start`, its first backup is queued.

    No `streams` means all of them, also those that the platform adds later; without a schedule it is the account's.
    Raises SourceNotReady, StreamUnknown, ScheduleInvalid, InvalidInput, PlanLimitReached.
    """
    if connection.status != ConnectionStatus.ACTIVE:
        raise SourceNotReady(f"{connection.name} is not connected.", remedy="Reconnect it first.")
    if is_agency(connection):
        raise SourceNotReady(
            f"{connection.name} is an agency's grant and holds no data itself.", remedy="Choose one of its accounts."
        )
    require_room(connection.account, "sources")
    if schedule is None:
        schedule = str(setting_of(connection.account, "default_schedule"))
    source = Source(
        account=connection.account,
        connection=connection,
        name=_clean_name(name or connection.name),
        streams=check_streams(connection, streams),
        schedule=_affordable(connection.account, check_schedule(schedule)),
        status_changed_at=now(),
        created_by=context.user,
    )
    table.plan(source)
    source.save(force_insert=True)
    record(context, "source.created", source, platform=connection.platform_key, schedule=source.schedule)
    source_created.send(sender=Source, context=context, source=source)
    if start:
        start_job(context, source=source, trigger=Trigger.FIRST)
    return source


@transaction.atomic
def update_source(
    context: AccountContext,
    source: Source,
    *,
    name: str | None = None,
    streams: Sequence[str] | None = None,
    schedule: str | None = None,
) -> Source:
    """Changes what is given. A running backup goes on with what it began with."""
    locked = _locked(context, source)
    changed: dict[str, object] = {}
    if name is not None and _clean_name(name) != locked.name:
        changed["name"], locked.name = locked.name, _clean_name(name)
    if streams is not None and list(streams) != locked.streams:
        changed["streams"], locked.streams = locked.streams, check_streams(locked.connection, streams)
    if schedule is not None and check_schedule(schedule) != locked.schedule:
        changed["schedule"] = locked.schedule
        locked.schedule = _affordable(locked.account, check_schedule(schedule))
        table.plan(locked)
    if changed:
        locked.save()
        record(context, "source.updated", locked, before={key: str(value) for key, value in changed.items()})
    return locked


@transaction.atomic
def pause_source(context: AccountContext, source: Source, *, reason: str = "") -> Source:
    """No scheduled backups until it is resumed; a running one goes on."""
    locked = _locked(context, source)
    if locked.status == SourceStatus.PAUSED:
        return locked
    set_status(locked, SourceStatus.PAUSED, reason=reason or "Backups are paused.", remedy="Resume the source.")
    record(context, "source.paused", locked, reason=reason)
    return locked


@transaction.atomic
def resume_source(context: AccountContext, source: Source) -> Source:
    """Back to its schedule. Raises SourceNotReady while the connection does not work."""
    locked = _locked(context, source)
    if locked.status == SourceStatus.ACTIVE:
        return locked
    if locked.connection.status != ConnectionStatus.ACTIVE:
        raise SourceNotReady(
            f"{locked.connection.name} does not work at present.", remedy="Reconnect it; the source then resumes."
        )
    set_status(locked, SourceStatus.ACTIVE)
    record(context, "source.resumed", locked)
    return locked


@transaction.atomic
def delete_source(context: AccountContext, source: Source, *, erase: bool) -> Source:
    """Ends the source. Its snapshots stay readable, or with `erase` are removed from the storage after thirty days,
    until when it can be brought back. Raises HeldBack when they are on hold and were to be erased."""
    locked = _locked(context, source)
    if erase and retention.holds_on(locked).exists():
        raise HeldBack(f"The snapshots of {locked.name} are on hold: they cannot be erased.")
    for job in Job.objects.filter(source=locked, state__in=ACTIVE_STATES):
        cancel_job(context, job)
    locked.erase_at = now() + retention.GRACE if erase else None
    set_status(locked, SourceStatus.DELETED)
    table.plan_care(locked)
    record(context, "source.deleted", locked, erase=erase, erased_after=locked.erase_at and locked.erase_at.isoformat())
    source_deleted.send(sender=Source, context=context, source=locked, erase=erase)
    return locked


@transaction.atomic
def bring_back(context: AccountContext, source: Source) -> Source:
    """A deleted source as it was, paused. Raises SourceNotReady when it was not deleted, or is being erased."""
    locked = _locked(context, source, deleted=True)
    if Job.objects.filter(source=locked, kind=JobKind.CLEANUP).exists():
        raise SourceNotReady(f"{locked.name} is being erased.")
    require_room(locked.account, "sources")
    locked.erase_at = None
    set_status(locked, SourceStatus.PAUSED, reason="It was deleted and brought back.", remedy="Resume the source.")
    record(context, "source.brought_back", locked)
    return locked


@transaction.atomic
def erase_when_due(context: AccountContext, source: Source, moment: dt.datetime) -> Job | None:
    """Queues the erasure of a deleted source whose date has come and that nothing holds; None: not now."""
    if source.erase_at is None or source.erase_at > moment or retention.holds_on(source).exists():
        return None
    if Job.objects.filter(source=source, kind=JobKind.CLEANUP, state__in=ACTIVE_STATES).exists():
        return None
    # A job, so that the sweeper sends it again until it is done.
    return queue_job(context, source=source, kind=JobKind.CLEANUP)


def probe_source(context: AccountContext, source: Source) -> "list[Probe]":
    """A dry run: see `probes.probe_source`."""
    from backups.services import probes  # late: loads the connector

    return probes.probe_source(context, source)


def _affordable(account: Account, schedule: str) -> str:
    """The schedule, when the plan allows so short a pace. Raises ScheduleInvalid."""
    shortest, gap = limit_of(account, "frequency"), shortest_gap(schedule, zone=account.time_zone)
    if shortest is not None and gap is not None and gap < shortest * 60:
        raise ScheduleInvalid(
            f"Your plan allows a backup every {shortest} minutes at most.",
            fields={"schedule": [f"Leave at least {shortest} minutes between two backups, or choose a larger plan."]},
        )
    return schedule


def set_status(source: Source, status: str, *, reason: str = "", remedy: str = "") -> None:
    """Changes the state, the health that follows from it, and the schedule. The caller holds the row's lock."""
    source.status, source.status_changed_at = status, now()
    if status == SourceStatus.ACTIVE:
        source.health = resting_health(source)
        source.health_reason = source.health_remedy = ""
    else:
        attention = status == SourceStatus.NEEDS_RECONNECT
        source.health = Health.ATTENTION if attention else Health.PAUSED
        source.health_reason, source.health_remedy = reason, remedy
    table.plan(source)
    source.save()


def resting_health(source: Source) -> str:
    """The health of a source that works, from its last finished backup alone."""
    last = (
        Job.objects.filter(
            source=source, state__in=[JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.DEAD]
        )
        .order_by("-id")
        .values_list("state", flat=True)
        .first()
    )
    if last is None:
        return Health.UNKNOWN
    return {JobState.SUCCEEDED: Health.PROTECTED, JobState.PARTIAL: Health.ATTENTION}.get(last, Health.FAILED)


def check_streams(connection: "Connection", streams: Sequence[str]) -> list[str]:
    """The names, each once. Raises StreamUnknown for one the platform cannot have."""
    wanted = list(dict.fromkeys(streams))
    manifest = manifest_of(connection)
    known = set(manifest.streams)
    dynamic = bool(manifest.discover)  # streams found at run time cannot be listed here
    unknown = [name for name in wanted if not isinstance(name, str) or (name not in known and not dynamic)]
    if unknown:
        raise StreamUnknown(
            f"{manifest.name} has no stream {str(unknown[0])[:60]}.",
            fields={"streams": [f"Unknown: {', '.join(str(name)[:60] for name in unknown[:10])}"]},
            remedy="Choose from the platform's list of streams.",
        )
    return wanted


def _clean_name(name: str) -> str:
    cleaned = " ".join("".join(c for c in name if c.isprintable() or c.isspace()).split())[:NAME_LENGTH]
    if not cleaned:
        raise InvalidInput("A source needs a name.", fields={"name": ["Give it a name."]})
    return cleaned


def _locked(context: AccountContext, source: Source, *, deleted: bool = False) -> Source:
    found: Source = (
        Source.objects.visible_to(context)
        .select_related("connection", "account")
        .select_for_update(of=("self",))
        .get(pk=source.pk)
    )
    if (found.status == SourceStatus.DELETED) != deleted:
        raise SourceNotReady(f"{found.name} {'is not' if deleted else 'was'} deleted.")
    return found
