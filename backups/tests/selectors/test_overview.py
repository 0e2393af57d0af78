"""The first page: its numbers, and its cost."""

import datetime as dt
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backups.enums import Health, JobState, SnapshotStatus
from backups.models import Job, Snapshot, Source
from backups.selectors.groups import groups_of
from backups.selectors.jobs import jobs_of, queue_depths
from backups.selectors.overview import overview
from backups.selectors.snapshots import snapshots_of
from backups.selectors.sources import sources_of
from backups.selectors.strips import day_strip
from backups.services.groups import create_group
from listbackup.core.clock import now


def add_history(source: Source, *, days: int = 3, state: str = JobState.SUCCEEDED, records: int = 100) -> None:
    for back in range(days):
        moment = now() - dt.timedelta(days=back)
        job = Job.objects.create(account=source.account, source=source, state=state, finished_at=moment)
        snapshot = Snapshot.objects.create(
            account=source.account,
            source=source,
            job=job,
            number=days - back,
            taken_at=moment,
            status=SnapshotStatus.COMPLETE,
            manifest_name="m",
            manifest_sha256="0" * 64,
            records=records - 10 * back,
        )
        if not back:
            source.last_snapshot, source.last_good_at, source.records = snapshot, moment, records
    source.health = Health.PROTECTED
    source.save()


def cost(function: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        function()
    return len([query for query in queries if "search_path" not in query["sql"]])


def test_numbers_add_up_and_trouble_comes_with_cause_remedy_and_page(olga: Any, make_source: Any) -> None:
    good, bad = make_source(name="Good"), make_source(name="Bad")
    add_history(good)
    Source.objects.filter(pk=bad.pk).update(
        health="attention", status="needs_reconnect", health_reason="The key was revoked.", health_remedy="Reconnect."
    )
    found = overview(olga)
    assert (found.total, found.protected, found.needs_attention, found.records) == (2, 1, 1, 100)
    assert [(item.cause, item.remedy, item.url_name, item.url_id) for item in found.attention] == [
        ("The key was revoked.", "Reconnect.", "connections:detail", bad.connection_id)
    ]
    assert [day.records for day in found.protected_records[-4:]] == [0, 80, 90, 100]
    assert [day.state for day in found.strips[good.pk][-4:]] == ["none", "good", "good", "good"]


def test_another_account_sees_nothing(tenant: Any, make_source: Any) -> None:
    add_history(make_source())
    north = tenant.context(tenant.nora, tenant.north)
    assert overview(north).total == 0 and not jobs_of(north).exists()


def test_the_cost_of_lists_does_not_depend_on_the_number_of_rows(olga: Any, make_source: Any) -> None:
    def everything() -> list[int]:
        return [
            cost(lambda: overview(olga)),
            cost(lambda: [str(s) + s.connection.platform_key for s in sources_of(olga)]),
            cost(lambda: [str(j) + j.source.connection.platform_key for j in jobs_of(olga)]),
            cost(lambda: [str(s) + s.account.name for s in snapshots_of(olga)]),
            cost(lambda: [(g.source_count, g.protected_count) for g in groups_of(olga)]),
            cost(lambda: queue_depths(olga)),
            cost(lambda: day_strip([s.pk for s in Source.objects.all()])),
        ]

    source = make_source(name="First")
    add_history(source)
    create_group(olga, name="One", sources=[source])
    before = everything()
    for number in range(5):
        source = make_source(name=f"More {number}")
        add_history(source)
        create_group(olga, name=f"Group {number}", sources=[source])
    assert everything() == before


def test_a_day_is_as_good_as_its_best_run_in_the_accounts_own_zone(olga: Any, make_source: Any) -> None:
    source = make_source()
    add_history(source, days=1, state=JobState.FAILED)
    Job.objects.create(account=source.account, source=source, state=JobState.SUCCEEDED, finished_at=now())
    today = day_strip([source.pk])[source.pk][-1]
    assert (today.state, today.runs) == ("good", 2)
    assert today.label.endswith(": backed up")
