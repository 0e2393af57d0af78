"""Writing, trying, saving and sharing a custom connector in the dashboard; the API is the sandbox's HubSpot."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access.schema import entered
from integrations.connector.manifest import load_manifest
from integrations.models import Connection, CustomPlatform
from integrations.services.credentials import unseal

CRM = """\
manifest: 1
key: crm
name: Our CRM
base_url: https://api.hubapi.com
auth: [{kind: bearer, secret: api_key, label: API key}]
streams:
  people:
    label: People
    request: {path: /crm/v3/objects/contacts}
    records: results
    key: id
    cursor: updatedAt
    page: {kind: cursor, param: after, next: paging.next.after, size: 10, size_param: limit}
  nothing:
    label: Nothing
    request: {path: /crm/v3/objects/no_such_type}
    records: results
    key: id
  wrong_place:
    label: Wrong place
    request: {path: /crm/v3/objects/deals}
    records: results.items
    key: id
"""


def custom(people, account=None):
    account = account or people.acme
    with entered(account.organization):
        return CustomPlatform.objects.get(account=account)


def page_of(answer):
    return html.unescape(answer.content.decode())


@pytest.fixture
def saved(people, client):
    """Mia's connector at Acme, saved on the page."""
    client.force_login(people.mia)
    answer = client.post("/platforms/custom/new/", {"manifest": CRM, "save": "1"})
    assert answer.status_code == 302, page_of(answer)
    return custom(people)


def edit(client, connector, text, based_on=1):
    return client.post(f"/platforms/custom/{connector.pk}/edit/", {"manifest": text, "based_on": based_on, "save": "1"})


def test_starter_then_it_is_a_valid_manifest(people, client):
    client.force_login(people.mia)
    page = page_of(client.get("/platforms/custom/new/"))
    assert "1 stream described" in page and 'name="secret_api_key"' in page


def test_mistakes_then_each_with_its_line_column_and_text_and_nothing_is_saved(people, client):
    client.force_login(people.mia)
    wrong = CRM.replace("key: crm", "kee: crm").replace("    key: id\n    cursor", "    cursor")
    answer = client.post("/platforms/custom/new/", {"manifest": wrong, "save": "1"})
    page = page_of(answer)
    assert answer.status_code == 400
    assert "Line 2, column 1" in page and "kee: crm\n^" in page
    assert 'data-goto="2:1"' in page and 'aria-invalid="true"' in page
    with entered(people.acme.organization):
        assert not CustomPlatform.objects.exists()


def test_check_then_each_stream_tells_what_was_recognised_and_no_secret_is_shown(people, sandbox, client):
    client.force_login(people.mia)
    sent = {"manifest": CRM, "check": "1", "secret_api_key": sandbox.static_token}
    answer = client.post("/platforms/custom/new/", sent)
    page = page_of(answer)
    assert answer.status_code == 200
    assert "1 of 3 streams could be read, 2 failed" in page
    truth = sandbox.truth("contacts")
    first = page.split("First key <code")[1].split(">", 1)[1].split("<")[0]
    assert first in truth and "More may follow" in page
    assert '<span class="k">"createdAt"</span>' in answer.content.decode().replace("&quot;", '"')
    assert "results.items" in page
    assert sandbox.static_token not in page
    with entered(people.acme.organization):
        assert not CustomPlatform.objects.exists() and not Connection.objects.exists()


def test_check_with_a_wrong_key_then_the_refusal_without_the_key(people, sandbox, client):
    client.force_login(people.mia)
    sent = {"manifest": CRM, "check": "1", "secret_api_key": "planted-wrong-key"}
    page = page_of(client.post("/platforms/custom/new/", sent))
    assert "0 of 3 streams could be read" in page and "planted-wrong-key" not in page


def test_check_of_a_private_address_then_refused_before_anything_is_sent(people, sandbox, client, settings):
    settings.ALLOWED_PRIVATE_HOSTS = frozenset()
    client.force_login(people.mia)
    for host in ("http://127.0.0.1:5432", "http://169.254.169.254", "http://[::1]", "http://0x7f000001"):
        sent = {
            "manifest": CRM.replace("https://api.hubapi.com", host),
            "check": "1",
            "secret_api_key": sandbox.static_token,
        }
        page = page_of(client.post("/platforms/custom/new/", sent))
        assert "0 of 3 streams could be read" in page and "host.refused" in page, host


def test_check_without_the_key_then_the_field_asks_for_it(people, client):
    client.force_login(people.mia)
    answer = client.post("/platforms/custom/new/", {"manifest": CRM, "check": "1"})
    assert answer.status_code == 400 and "This field is required" in page_of(answer)
    by_htmx = client.post("/platforms/custom/new/", {"manifest": CRM, "check": "1"}, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx["HX-Retarget"]) == (200, "#editor")


