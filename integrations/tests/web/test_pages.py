"""The pages of platforms and connections."""

import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.access.schema import entered
from integrations.connector.registry import platforms
from integrations.models import Connection, CustomPlatform
from integrations.services.credentials import seal


def plant(account, count=1, **fields):
    with entered(account.organization):
        return [
            Connection.objects.create(
                account=account,
                platform="hubspot",
                name=f"Connection {number}",
                auth_kind="bearer",
                secret=seal({"access_token": "planted-secret"}),
                external_id=str(number),
                **fields,
            )
            for number in range(count)
        ]


def test_platforms_then_hubspot_with_its_streams_and_reasons(people, client):
    client.force_login(people.vera)
    listed = client.get("/platforms/?q=hubspot")
    assert listed.status_code == 200 and "HubSpot" in listed.content.decode()
    assert "No platform matches" in client.get("/platforms/?q=zzzz").content.decode()
    page = client.get("/platforms/hubspot/").content.decode()
    assert "crm.objects.contacts.read" in page and "Contacts" in page
    assert client.get("/platforms/nope/").status_code == 404


def test_connect_page_then_browsers_may_be_sent_to_the_consent_page(people, sandbox, client):
    client.force_login(people.mia)
    page = client.get("/connections/new/hubspot/")
    assert page.status_code == 200
    assert sandbox.url in page["Content-Security-Policy"].split("form-action")[1].split(";")[0]
    answer = client.post("/connections/new/hubspot/sign-in/", {"return_to": "/start/"})
    assert answer.status_code == 302 and answer["Location"].startswith(sandbox.hosts["app.hubspot.com"])
    back = client.get(
        "/api/v1/integrations/oauth/callback/hubspot",
        sandbox.consent(answer["Location"]),
        headers={"Accept": "text/html"},
    )
    assert back["Location"].startswith("/start/?connection=")


def test_return_to_with_place_then_the_id_is_filled_in(people, sandbox, client):
    client.force_login(people.mia)
    answer = client.post("/connections/new/hubspot/sign-in/", {"return_to": "/start/{connection}/streams/"})
    back = client.get(
        "/api/v1/integrations/oauth/callback/hubspot",
        sandbox.consent(answer["Location"]),
        headers={"Accept": "text/html"},
    )
    with entered(people.acme.organization):
        assert back["Location"] == f"/start/{Connection.objects.get().pk}/streams/"


def test_key_form_then_connected_and_a_wrong_key_is_told_without_repeating_it(people, sandbox, client):
    client.force_login(people.mia)
    wrong = client.post("/connections/new/hubspot/", {"secret_access_token": "wrong-planted"})
    assert wrong.status_code == 422
    assert "wrong-planted" not in wrong.content.decode() and 'role="alert"' in wrong.content.decode()
    assert client.post("/connections/new/hubspot/", {}).status_code == 400
    done = client.post("/connections/new/hubspot/", {"secret_access_token": sandbox.static_token, "name": "CRM"})
    assert done.status_code == 302
    page = client.get(done["Location"]).content.decode()
    assert "CRM" in page and sandbox.static_token not in page


def test_detail_then_test_rename_replace_and_delete(people, sandbox, client):
    client.force_login(people.adam)
    made = client.post("/connections/new/hubspot/", {"secret_access_token": sandbox.static_token, "name": "CRM"})
    page = made["Location"]
    tested = client.post(f"{page}test/")
    assert tested.status_code == 200 and "answered" in tested.content.decode()
    assert client.post(f"{page}rename/", {"name": "Sales"}).status_code == 302
    assert client.post(f"{page}rename/", {"name": ""}).status_code == 400
    assert client.get(f"{page}key/").status_code == 200
    assert client.post(f"{page}key/", {"secret_access_token": "wrong"}).status_code == 422
    assert client.post(f"{page}key/", {"secret_access_token": sandbox.static_token}).status_code == 302
    assert client.post(f"{page}reconnect/")["Location"] == f"{page}key/"
    assert client.post(f"{page}delete/", {"confirmation": "Sale"}).status_code == 400
    assert client.post(f"{page}delete/", {"confirmation": "Sales"}).status_code == 302
    assert client.get(page).status_code == 404


def test_reconnect_by_oauth_then_to_the_consent_page(people, sandbox, client):
    client.force_login(people.mia)
    [connection] = plant(people.acme, status="needs_reconnect")
    with entered(people.acme.organization):
        Connection.objects.update(auth_kind="oauth2")
    answer = client.post(f"/connections/{connection.pk}/reconnect/")
    assert answer["Location"].startswith(sandbox.hosts["app.hubspot.com"])


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("vera", 200), ("nora", 404), ("eve", 404)])
def test_page_of_a_connection_then_only_for_who_may_see_it(people, client, who, status):
    [connection] = plant(people.acme)
    client.force_login(getattr(people, who))
    assert client.get(f"/connections/{connection.pk}/").status_code == status


def test_viewer_then_no_buttons_and_no_changes(people, client):
    [connection] = plant(people.acme)
    client.force_login(people.vera)
    page = client.get(f"/connections/{connection.pk}/").content.decode()
    assert "/test/" not in page and "/delete/" not in page
    assert client.post(f"/connections/{connection.pk}/test/").status_code == 403
    assert client.post(f"/connections/{connection.pk}/delete/").status_code == 403
    assert client.get("/connections/new/hubspot/").status_code == 403


