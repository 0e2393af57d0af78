"""Somebody hears about a backup that failed: once, not every hour."""

from typing import Any

import pytest

from accounts.outbox.models import OutboxMessage
from backups.enums import JobState
from backups.models import Job
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.tests.platform import Platform, as_json

pytestmark = pytest.mark.usefixtures("rung")


@pytest.fixture(autouse=True)
def full(platform: Platform) -> None:
    platform.put("items", *range(5))


def mails() -> list[str]:
    return list(OutboxMessage.objects.order_by("recipient").values_list("recipient", flat=True))


def refuse(path: str, query: dict[str, str], number: int) -> Any:
    return as_json({"error": "no"}, 400)


def test_a_failed_backup_is_told_once_and_again_only_after_it_recovered(back_up: Any, platform: Platform) -> None:
    platform.fault = refuse
    assert back_up().state == JobState.FAILED
    assert mails() == ["adam@example.com", "olga@example.com"]
    message = OutboxMessage.objects.first()
    assert message.subject == "Things could not be backed up"
    assert "Acme" in message.text and "/jobs/" in message.text and "{" not in message.text

    assert back_up().state == JobState.FAILED
    assert len(mails()) == 2, "they know"
    platform.fault = None
    assert back_up().state == JobState.SUCCEEDED
    platform.fault = refuse
    back_up()
    assert len(mails()) == 4


def test_an_attempt_that_is_repeated_by_itself_is_no_news(back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: as_json({}, 503)
    job = back_up()
    assert job.state == JobState.WAITING and mails() == []
    for _ in range(job.max_attempts):
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(next_attempt_at="2020-01-01T00:00:00Z")
        from accounts.access.resolve import system_context

        run_job(system_context(job.account), job.pk)
    assert len(mails()) == 2


def test_a_cancelled_backup_between_two_failures_is_no_recovery(
    olga: Any, source: Any, back_up: Any, platform: Platform
) -> None:
    from backups.services.jobs import cancel_job

    platform.fault = refuse
    back_up()
    cancel_job(olga, start_job(olga, source=source))
    back_up()
    assert len(mails()) == 2


def test_a_revoked_access_is_told_by_its_own_mail_alone(back_up: Any, platform: Platform) -> None:
    platform.fault = lambda path, query, number: as_json({}, 401)
    back_up()
    subjects = set(OutboxMessage.objects.values_list("subject", flat=True))
    assert len(subjects) == 1 and "reconnected" in subjects.pop()


def test_damage_that_a_verification_finds_is_told(olga: Any, back_up: Any, source: Any, storage: Any) -> None:
    back_up()
    victim = next(storage.rglob("items-*.parquet"))
    victim.write_bytes(b"\0" * victim.stat().st_size)
    source.refresh_from_db()
    for _ in range(2):
        run_job(olga, start_job(olga, source=source, kind="verify").pk)
    assert set(OutboxMessage.objects.values_list("subject", flat=True)) == {"Things cannot be read"}
    assert len(mails()) == 2
