"""A platform that changes its records' shapes, or sends us elsewhere: A11 and A13 of the fault suite."""

import json
from typing import Any

import pytest

from backups.enums import JobState
from backups.services.snapshots import view_of
from backups.tests.platform import Answer, Platform, as_json
from listbackup.testing.web_server import serving


def stored(snapshot: Any, stream: str) -> dict[str, Any]:
    with view_of(snapshot) as view:
        return {row.key: json.loads(row.raw) for batch in view.iterate(stream) for row in batch}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ["a", "list"]},
        {"name": {"nested": {"deep": 1}}},
        {"updated": "not a date"},
        {"updated": "0000-00-00 00:00:00"},
        {"updated": None},
        {"updated": ["x"]},
        {"new field": "x" * 100},
    ],
)
def test_a11_a_field_of_another_shape_is_stored_as_it_came(back_up: Any, platform: Platform, changed: Any) -> None:
    platform.put("items", 1, 2)
    back_up(streams=["items"])
    platform.records["items"]["000002"] |= changed
    rows = list(platform.records["items"].values())
    platform.fault = lambda path, query, number: as_json({"items": rows}) if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.SUCCEEDED, job.error_message
    assert stored(job.snapshot, "items") == platform.records["items"]


def test_a11_an_id_that_becomes_a_number_is_the_same_record(back_up: Any, platform: Platform) -> None:
    rows = [{"id": "12", "updated": 1, "name": "a"}]
    platform.fault = lambda path, query, number: as_json({"items": rows}) if path == "/items" else None
    back_up(streams=["items"])
    rows[0]["id"] = 12  # type: ignore[assignment]
    job = back_up(streams=["items"])
    assert (job.counts["records_new"], job.counts["records_changed"], job.counts["records_deleted"]) == (0, 1, 0)


def test_a11_a_record_that_loses_its_id_fails_its_stream_and_changes_nothing(back_up: Any, platform: Platform) -> None:
    platform.put("items", 1, 2)
    first = back_up(streams=["items"])
    rows = [{"updated": 5, "name": "who am I"}]
    platform.fault = lambda path, query, number: as_json({"items": rows}) if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.FAILED and job.error_code == "response.shape"
    assert job.source.last_snapshot_id == first.snapshot_id


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("there", ["http://169.254.169.254/latest/meta-data/", "http://0x7f.1/", "//127.0.0.1/"])
def test_a13_a_redirect_is_not_followed(back_up: Any, platform: Platform, status: int, there: str) -> None:
    platform.put("items", 1)
    platform.fault = lambda path, query, number: (status, {"Location": there}, b"") if path == "/items" else None
    job = back_up(streams=["items"])
    assert job.state == JobState.FAILED and job.error_code == "response.redirect"


def test_a13_a_next_page_at_another_host_is_refused_and_the_token_stays(
    olga: Any, platform: Platform, storage: Any
) -> None:
    from backups.pipeline.run import run_job
    from backups.services.jobs import start_job
    from backups.services.sources import create_source
    from backups.tests.platform import MANIFEST, SECRET
    from integrations.services.connections import create_connection

    text = MANIFEST.replace(
        "{kind: cursor, next: next, param: after, size: 10, size_param: limit}", "{kind: next_url, next: next}"
    )
    assert text != MANIFEST
    platform.put("items", *range(3))
    connection = create_connection(
        olga, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=text
    )
    source = create_source(olga, connection=connection, streams=["items"], schedule="manual", start=False)
    with serving(lambda asked: {"items": []}) as thief:
        answer: Answer = as_json({"items": list(platform.records["items"].values()), "next": f"{thief.url}/items"})
        platform.fault = lambda path, query, number: answer if path == "/items" else None
        job = start_job(olga, source=source)
        run_job(olga, job.pk)
        job.refresh_from_db()
        assert (job.state, job.error_code) == (JobState.FAILED, "host.refused")
        assert thief.asked == []
    source.refresh_from_db()
    assert source.last_snapshot_id is None
