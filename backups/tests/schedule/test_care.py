"""What is stored is read again every day, without anybody asking."""

import datetime as dt
from typing import Any

import pytest

from backups.enums import JobKind, JobState
from backups.models import Job
from backups.pipeline.run import run_job
from backups.schedule.care import look_after
from backups.schedule.models import DueCare
from backups.services.jobs import start_job
from backups.services.sources import delete_source
from backups.tests.platform import Platform, as_json
from listbackup.core.clock import now

pytestmark = pytest.mark.usefixtures("rung")
DAY = dt.timedelta(hours=24)


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(5))


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    from backups.tasks import collect_parts

    heard: list[str] = []
    monkeypatch.setattr(collect_parts, "ring_for", lambda account, *, queue, source_id: heard.append(source_id))
    return heard


def verifications() -> Any:
    return Job.objects.filter(kind=JobKind.VERIFY)


def test_a_new_snapshot_is_proved_readable_soon_and_then_every_day(
    olga: Any, back_up: Any, source: Any, collected: list[str]
) -> None:
    back_up()
    assert source.last_verified_at is None
    assert look_after() == 0, "not in the same minute"
    begun = now() + dt.timedelta(minutes=11)
    assert look_after(begun) == 1
    job = verifications().get()
    assert (job.trigger, job.queue) == ("schedule", "maintenance")
    run_job(olga, job.pk)
    source.refresh_from_db()
    assert source.last_verified_at is not None and collected == [str(source.pk)]
    assert look_after(begun + DAY / 2) == 0
    assert look_after(begun + DAY) == 1 and verifications().count() == 2
    assert look_after(begun + 9 * DAY) == 1, "days without a scheduler are one"
    assert look_after(begun + 9 * DAY) == 0


def test_what_somebody_verified_lately_is_not_read_again(olga: Any, back_up: Any, source: Any) -> None:
    back_up()
    run_job(olga, start_job(olga, source=source, kind="verify").pk)
    assert look_after(now() + dt.timedelta(minutes=11)) == 1
    assert verifications().count() == 1


def test_a_verification_that_is_still_queued_is_not_queued_twice(back_up: Any) -> None:
    back_up()
    look_after(now() + DAY)
    look_after(now() + 3 * DAY)
    assert verifications().count() == 1


def test_a_source_that_never_succeeded_is_looked_after_but_has_nothing_to_verify(
    back_up: Any, platform: Platform, collected: list[str]
) -> None:
    platform.fault = lambda path, query, number: as_json({}, 400)
    assert back_up().state == JobState.FAILED
    assert look_after(now() + DAY) == 1
    assert collected and not verifications().exists()


def test_a_deleted_source_is_still_verified_until_it_is_erased(olga: Any, back_up: Any, source: Any) -> None:
    back_up()
    delete_source(olga, source, erase=False)
    assert look_after(now() + DAY) == 1 and verifications().exists()


def test_the_row_of_a_source_that_is_gone_goes_too(back_up: Any, source: Any) -> None:
    back_up()
    Job.objects.all().delete()
    source.last_snapshot = None
    source.save()
    source.delete()
    look_after(now() + DAY)
    assert not DueCare.objects.exists()


def test_every_beat_entry_names_a_task_that_exists_and_a_known_queue(settings: Any) -> None:
    from listbackup.celery import app

    app.loader.import_default_modules()
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert names <= set(app.tasks)
    assert {"backups.tick", "backups.sweep_jobs", "backups.remove_expired_exports", "backups.look_after"} <= names
    assert all(entry["options"]["queue"] in settings.QUEUES for entry in settings.CELERY_BEAT_SCHEDULE.values())
