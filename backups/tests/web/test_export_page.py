"""The page on which an export is ordered."""

import pytest
from django.test import Client

from accounts.access.schema import entered, leave
from backups.models import Job


@pytest.fixture
def snapshot(platform, back_up, tenant):
    platform.put("items", *range(5))
    found = back_up().snapshot
    leave()
    return found


def client_of(user):
    made = Client()
    made.force_login(user)
    return made


def test_chosen_then_a_job_with_just_that(tenant, snapshot):
    mia = client_of(tenant.mia)
    path = f"/snapshots/{snapshot.pk}/export/"
    page = mia.get(path).content.decode()
    assert "Parquet" in page and "items" in page
    answer = mia.post(path, {"format": "xlsx", "search": "ada", "streams": ["items"]})
    assert answer.status_code == 302
    with entered(tenant.acme.organization):
        job = Job.objects.get(kind="export")
    assert job.parameters == {"snapshot": str(snapshot.pk), "format": "xlsx", "search": "ada", "streams": ["items"]}


@pytest.mark.parametrize("form", [{"format": "docx"}, {"format": "csv", "streams": ["nobody"]}, {}])
def test_what_cannot_be_then_said_and_no_job(tenant, snapshot, form):
    answer = client_of(tenant.mia).post(f"/snapshots/{snapshot.pk}/export/", form)
    assert answer.status_code == 400 and "field-error" in answer.content.decode()
    with entered(tenant.acme.organization):
        assert not Job.objects.filter(kind="export").exists()


def test_viewer_then_no_page(tenant, snapshot):
    assert client_of(tenant.vera).get(f"/snapshots/{snapshot.pk}/export/").status_code == 403
