"""Support staff and the data of organizations."""

import pytest

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.activity.services import record


@pytest.fixture
def staff(people, client):
    people.eve.is_staff = people.eve.is_superuser = True
    people.eve.save()
    client.force_login(people.eve)
    return client


def test_tenant_model_without_support_session_then_forbidden(people, staff):
    assert staff.get("/admin/activity/entry/").status_code == 403


def test_support_session_then_data_is_readable_and_the_customer_sees_who_and_why(people, staff):
    with entered(people.acme.organization):
        record(people.context(people.olga), "test.done", label="Something")
    opened = staff.post(
        f"/admin/accounts/organization/{people.acme.organization.pk}/open/", {"reason": "ticket 12 asks for help"}
    )
    assert opened.status_code == 302
    page = staff.get("/admin/activity/entry/")
    assert page.status_code == 200 and b"Something" in page.content
    with entered(people.acme.organization):
        entry = Entry.objects.get(action="support.opened")
    assert entry.detail == {"staff": "eve@example.com", "reason": "ticket 12 asks for help"}


def test_support_session_without_reason_then_nothing_opens(people, staff):
    staff.post(f"/admin/accounts/organization/{people.acme.organization.pk}/open/", {"reason": ""})
    assert staff.get("/admin/activity/entry/").status_code == 403


def test_every_admin_list_opens(people, staff):
    from django.contrib import admin

    for model, model_admin in admin.site._registry.items():
        if model_admin.has_module_permission(staff.get("/admin/").wsgi_request):
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            assert staff.get(url).status_code == 200, url