def test_edit_then_a_version_more_and_back_again(people, saved, client):
    changed = CRM.replace("name: Our CRM", "name: The CRM")
    assert edit(client, saved, changed).status_code == 302
    detail = page_of(client.get(f"/platforms/custom/{saved.pk}/"))
    assert "The CRM" in detail and "Version 2" in detail
    older = page_of(client.get(f"/platforms/custom/{saved.pk}/versions/1/"))
    assert "- name: Our CRM" in older and "+ name: The CRM" in older
    assert client.post(f"/platforms/custom/{saved.pk}/versions/1/").status_code == 302
    found = custom(people)
    assert (found.name, found.version, found.manifest) == ("Our CRM", 3, CRM)
    assert "as version 1 was" in page_of(client.get(f"/platforms/custom/{saved.pk}/"))
    assert client.post(f"/platforms/custom/{saved.pk}/versions/9/").status_code == 404


def test_two_people_edit_at_once_then_the_second_is_told(people, saved, client):
    assert edit(client, saved, CRM + "# one\n").status_code == 302
    late = edit(client, saved, CRM + "# two\n")
    assert late.status_code == 409 and "version 2 is the newest" in page_of(late)
    assert custom(people).manifest == CRM + "# one\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CRM.replace("key: crm", "key: hubspot"), "comes with ListBackup"),
        (CRM, "is the key of another connector of this account"),
    ],
)
def test_taken_key_then_told_at_its_line(people, saved, client, text, told):
    answer = client.post("/platforms/custom/new/", {"manifest": text, "save": "1"})
    assert answer.status_code == 400 and told in page_of(answer) and "Line 2, column 1" in page_of(answer)


def test_other_key_when_editing_then_refused(people, saved, client):
    answer = edit(client, saved, CRM.replace("key: crm", "key: other"))
    assert answer.status_code == 400 and "must stay crm" in page_of(answer)


def test_account_below_then_it_connects_but_does_not_see_the_text(people, saved, sandbox, client):
    client.force_login(people.nora)
    listed = page_of(client.get("/platforms/custom/"))
    assert "Our CRM" in listed and f"/connections/new/custom/{saved.pk}/" in listed
    assert client.get(f"/platforms/custom/{saved.pk}/").status_code == 404
    path = f"/connections/new/custom/{saved.pk}/"
    assert client.get(path).status_code == 200
    made = client.post(path, {"secret_api_key": sandbox.static_token, "name": "North CRM"})
    assert made.status_code == 302, page_of(made)
    with entered(people.acme.organization):
        connection = Connection.objects.get()
        assert (connection.account_id, connection.custom_platform_id) == (people.north.pk, saved.pk)
        assert unseal(connection) == {"api_key": sandbox.static_token}


def test_account_above_and_other_organization_then_no_way_to_connect(people, sandbox, client):
    client.force_login(people.nora)
    assert client.post("/platforms/custom/new/", {"manifest": CRM, "save": "1"}).status_code == 302
    connector = custom(people, account=people.north)
    for who in (people.olga, people.eve):
        client.force_login(who)
        assert client.get(f"/connections/new/custom/{connector.pk}/").status_code == 404
    client.force_login(people.olga)
    assert client.get(f"/platforms/custom/{connector.pk}/").status_code == 200


def test_other_host_while_connected_then_refused_and_allowed_again_without_connections(people, saved, sandbox, client):
    client.post(f"/connections/new/custom/{saved.pk}/", {"secret_api_key": sandbox.static_token})
    moved = CRM.replace("https://api.hubapi.com", "https://collector.example.com")
    listed = CRM.replace("base_url:", "hosts: [collector.example.com]\nbase_url:")
    plain = CRM.replace("https://", "http://")
    for text in (moved, listed, plain):
        answer = edit(client, saved, text)
        assert answer.status_code == 409 and "not given for" in page_of(answer)
    with entered(people.acme.organization):
        Connection.objects.update(status="deleted", secret="")
    assert edit(client, saved, moved).status_code == 302


def test_delete_then_not_while_connected_and_only_by_admins(people, saved, sandbox, client):
    client.post(f"/connections/new/custom/{saved.pk}/", {"secret_api_key": sandbox.static_token})
    path = f"/platforms/custom/{saved.pk}/delete/"
    assert client.post(path, {"typed": "Our CRM"}).status_code == 403
    client.force_login(people.adam)
    assert client.post(path, {"typed": "Our"}).status_code == 400
    assert client.post(path, {"typed": "Our CRM"}).status_code == 409
    with entered(people.acme.organization):
        Connection.objects.update(status="deleted", secret="")
    assert client.post(path, {"typed": "Our CRM"}).status_code == 302
    assert client.get(f"/platforms/custom/{saved.pk}/").status_code == 404
    again = client.post("/platforms/custom/new/", {"manifest": CRM, "save": "1"})
    assert again.status_code == 302