def test_list_then_filters_sorts_pages_and_the_same_number_of_queries(people, client):
    client.force_login(people.olga)
    plant(people.acme, 3)
    plant(people.north, 1, status="needs_reconnect")

    def queries(query=""):
        client.get("/connections/")
        with CaptureQueriesContext(database) as seen:
            answer = client.get(f"/connections/{query}")
        assert answer.status_code == 200
        return len(seen), answer.content.decode()

    queries()  # the first page of a session also remembers where the person is
    few, page = queries()
    assert "1 of 4 connections needs you" in page
    plant(people.south, 60)
    many, page = queries()
    assert few == many
    assert "1 to 50 of 64" in page
    assert "North" in queries("?status=needs_reconnect")[1]
    assert "No connection matches" in queries("?name=zzz")[1]
    queries("?sort=-name&page=2")


def test_page_of_a_platform_then_what_is_read_what_is_not_how_often_why_and_what_comes_back(people, client):
    client.force_login(people.vera)
    page = client.get("/platforms/hubspot/").content.decode()
    sections = dict.fromkeys(("streams-title", "not-title", "often-title", "restore-title", "permissions-title"))
    assert all(f'id="{name}"' in page for name in sections)
    manifest = platforms()["hubspot"]
    assert all(escape(one.what) in page and escape(one.why) in page for one in manifest.not_read)
    assert "Blog posts" in page and "HubDB rows" in page and "in full every 7 days" in page
    assert "Nothing can be written back to HubSpot yet" in page
    oauth = manifest.auth_of("oauth2")
    assert all(scope in page for scope in (*oauth.scopes, *oauth.optional_scopes))


def test_catalogue_then_found_by_its_data_and_custom_connectors_of_the_account_above_too(people, client):
    with entered(people.acme.organization):
        custom = CustomPlatform.objects.create(account=people.acme, key="tiny", name="Tiny", manifest="")
    client.force_login(people.nora)
    assert "HubSpot" in client.get("/platforms/?q=blog+posts").content.decode()
    link = f"/connections/new/custom/{custom.pk}/"
    assert link in client.get("/platforms/").content.decode()
    assert link in client.get("/platforms/?q=tiny").content.decode()
    assert link not in client.get("/platforms/?category=crm").content.decode()
    client.force_login(people.eve)
    assert link not in client.get("/platforms/").content.decode()


def test_webhooks_on_a_connections_page_then_address_secret_and_new_address(people, sandbox, client, settings):
    settings.PUBLIC_URL = "https://backup.example"
    client.force_login(people.mia)
    client.post("/connections/new/hubspot/", {"secret_access_token": sandbox.static_token})
    with entered(people.acme.organization):
        pk = Connection.objects.get().pk
    page = client.get(f"/connections/{pk}/").content.decode()
    found = re.search(r"https://backup\.example/api/v1/hooks/[\w-]{43}", page)
    assert found and "Nothing yet" in page and "the secret in the address" in page
    path = found[0].removeprefix("https://backup.example")
    assert client.post(path, b"[]", content_type="application/json").status_code == 200
    saved = client.post(f"/connections/{pk}/webhooks/", {"signing_secret": "planted-hook-secret"}, follow=True)
    assert "their signature" in saved.content.decode() and "planted-hook-secret" not in saved.content.decode()
    assert client.post(path, b"[]", content_type="application/json").status_code == 401
    assert "not signed" in client.get(f"/connections/{pk}/").content.decode()
    assert client.post(f"/connections/{pk}/webhooks/", {"signing_secret": "x" * 501}).status_code == 400
    renewed = client.post(f"/connections/{pk}/webhooks/", {}, follow=True).content.decode()
    assert found[0] not in renewed and client.post(path, b"[]", content_type="application/json").status_code == 404
    client.force_login(people.vera)
    assert "/api/v1/hooks/" not in client.get(f"/connections/{pk}/").content.decode()


def test_the_share_of_the_daily_quota_is_set_on_the_page_and_by_the_api(people, sandbox, client):
    client.force_login(people.mia)
    client.post("/connections/new/hubspot/", {"secret_access_token": sandbox.static_token})
    with entered(people.acme.organization):
        pk = Connection.objects.get().pk
    assert 'name="quota_share"' in client.get(f"/connections/{pk}/").content.decode()
    assert client.post(f"/connections/{pk}/quota/", {"quota_share": "40"}).status_code == 302
    for wrong in ("0", "101", "", "x", "1.5"):
        answer = client.post(f"/connections/{pk}/quota/", {"quota_share": wrong})
        assert answer.status_code == 400 and "field-error" in answer.content.decode()
    assert client.get(f"/api/v1/connections/{pk}").json()["quota_share"] == 40
    for share, status in ((60, 200), (0, 400), (101, 400), (None, 400)):
        body = {"quota_share": share}
        assert client.patch(f"/api/v1/connections/{pk}", body, content_type="application/json").status_code == status
    assert 'value="60"' in client.get(f"/connections/{pk}/").content.decode()
