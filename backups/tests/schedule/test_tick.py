"""The scheduler makes one job for each slot, whoever ticks."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backups.models import Job, Source
from backups.schedule.models import DueSource
from backups.schedule.tick import tick
from backups.services.jobs import cancel_job, start_job
from backups.services.sources import create_source, pause_source, resume_source, update_source
from backups.tests.platform import MANIFEST
from integrations.models import Connection, CustomPlatform


def make_due(source: Source, ago: dt.timedelta = dt.timedelta(minutes=1)) -> dt.datetime:
    slot = dt.datetime.now(dt.UTC).replace(microsecond=0) - ago
    DueSource.objects.filter(source_id=source.pk).update(due_at=slot, slot=slot)
    return slot


def test_what_is_due_starts_once_and_is_planned_again(olga: Any, make_source: Any) -> None:
    source = make_source(schedule="hourly:30")
    slot = make_due(source)
    assert tick() == 1
    assert tick() == 0
    job = Job.objects.get()
    assert job.trigger == "schedule" and job.slot == slot
    row = DueSource.objects.get()
    assert row.slot > dt.datetime.now(dt.UTC)
    source.refresh_from_db()
    assert source.next_run_at == row.slot


def test_hours_without_a_scheduler_are_one_run(olga: Any, make_source: Any) -> None:
    make_due(make_source(schedule="hourly:30"), ago=dt.timedelta(hours=7))
    assert [tick(), tick()] == [1, 0]


def test_b04_a_slot_has_one_job_even_when_the_due_table_repeats_it(olga: Any, make_source: Any) -> None:
    source = make_source(schedule="hourly")
    slot = make_due(source)
    tick()
    cancel_job(olga, Job.objects.get())
    with pytest.raises(IntegrityError, match="job_once_per_slot"), transaction.atomic():
        Job.objects.create(account=source.account, source=source, slot=slot)


def test_a_slot_during_a_running_backup_joins_it(olga: Any, make_source: Any) -> None:
    source = make_source(schedule="hourly")
    start_job(olga, source=source)
    make_due(source)
    assert tick() == 0
    assert DueSource.objects.get().slot > dt.datetime.now(dt.UTC)


def test_paused_sources_are_not_due_and_come_back_with_a_new_time(olga: Any, make_source: Any) -> None:
    source = make_source(schedule="hourly")
    source = pause_source(olga, source)
    assert not DueSource.objects.exists() and source.health == "paused"
    source = resume_source(olga, source)
    assert DueSource.objects.get().slot == source.next_run_at


def test_the_time_zone_of_the_account_counts(olga: Any, make_source: Any) -> None:
    olga.account.time_zone = "Asia/Tokyo"
    olga.account.save()
    source = make_source(schedule="daily:02:00")
    assert source.next_run_at.hour == 17


def test_a_changed_schedule_moves_the_due_row(olga: Any, make_source: Any) -> None:
    source = make_source(schedule="hourly")
    update_source(olga, source, schedule="manual")
    assert not DueSource.objects.exists()


def test_one_source_that_cannot_start_does_not_hold_up_the_others(olga: Any, make_source: Any) -> None:
    broken, fine = make_source(schedule="hourly"), make_source(schedule="hourly")
    broken.connection.status = "needs_reconnect"
    broken.connection.save()
    make_due(broken, ago=dt.timedelta(minutes=2))
    make_due(fine)
    assert tick() == 1
    assert Job.objects.get().source_id == fine.pk


@pytest.mark.slow
def test_b04_three_schedulers_at_once_make_one_job_for_each_source(racing: Any) -> None:
    custom = CustomPlatform.objects.create(account=racing.account, key="things", name="Things", manifest=MANIFEST)
    options = {"account": racing.account, "platform": "custom", "custom_platform": custom, "auth_kind": "bearer"}
    for number in range(20):
        link = Connection.objects.create(name=f"Things {number}", **options)
        make_due(create_source(racing, connection=link, schedule="hourly", start=False))
    started: list[int] = []
    barrier = threading.Barrier(3)

    def schedule() -> None:
        barrier.wait()
        try:
            started.append(tick())
        finally:
            connection.close()

    threads = [threading.Thread(target=schedule) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(started) == Job.objects.count() == 20
    assert not DueSource.objects.filter(due_at__lte=dt.datetime.now(dt.UTC)).exists()
