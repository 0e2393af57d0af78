"""Entries older than ninety days leave the table for the object storage, a file for each day.

A file holds compressed JSON lines, oldest first: the facts of each entry and its hash, so that the chain can be followed
through files and table. First the file, read back, then one transaction that notes it and deletes the rows: a process
that dies in between leaves a file that the next run writes again.
"""

import datetime as dt
from itertools import takewhile
from typing import Any

import orjson
import structlog
import zstandard
from django.db import transaction

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity import chain
from accounts.activity.models import Archive, Entry
from accounts.activity.services import record
from accounts.activity.vault import vault
from accounts.models import Account, ActivityHead, Organization
from listbackup.core.clock import UTC, now
from listbackup.core.db import connection
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)
KEPT = dt.timedelta(days=90)
MOST_ENTRIES = 10_000  # of one file: what is held in memory


def archive_due(moment: dt.datetime | None = None) -> int:
    """Archives what is old in every organization; returns the number of files. A failing one does not stop the others."""
    before = (moment or now()).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - KEPT
    files = 0
    heads = ActivityHead.objects.filter(oldest_at__lt=before).select_related("organization").order_by("oldest_at")
    for head in heads:
        try:
            with entered(head.organization):
                # Up to where the log ends now: each file is an entry too.
                while _archive_one(head.organization, before, head.number):
                    files += 1
        except ListBackupError as error:
            log.error("activity_not_archived", organization=str(head.organization_id), error=error.message)
    return files


def lines_of(organization: Organization, archive: Archive) -> list[dict[str, Any]]:
    """The lines of one file. Raises ListBackupError when it is gone or does not open."""
    packed = vault().get(_root(organization), archive.name)
    return [orjson.loads(line) for line in zstandard.ZstdDecompressor().decompressobj().decompress(packed).splitlines()]


def archived_to() -> int:
    """The number of the last archived entry of the present organization; 0 when there is none."""
    return Archive.objects.order_by("-last_number").values_list("last_number", flat=True).first() or 0


def hold_archiver(organization: Organization) -> None:
    """Until the transaction ends nothing moves from the table to the archive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_lock(organization)])


@transaction.atomic
def _archive_one(organization: Organization, before: dt.datetime, up_to: int) -> bool:
    """The oldest day's file, or a part of it; False when nothing is old or somebody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_lock(organization)])
        if not cursor.fetchone()[0]:
            return False
    found = list(Entry.objects.filter(number__lte=up_to).order_by("number")[:MOST_ENTRIES])
    if not found or found[0].at >= before:
        return False
    day = found[0].at.astimezone(UTC).date()
    entries = list(takewhile(lambda entry: entry.at.astimezone(UTC).date() == day, found))
    first, last = entries[0].number, entries[-1].number
    packed = zstandard.ZstdCompressor(level=9).compress(
        b"".join(orjson.dumps(chain.line(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries)
    )
    root = _root(organization)
    archive = Archive(
        name=f"activity/{day:%Y/%m/%d}/{first:012}-{last:012}.jsonl.zst",
        day=day,
        first_number=first,
        last_number=last,
        size=len(packed),
    )
    vault().put(root, archive.name, packed)
    archive.save(force_insert=True)
    Entry.objects.filter(number__lte=last).delete()
    record(system_context(root), "activity.archived", archive, entries=len(entries))
    oldest_at = Entry.objects.order_by("number").values_list("at", flat=True).first()
    ActivityHead.objects.filter(organization=organization).update(oldest_at=oldest_at)
    return True


def _root(organization: Organization) -> Account:
    return Account.objects.select_related("organization").get(organization=organization, parent__isnull=True)


def _lock(organization: Organization) -> str:
    return f"activity-archive:{organization.schema_name}"
