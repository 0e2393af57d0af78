"""Retention applied: what is let go is marked first and removed thirty days later; see `backups.services.removal`."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.access.context import AccountContext
from accounts.access.querysets import TenantQuerySet
from accounts.activity.services import record
from accounts.plans import limit_of
from accounts.services.account_settings import Effective, effective_settings
from backups.enums import DeletedBy, SnapshotStatus
from backups.models import Hold, Snapshot, Source
from backups.retention.choice import Outlook, Point, choose, outlook
from backups.retention.policy import Policy, describe, parse
from backups.schedule.timetable import shortest_gap
from listbackup.core.clock import now

GRACE = dt.timedelta(days=30)  # between the mark and the removal
HELD, FROZEN = "on hold", "kept until the last backup is checked"


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy of a source. `own`: it has one itself; else `origin` names the account it comes from, or nobody set one.
    `at_most`: days after which the plan ends what the rules keep."""

    policy: Policy
    own: bool
    origin: str
    at_most: int | None

    @property
    def words(self) -> str:
        return describe(self.policy)


@dataclass(frozen=True, slots=True)
class Decision:
    """`reasons` to keep the snapshot; none: it is let go."""

    snapshot: Snapshot
    reasons: list[str]


def policy_of(source: Source) -> InForce:
    at_most = limit_of(source.account, "retention")
    if source.retention:
        return InForce(parse(source.retention), True, "", at_most)
    setting = _setting(source)
    return InForce(parse(str(setting.value)), False, setting.origin.name if setting.origin else "", at_most)


def inherited(source: Source) -> Policy:
    """The account's, whether the source has one of its own or not."""
    return parse(str(_setting(source).value))


def decide(source: Source, moment: dt.datetime, policy: Policy | None = None) -> list[Decision]:
    """For every snapshot, newest first; by the policy in force, or by another one that is being thought of."""
    in_force = policy_of(source)
    rows = list(_rows(source))
    chosen = choose(_points(rows), policy or in_force.policy, moment, _zone(source), at_most=in_force.at_most)
    held, everything_held = _held(source)
    frozen = _is_frozen(rows)
    found = []
    for row in rows:
        reasons = list(chosen.get(row.number, []))
        if everything_held or row.pk in held:
            reasons.append(HELD)
        if frozen:
            reasons.append(FROZEN)
        found.append(Decision(row, reasons))
    return found


def outlook_of(source: Source, moment: dt.datetime, policy: Policy | None = None) -> list[Outlook]:
    """What would be let go when, if backups go on at the source's pace. Holds count as released."""
    in_force = policy_of(source)
    rows = list(_rows(source))
    gap = shortest_gap(source.schedule, zone=source.account.time_zone)
    pace = dt.timedelta(seconds=gap) if gap and not source.is_paused else None
    chosen = policy or in_force.policy
    return outlook(_points(rows), chosen, moment, _zone(source), at_most=in_force.at_most, pace=pace)


@transaction.atomic
def apply(context: AccountContext, source: Source, moment: dt.datetime | None = None) -> int:
    """Marks what is let go, and takes the mark from what is kept again. Returns how many are newly marked."""
    moment = moment or now()
    source = Source.objects.select_for_update(of=("self",)).select_related("account").get(pk=source.pk)
    decisions = decide(source, moment)
    marked = [one.snapshot for one in decisions if not one.reasons and one.snapshot.delete_at is None]
    spared = [one.snapshot for one in decisions if one.reasons and one.snapshot.delete_by == DeletedBy.RETENTION]
    Snapshot.objects.filter(pk__in=[row.pk for row in marked]).update(
        delete_at=moment + GRACE, delete_by=DeletedBy.RETENTION
    )
    Snapshot.objects.filter(pk__in=[row.pk for row in spared]).update(delete_at=None, delete_by="")
    if marked or spared:
        numbers = sorted(row.number for row in marked)[:100]
        record(
            context, "source.retention_applied", source, marked=len(marked), spared=len(spared),
            snapshots=numbers, removed_after=(moment + GRACE).isoformat(),
        )  # fmt: skip
    return len(marked)


@transaction.atomic
def set_policy(context: AccountContext, source: Source, text: str) -> Source:
    """`text` of a policy, or empty for the account's. It is applied at once: what it lets go is marked.

    Raises InvalidInput, SourceNotFound.
    """
    locked: Source = (
        Source.objects.visible_to(context).select_for_update(of=("self",)).select_related("account").get(pk=source.pk)
    )
    wanted = str(parse(text)) if text.strip() else ""
    if wanted != locked.retention:
        before, locked.retention = locked.retention, wanted
        locked.save(update_fields=["retention", "updated_at"])
        record(context, "source.retention_changed", locked, before=before or "inherited", after=wanted or "inherited")
        apply(context, locked)
    return locked


def holds_on(source: Source) -> "TenantQuerySet[Hold]":
    """Standing holds that cover all or some of the source's snapshots: its own and those of the accounts above."""
    wide = Q(source__isnull=True, snapshot__isnull=True, account__in=source.account.ancestor_ids)
    found: TenantQuerySet[Hold] = Hold.objects.filter(
        wide | Q(source=source) | Q(snapshot__source=source), released_at__isnull=True
    )
    return found


def _setting(source: Source) -> Effective:
    return next(one for one in effective_settings(source.account) if one.setting.name == "retention")


def _rows(source: Source) -> "TenantQuerySet[Snapshot]":
    """Newest first, without what is long: there may be thousands."""
    found: TenantQuerySet[Snapshot] = (
        Snapshot.objects.filter(source=source)
        .order_by("-number")
        .only("number", "taken_at", "status", "verified_ok", "delete_at", "delete_by", "source_id", "account_id")
    )
    return found


def _held(source: Source) -> tuple[set[object], bool]:
    """(ids of snapshots with a hold of their own, whether a hold covers them all)."""
    rows = list(holds_on(source).values_list("snapshot_id", flat=True))
    return {pk for pk in rows if pk}, None in rows


def _points(rows: list[Snapshot]) -> list[Point]:
    return [
        Point(row.number, row.taken_at, row.status == SnapshotStatus.COMPLETE and row.verified_ok is not False)
        for row in rows
    ]


def _is_frozen(newest_first: list[Snapshot]) -> bool:
    """After a suspicious run nothing goes until a complete one follows: what is right is only known then."""
    for row in newest_first:
        if row.status == SnapshotStatus.SUSPICIOUS:
            return True
        if row.status == SnapshotStatus.COMPLETE:
            return False
    return False


def _zone(source: Source) -> ZoneInfo:
    return ZoneInfo(source.account.time_zone or "UTC")
