"""What could not be listed is never taken for deleted: a refused parent, and records that move between pages (A4)."""

import pytest

from backups.enums import JobState
from backups.pipeline.run import run_job
from backups.services.jobs import start_job
from backups.services.sources import create_source
from backups.tests.platform import MANIFEST, SECRET, as_json
from integrations.services.connections import create_connection

CHILDREN = """
  lines:
    label: Lines
    request: {path: "/lines/{parent.id}"}
    records: items
    key: ["{parent.id}", id]
    parent: {stream: items, mode: own}
    deletions: {sweep: true, sweep_every_h: 0}
"""


@pytest.mark.parametrize("refused", ["000000", "000001", "000002"])
@pytest.mark.parametrize("status", [403, 404])
def test_a_refused_parent_then_its_children_stay_unless_the_parent_is_gone(olga, platform, storage, refused, status):
    platform.put("items", 0, 1, 2)
    connection = create_connection(
        olga, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=MANIFEST + CHILDREN
    )
    source = create_source(olga, connection=connection, streams=["lines"], schedule="manual", start=False)
    closed: set[str] = set()

    def lines(path, query, number):
        parent = path.removeprefix("/lines/")
        if parent == path:
            return None
        if parent in closed:
            return as_json({"error": "no"}, status)
        return as_json({"items": [{"id": one, "updated": 1} for one in "ab"]})

    platform.fault = lines

    def back_up():
        source.refresh_from_db()
        job = start_job(olga, source=source)
        run_job(olga, job.pk)
        job.refresh_from_db()
        return job

    assert back_up().counts["records_new"] == 6
    closed.add(refused)
    job = back_up()
    assert job.state in (JobState.SUCCEEDED, JobState.PARTIAL), job.error_message
    assert job.counts["records_deleted"] == (0 if status == 403 else 2)


def test_a04_a_record_that_moves_between_pages_is_not_deleted_on_one_sighting(olga, platform, storage):
    """Somebody deletes a record of page 1 while page 2 is read: the first of page 3 moves up and is never seen."""
    page = "{kind: offset, param: skip, size: 10, size_param: limit, total: total}"
    text = MANIFEST.replace("{kind: cursor, next: next, param: after, size: 10, size_param: limit}", page)
    connection = create_connection(
        olga, platform="custom", secrets={"token": SECRET}, config={"host": platform.host}, manifest=text
    )
    source = create_source(olga, connection=connection, streams=["items"], schedule="manual", start=False)
    rows = [{"id": f"{number:03}", "updated": 1} for number in range(40)]
    delete_at: list[int] = []

    def listed(path, query, number):
        if path != "/items":
            return None
        skip = int(query.get("skip", 0))
        if delete_at and skip >= delete_at[0]:
            delete_at.clear()
            del rows[3]
        return as_json({"items": rows[skip : skip + 10], "total": len(rows)})

    platform.fault = listed

    def back_up():
        source.refresh_from_db()
        job = start_job(olga, source=source)
        run_job(olga, job.pk)
        job.refresh_from_db()
        assert job.state == JobState.SUCCEEDED, job.error_message
        return job.counts

    assert back_up()["records_new"] == 40
    delete_at.append(20)
    counts = back_up()
    assert counts["records_read"] == 39 and counts["records_deleted"] == 0
    counts = back_up()  # nothing moves: what is gone is gone
    assert counts["records_deleted"] == 1 and counts["records_new"] == 0
