"""No page offers a viewer what they would be refused."""

import re

import pytest
from django.test import Client
from django.urls import resolve

from accounts.access.rules import can
from accounts.access.schema import entered, leave
from listbackup.testing import factories

PAGES = [
    "/",
    "/sources/",
    "/groups/",
    "/jobs/",
    "/snapshots/",
    "/connections/",
    "/platforms/",
    "/platforms/hubspot/",
    "/platforms/custom/",
]


@pytest.fixture
def rows(people):
    with entered(people.acme.organization):
        source = factories.make_source(people.acme)
        snapshot = factories.make_snapshot(source)
        source.last_snapshot = snapshot
        source.save()
        group = factories.make_group(people.acme, source)
        failed = factories.make_job(source, state="failed", error_code="x", error_message="It broke.")
        running = factories.make_job(source, state="running", kind="export", finished_at=None)
        found = [
            f"/sources/{source.pk}/",
            f"/sources/{source.pk}/snapshots/",
            f"/groups/{group.pk}/",
            f"/jobs/{failed.pk}/",
            f"/jobs/{running.pk}/",
            f"/connections/{source.connection_id}/",
            f"/platforms/custom/{factories.make_custom_platform(people.acme).pk}/",
        ]
    leave()
    return found


def test_viewer_then_no_form_and_no_link_that_would_be_refused(people, rows):
    client = Client()
    client.force_login(people.vera)
    context = people.context(people.vera)
    checked = 0
    for path in [*PAGES, *rows]:
        leave()
        page = client.get(path)
        leave()
        assert page.status_code == 200, path
        html = page.content.decode()
        posts = re.findall(r'<form[^>]*method="post"[^>]*action="(/[^"]*)"', html)
        links = re.findall(r'<a[^>]*href="(/[^"?#]*)', html)
        for method, target in [("post", one) for one in posts] + [("get", one) for one in links]:
            view = getattr(resolve(target).func, "view_class", None)
            permission = getattr(view, "permissions", {}).get(method)
            if permission is not None:
                checked += 1
                assert can(context, permission), f"{path} offers {method} {target}"
    assert checked > 50
