"""Two snapshots of a source compared: as a page, by the API, as a file."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from backups.models import Job
from backups.pipeline.run import run_job
from backups.services.exports import open_export
from backups.tests.platform import Platform


@pytest.fixture
def compared(platform: Platform, back_up: Any, source: Any) -> str:
    """A source with two snapshots: item 3 changed, item 40 new, everything else as it was; its id."""
    platform.put("items", *range(35), name="=Old name")
    back_up()
    platform.put("items", 3, name="=New name")
    platform.put("items", 40, name="Late")
    back_up()
    leave()
    return str(source.pk)


def client_of(olga: Any, kind: type[Client] = Client) -> Any:
    client = kind()
    client.force_login(olga.user)
    return client


def test_page_then_counts_records_and_fields_that_differ(olga, compared):
    page = client_of(olga).get(f"/sources/{compared}/compare/").content.decode()
    assert 'aria-label="1 added, 1 changed, 0 deleted"' in page
    assert "=New name" in page and "=Old name" in page
    added = client_of(olga).get(f"/sources/{compared}/compare/?stream=items&kind=added").content.decode()
    assert "the whole record is new" in added and "=New name" not in added


def test_source_with_one_snapshot_then_the_page_says_what_will_be_here(olga, back_up, platform, source):
    platform.put("items", 1)
    back_up()
    leave()
    assert b"From the second snapshot on" in client_of(olga).get(f"/sources/{source.pk}/compare/").content
    refused = client_of(olga, APIClient).get(f"/api/v1/sources/{source.pk}/compare")
    assert refused.status_code == 409 and "no two snapshots" in refused.json()["detail"]


def test_api_then_counts_and_pages_of_changes(olga, compared):
    api = client_of(olga, APIClient)
    body = api.get(f"/api/v1/sources/{compared}/compare").json()
    assert [(one["stream"], one["added"], one["changed"], one["deleted"]) for one in body["streams"]] == [
        ("items", 1, 1, 0)
    ]
    assert (body["old"]["number"], body["new"]["number"]) == (1, 2)
    same = api.get(f"/api/v1/sources/{compared}/compare", {"old": body["new"]["id"], "new": body["old"]["id"]}).json()
    assert same == body
    found, after = [], ""
    while True:
        query = {"stream": "items", "page_size": 1, **({"after": after} if after else {})}
        page = api.get(f"/api/v1/sources/{compared}/changes", query).json()
        found += page["results"]
        after = page["next"]
        if after is None:
            break
    changed, added = found
    assert (changed["kind"], changed["changed_fields"], changed["before"]["name"]) == (
        "changed",
        ["name", "updated"],
        "=Old name",
    )
    assert (added["kind"], added["before"], added["after"]["name"]) == ("added", None, "Late")


@pytest.mark.parametrize(
    "query",
    [
        {"old": "x"},
        {"old": "01900000-0000-7000-8000-000000000000"},
        {"stream": "nothing"},
        {"kind": "odd"},
        {"stream": ""},
    ],
)
def test_bad_question_then_4xx(olga, compared, query):
    api = client_of(olga, APIClient)
    answer = api.get(f"/api/v1/sources/{compared}/changes", {"stream": "items", **query})
    assert answer.status_code in (400, 404) and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_export_then_a_file_with_every_change(olga, compared, form):
    snapshots = client_of(olga, APIClient).get(f"/api/v1/sources/{compared}/compare").json()
    data = {"old": snapshots["old"]["id"], "new": snapshots["new"]["id"], "format": form}
    client_of(olga).post(f"/sources/{compared}/compare/", data)
    with entered(olga.organization):
        job = Job.objects.get(kind="export")
        run_job(olga, job.pk)
        job.refresh_from_db()
        archive = zipfile.ZipFile(io.BytesIO(b"".join(open_export(olga, job).content)))
    assert archive.namelist() == [f"items.{form}", "checksums.txt"]
    lines = archive.read(f"items.{form}").decode().splitlines()
    if form == "csv":
        assert lines[0] == "key,kind,field,before,after"
        assert "000003,changed,name,'=Old name,'=New name" in lines
    else:
        rows = {row["key"]: row for row in map(json.loads, lines)}
        assert (rows["000003"]["before"]["name"], rows["000003"]["after"]["name"]) == ("=Old name", "=New name")
        assert rows["000040"]["kind"] == "added" and rows["000040"]["before"] is None
