"""Fields of streams: learnt by drills, with what came, went and changed its type."""

import pytest
from django.test import Client

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from backups.models import StreamFields
from backups.pipeline.run import run_job
from backups.query.fields import Fields, drift
from backups.query.rows import RecordRow
from backups.services.jobs import start_job


@pytest.fixture
def night(olga, back_up, source):
    def run():
        back_up()
        job = start_job(olga, source=source, kind="drill")
        run_job(olga, job.pk)
        job.refresh_from_db()
        assert job.state == "succeeded", job.error_message

    return run


def versions(source, stream="items"):
    return list(StreamFields.objects.filter(source=source, stream=stream).order_by("version"))


def test_first_night_then_the_fields_and_no_change(platform, night, source):
    platform.put("items", *range(4), name="Ada", amount=1, deep={"x": [1]})
    night()
    [first] = versions(source)
    found = {name: (types, share) for name, types, share in first.fields}
    assert found["name"] == (["text"], 1.0) and found["amount"] == (["whole number"], 1.0)
    assert found["deep.x"] == (["list"], 1.0) and first.changes == []


def test_same_fields_then_no_new_version(platform, night, source):
    platform.put("items", *range(4), name="Ada")
    night()
    night()
    assert len(versions(source)) == 1


def test_field_added_retyped_and_removed_then_noted_with_an_entry(platform, night, source):
    platform.put("items", *range(4), name="Ada", amount=1, old="x")
    night()
    platform.remove("items", *range(4))
    platform.put("items", *range(4), name="Ada", amount="one", new=None)
    night()
    second = versions(source)[1]
    assert second.changes == [
        ["amount", "type", ["whole number"], ["text", "whole number"]],
        ["new", "added", [], []],
        ["old", "removed", ["text"], []],
    ]
    assert "old" not in {name for name, *_ in second.fields}
    assert Entry.objects.filter(action="source.fields_changed").count() == 1


def test_sample_without_a_field_then_it_is_not_gone():
    seen = Fields(seen=10, whole=False, types={"a": {str}}, counts={"a": 10})
    assert drift({"a": ["text"], "rare": ["text"]}, seen) == []
    seen.whole = True
    assert [one.kind for one in drift({"a": ["text"], "rare": ["text"]}, seen)] == ["removed"]


def test_names_that_a_database_cannot_hold_then_written_in_ascii(platform, night, source):
    platform.put("items", 1, **{"né\0\ud800": 1})
    night()
    night()
    [only] = versions(source)
    assert "n\\xe9\\x00\\ud800" in {name for name, *_ in only.fields}


def test_page_and_api(tenant, platform, night, source):
    platform.put("items", *range(4), name="Ada")
    night()
    platform.put("items", *range(4), name="Ada", extra=True)
    night()
    leave()
    client = Client()
    client.force_login(tenant.vera)
    page = client.get(f"/sources/{source.pk}/fields/").content.decode()
    assert "new: extra (yes or no)" in page
    leave()
    one = client.get(f"/sources/{source.pk}/fields/", {"stream": "items"}).content.decode()
    assert "First look" in one and "100 %" in one
    leave()
    listed = client.get(f"/api/v1/sources/{source.pk}/fields", {"stream": "items"}).json()["results"]
    assert [row["version"] for row in listed] == [2, 1]
    assert listed[0]["changes"] == [{"name": "extra", "kind": "added", "before": [], "after": ["yes or no"]}]
    leave()
    assert client.get(f"/sources/{source.pk}/fields/", {"stream": "nobody\0"}).status_code == 200
    with entered(tenant.acme.organization):
        assert StreamFields.objects.count() >= 2


def test_fields_beyond_the_most_are_not_taken_for_removed(monkeypatch):
    monkeypatch.setattr("backups.query.fields.MOST_FIELDS", 2)
    fields = Fields()
    row = RecordRow("1", None, b'{"a": 1, "b": 2, "c": 3}', b"")
    list(fields.watch(iter([[row]])))
    assert not fields.whole
    assert drift({"a": ["whole number"], "b": ["whole number"], "c": ["whole number"]}, fields) == []