OPENAPI = """\
openapi: 3.0.3
info: {title: CRM}
servers: [{url: "https://api.hubapi.com"}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /crm/v3/objects/contacts:
    get:
      parameters: [{name: after, in: query}, {name: limit, in: query}]
      responses:
        "200":
          content:
            application/json:
              schema:
                properties:
                  results: {type: array, items: {properties: {id: {type: string}, updatedAt: {type: string}}}}
                  paging: {properties: {next: {properties: {after: {type: string}}}}}
"""


@pytest.mark.parametrize("way", ["pasted", "uploaded"])
def test_openapi_document_then_its_proposal_can_be_tried_and_saved(people, sandbox, client, way):
    client.force_login(people.mia)
    sent = {"document": OPENAPI} if way == "pasted" else {"file": SimpleUploadedFile("api.yaml", OPENAPI.encode())}
    opened = client.post("/platforms/custom/import/", sent)
    assert opened.status_code == 200 and "1 stream described" in page_of(opened)
    text = opened.context["form"]["manifest"].value()
    tried = client.post(
        "/platforms/custom/new/", {"manifest": text, "check": "1", "secret_access_token": sandbox.static_token}
    )
    assert "1 of 1 stream could be read" in page_of(tried)
    assert client.post("/platforms/custom/new/", {"manifest": text, "save": "1"}).status_code == 302
    assert custom(people).key == "crm"


def test_openapi_that_is_none_then_told_on_the_page(people, client):
    client.force_login(people.mia)
    answer = client.post("/platforms/custom/import/", {"document": '{"swagger": "2.0"}'})
    assert answer.status_code == 400 and "Swagger 2" in page_of(answer)
    assert client.post("/platforms/custom/import/", {}).status_code == 400
    binary = SimpleUploadedFile("api.yaml", b"\xff\xfe\x00")
    assert client.post("/platforms/custom/import/", {"file": binary}).status_code == 400


FORM = {
    "name": "Our CRM", "base_url": "https://api.hubapi.com/", "sign_in": "bearer",
    "streams-TOTAL_FORMS": "1", "streams-INITIAL_FORMS": "0",
    "streams-0-label": "People", "streams-0-path": "/crm/v3/objects/contacts", "streams-0-records": "results",
    "streams-0-key": "id", "streams-0-pages": "cursor", "streams-0-param": "after",
    "streams-0-next": "paging.next.after", "streams-0-size": "10", "streams-0-size_param": "limit",
}  # fmt: skip


def manifest_in(answer):
    return page_of(answer).split('aria-describedby="problems"')[1].split(">", 1)[1].split("</textarea>")[0].lstrip()


def test_form_filled_in_then_a_manifest_that_reads_the_api(people, sandbox, client):
    client.force_login(people.mia)
    text = manifest_in(client.post("/platforms/custom/build/", FORM))
    manifest = load_manifest(text)
    assert (manifest.key, manifest.base_url, list(manifest.streams)) == (
        "our_crm", "https://api.hubapi.com", ["people"],
    )  # fmt: skip
    sent = {"manifest": text, "check": "1", "secret_access_token": sandbox.static_token}
    assert "1 of 1 stream could be read" in page_of(client.post("/platforms/custom/new/", sent))


def test_another_list_asked_for_then_what_was_typed_stays_and_nothing_is_complained_about(people, client):
    client.force_login(people.mia)
    page = page_of(client.post("/platforms/custom/build/", {**FORM, "name": "", "add": "1"}))
    assert 'name="streams-1-label"' in page and 'value="/crm/v3/objects/contacts"' in page
    assert "field-error" not in page


@pytest.mark.parametrize(
    "change",
    [
        {"streams-0-next": ""},
        {"base_url": "ftp://x"},
        {"name": "日本"},
        {"sign_in": "api_key"},
        {"streams-0-path": "no slash"},
        {"streams-TOTAL_FORMS": "0"},
        {"streams-TOTAL_FORMS": "x"},
        {"streams-TOTAL_FORMS": "2", "streams-1-label": "people", "streams-1-path": "/x", "streams-1-key": "id",
         "streams-1-pages": "none"},
    ],
    ids=lambda change: next(iter(change.items()))[0] + "=" + next(iter(change.values())),
)  # fmt: skip
def test_form_with_a_gap_then_it_is_shown_beside_its_field(people, client, change):
    client.force_login(people.mia)
    answer = client.post("/platforms/custom/build/", {**FORM, **change})
    assert answer.status_code == 400 and ("field-error" in page_of(answer) or 'role="alert"' in page_of(answer))


def test_list_that_is_left_out_then_it_is_not_in_the_text(people, client):
    client.force_login(people.mia)
    two = {**FORM, "streams-TOTAL_FORMS": "2", "streams-INITIAL_FORMS": "2", "streams-1-DELETE": "on"}
    assert list(load_manifest(manifest_in(client.post("/platforms/custom/build/", two))).streams) == ["people"]
