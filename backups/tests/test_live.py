"""The last word about a job says what it did, not what it was doing."""

from typing import Any

import pytest

from backups.live import progress_of
from backups.pipeline.run import run_job
from backups.services.exports import start_export
from backups.services.jobs import start_job
from backups.tests.platform import Platform, as_json
from backups.tests.services.test_erasure import delete_for_good


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(12))


def finished(context: Any, job: Any) -> dict[str, Any]:
    run_job(context, job.pk)
    job.refresh_from_db()
    return progress_of(job)


def test_a_finished_backup_says_how_much_is_protected(back_up: Any) -> None:
    said = progress_of(back_up())
    assert (said["message"], said["percent"], said["finished"]) == ("12 records protected.", 100, True)
    assert (said["rate"], said["eta_s"]) == (0, None)


def test_large_numbers_can_be_read_and_one_is_one(back_up: Any) -> None:
    job = back_up()
    for count, sentence in ((2520, "2,520 records protected."), (1, "1 record protected.")):
        job.snapshot.records = count
        assert progress_of(job)["message"] == sentence


def test_a_failed_backup_says_why(back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: as_json({}, 400)
    job = back_up()
    assert progress_of(job)["message"] == job.error_message != ""


def test_other_kinds_say_what_they_did(olga: Any, back_up: Any, source: Any) -> None:
    snapshot = back_up().snapshot
    source.refresh_from_db()
    assert finished(olga, start_job(olga, source=source, kind="verify"))["message"] == (
        "12 records read again and found intact."
    )
    assert finished(olga, start_export(olga, source=source, snapshot=snapshot))["message"] == "12 records exported."
    delete_for_good(olga, source)
    erasing = source.jobs.get(kind="cleanup")
    assert "stored objects removed." in finished(olga, erasing)["message"]


def test_a_waiting_job_says_when_it_goes_on(back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: (429, {"Retry-After": "1800"}, b"{}") if path == "/items" else None
    said = progress_of(back_up())
    assert said["state"] == "waiting" and "Goes on in" in said["message"] and "minutes" in said["message"]
