"""A client's month in one PDF: what is protected, how the backups went, what was proved, who looked."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count, Max, Q

from accounts.access.context import AccountContext
from accounts.activity.services import record
from backups.enums import SnapshotStatus
from backups.models import Snapshot, Source
from backups.selectors.sources import sources_of
from clients.models import Client, RestoreRequest
from clients.selectors.branding import Brand
from clients.selectors.clients import log_of
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.core.pdf import Report, told
from listbackup.core.web.downloads import Download

MOST_SOURCES = 200  # listed one by one


def parse_month(text: str, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a month such as 2026-11, in the zone; of the present one for "". Raises InvalidInput."""
    today = now().astimezone(zone)
    if not text:
        return today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    try:
        found = dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        raise InvalidInput("There is no such month.", fields={"month": ["Write it as 2026-11."]}) from None
    if not 2020 <= found.year <= 2100 or found > today:
        raise InvalidInput("There is no such month.", fields={"month": ["It has not begun."]})
    return found


def monthly_report(context: AccountContext, client: Client, brand: Brand, month: dt.datetime) -> Download:
    """Of what is shared with the client now, written into its log. As many queries whatever the number of sources."""
    end = (month + dt.timedelta(days=32)).replace(day=1)
    sources = list(sources_of(context))
    runs = _runs(context, month, end)
    name = f"{client.name}: {month:%B %Y}"
    pdf = Report(name, maker=brand.name)
    pdf.heading(name, f"Report by {brand.name} on the data that is protected for {client.name}")
    unprotected = [source for source in sources if not runs.get(source.pk, {}).get("good")]
    if not sources:
        pdf.verdict("Nothing is shared yet.", good=False)
    elif unprotected:
        count = len(unprotected)
        pdf.verdict(
            f"{count} of {len(sources)} source{'s' if len(sources) > 1 else ''} had no good backup.", good=False
        )
    else:
        pdf.verdict(
            f"All {len(sources)} sources were backed up." if len(sources) > 1 else "The source was backed up.",
            good=True,
        )
    looks = Counter(log_of(client).filter(at__gte=month, at__lt=end).values_list("action", flat=True))
    asked = RestoreRequest.objects.filter(client=client, created_at__gte=month, created_at__lt=end)
    pdf.facts(
        [
            ("Records protected now", f"{sum(source.records for source in sources):,}"),
            ("Backups in the month", f"{sum(one['taken'] for one in runs.values()):,}"),
            ("Proved restorable", f"{sum(1 for source in sources if source.proved_at)} of {len(sources)} sources"),
            ("Sign-ins of your people", f"{looks['portal.signed_in']:,}"),
            ("Looks at records by your people", f"{looks['portal.records_opened'] + looks['portal.record_opened']:,}"),
            (f"Looks at records by {brand.name}", f"{looks['client.records_opened']:,}"),
            ("Requests for data", f"{asked.count():,}"),
        ]
    )
    pdf.rows(
        "Sources", ("Source", "Records", "Backups", "Last good", "Proved"), [_row(one, runs) for one in sources[:MOST_SOURCES]],
        (55, 22, 18, 35, 35),
    )  # fmt: skip
    if len(sources) > MOST_SOURCES:
        pdf.small(f"And {len(sources) - MOST_SOURCES:,} more sources.")
    pdf.small(
        "A backup counts as good when every stream of it was read to its end. Proved restorable means: records were "
        "rebuilt from the encrypted copy and compared with what the platform had sent."
    )
    made = bytes(pdf.output())
    record(context, "portal.report_downloaded", client, month=f"{month:%Y-%m}")
    return Download(f"report-{month:%Y-%m}.pdf", "application/pdf", iter([made]), len(made))


def _runs(context: AccountContext, begin: dt.datetime, end: dt.datetime) -> dict[Any, dict[str, Any]]:
    rows = (
        Snapshot.objects.visible_to(context)
        .filter(taken_at__gte=begin, taken_at__lt=end)
        .order_by()
        .values("source_id")
        .annotate(
            taken=Count("pk"),
            good=Count("pk", filter=Q(status=SnapshotStatus.COMPLETE)),
            last=Max("taken_at", filter=Q(status=SnapshotStatus.COMPLETE)),
        )
    )
    return {row["source_id"]: row for row in rows}


def _row(source: Source, runs: dict[Any, dict[str, Any]]) -> tuple[str, ...]:
    run = runs.get(source.pk, {})
    last = run.get("last")
    return (
        source.name[:40],
        f"{source.records:,}",
        f"{run.get('taken', 0):,}",
        told(last)[:10] if last else "none",
        told(source.proved_at)[:10] if source.proved_at else "not yet",
    )
