"""The SQL tab and its API: run, keep, download."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from backups.models import SavedQuery


@pytest.fixture
def filled(platform, back_up, source, tenant):
    platform.put("items", *range(5), name="=HYPERLINK(1)")
    back_up()
    platform.put("items", *range(8), name="Ada")
    back_up()
    leave()
    return source


@pytest.fixture
def mia(tenant):
    made = Client()
    made.force_login(tenant.mia)
    return made


def post(client, source, part="", **form):
    leave()
    return client.post(f"/sources/{source.pk}/query/{part}", {"sql": "", "snapshot": "", **form})


def test_run_then_rows_types_and_an_entry_in_the_log(tenant, mia, filled):
    page = post(mia, filled, sql="SELECT count(*) AS how_many, min(name) AS first FROM items").content.decode()
    assert "how_many" in page and ">8<" in page and "Ada" in page and "bigint" in page
    with entered(tenant.acme.organization):
        assert "count(*)" in Entry.objects.get(action="source.queried").detail["sql"]


def test_older_snapshot_then_what_was_then(mia, filled, tenant):
    with entered(tenant.acme.organization):
        older = filled.snapshots.get(number=1)
    page = post(mia, filled, sql="SELECT count(*) AS c FROM items", snapshot=str(older.pk)).content.decode()
    assert ">5<" in page


def test_mistake_then_duckdbs_words_and_what_was_written_stays(mia, filled):
    answer = post(mia, filled, sql="SELECT nme FROM items")
    page = answer.content.decode()
    assert answer.status_code == 400 and "nme" in page and "Binder Error" in page


def test_download_then_a_file_without_formulas(mia, filled, tenant):
    with entered(tenant.acme.organization):
        older = filled.snapshots.get(number=1)
    form = {"sql": "SELECT name FROM items LIMIT 1", "snapshot": str(older.pk)}
    text = b"".join(post(mia, filled, "download/", format="csv", **form).streaming_content).decode("utf-8-sig")
    assert text.splitlines() == ["name", "'=HYPERLINK(1)"]
    lines = b"".join(post(mia, filled, "download/", format="jsonl", **form).streaming_content)
    assert lines == b'{"name":"=HYPERLINK(1)"}\n'


def test_saved_opened_and_deleted(tenant, mia, filled):
    saved = post(mia, filled, "save/", sql="SELECT 42 AS answer", name="  The   answer ")
    assert saved.status_code == 302
    page = mia.get(saved["Location"]).content.decode()
    assert "SELECT 42 AS answer" in page and "The answer" in page
    assert post(mia, filled, "save/", sql="SELECT 1", name="The answer").status_code == 409
    with entered(tenant.acme.organization):
        query = SavedQuery.objects.get()
    assert post(mia, filled, "delete/", query=str(query.pk)).status_code == 302
    with entered(tenant.acme.organization):
        assert not SavedQuery.objects.exists()


def test_viewer_then_runs_but_saves_nothing(tenant, filled):
    vera = Client()
    vera.force_login(tenant.vera)
    page = post(vera, filled, sql="SELECT 1 AS one").content.decode()
    assert "one" in page and "Save the query" not in page
    assert post(vera, filled, "save/", sql="SELECT 1", name="x").status_code == 403


def test_api_runs_and_keeps(tenant, filled):
    api = APIClient()
    api.force_login(tenant.mia)
    base = f"/api/v1/sources/{filled.pk}"
    leave()
    answer = api.post(f"{base}/query", {"sql": "SELECT id FROM items ORDER BY id", "rows": 3}, format="json").json()
    assert len(answer["rows"]) == 3 and answer["more"] and answer["columns"][0]["name"] == "id"
    refused = api.post(f"{base}/query", {"sql": "SELECT * FROM read_text('/etc/passwd')"}, format="json")
    assert refused.status_code == 400 and refused.json()["code"] == "query.refused"
    made = api.post(f"{base}/queries", {"name": "All", "sql": "SELECT * FROM items"}, format="json")
    assert made.status_code == 201
    assert [one["name"] for one in api.get(f"{base}/queries").json()["results"]] == ["All"]
    assert api.delete(f"{base}/queries/{made.json()['id']}").status_code == 204
