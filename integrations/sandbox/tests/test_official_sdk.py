"""HubSpot's own Python client judges the imitation."""

import uuid

import hubspot
import pytest
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)

from integrations.sandbox.config import DEFAULT_STATIC_TOKEN
from integrations.sandbox.tests.conftest import Served


@pytest.fixture
def client(sandbox: Served) -> hubspot.HubSpot:
    return hubspot.HubSpot(access_token=DEFAULT_STATIC_TOKEN, host=f"{sandbox.url}/hubspot")


def mail() -> str:
    return f"{uuid.uuid4().hex}@sdk.example"


def test_sdk_reads_every_contact_once(client: hubspot.HubSpot, sandbox: Served) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = client.crm.contacts.basic_api.get_page(limit=100, after=after, properties=["email", "lastname"])
        seen += [contact.id for contact in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    truth = sandbox.admin.get("/api/state").json()["records"]["contacts"]
    assert len(seen) == len(set(seen)) == truth


def test_sdk_creates_changes_finds_and_archives_a_contact(client: hubspot.HubSpot) -> None:
    api, email = client.crm.contacts.basic_api, mail()
    made = api.create(SimplePublicObjectInputForCreate(properties={"email": email, "firstname": "Ada"}))
    api.update(made.id, SimplePublicObjectInput(properties={"firstname": "Augusta"}))
    request = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "email", "operator": "EQ", "value": email}]}],
        properties=["firstname"], limit=5,
    )  # fmt: skip
    found = client.crm.contacts.search_api.do_search(request)
    assert (found.total, found.results[0].properties["firstname"]) == (1, "Augusta")
    assert found.results[0].updated_at >= made.updated_at
    api.archive(made.id)
    with pytest.raises(ApiException) as error:
        api.get_by_id(made.id)
    assert error.value.status == 404
    assert api.get_by_id(made.id, archived=True).archived_at is not None


def test_sdk_refuses_a_second_contact_with_the_same_address(client: hubspot.HubSpot) -> None:
    email = mail()
    made = client.crm.contacts.basic_api.create(SimplePublicObjectInputForCreate(properties={"email": email}))
    with pytest.raises(ApiException) as error:
        client.crm.contacts.basic_api.create(SimplePublicObjectInputForCreate(properties={"email": email.upper()}))
    assert error.value.status == 409
    assert made.id in error.value.body


def test_sdk_batches_report_missing_ids_beside_the_found_ones(client: hubspot.HubSpot) -> None:
    batch = BatchInputSimplePublicObjectBatchInputForCreate(
        inputs=[SimplePublicObjectBatchInputForCreate(properties={"email": mail()}, associations=[]) for _ in range(3)]
    )
    made = client.crm.contacts.batch_api.create(batch)
    ids = [one.id for one in made.results]
    wanted = [SimplePublicObjectId(id=one) for one in [*ids, "799999999999"]]
    read = client.crm.contacts.batch_api.read(
        BatchReadInputSimplePublicObjectId(inputs=wanted, properties=["email"], properties_with_history=[])
    )
    assert [one.id for one in read.results] == ids
    assert read.num_errors == 1


def test_sdk_parses_what_surrounds_the_records(client: hubspot.HubSpot) -> None:
    owners = client.crm.owners.owners_api.get_page(limit=500)
    assert {owner.archived for owner in owners.results} == {False}
    archived = client.crm.owners.owners_api.get_page(archived=True)
    assert {owner.archived for owner in archived.results} == {True}
    names = {one.name for one in client.crm.properties.core_api.get_all("contacts").results}
    assert {"email", "lastmodifieddate"} <= names
    assert client.crm.pipelines.pipelines_api.get_all("deals").results[0].stages
    assert {schema.name for schema in client.crm.schemas.core_api.get_all().results} == {"pets", "subscriptions_x"}
    assert client.marketing.forms.forms_api.get_page().results[0].field_groups
    assert client.files.files_api.do_search(limit=5).results[0].file_md5


def test_sdk_reads_posts_authors_redirects_and_tables(client: hubspot.HubSpot, sandbox: Served) -> None:
    counts = sandbox.admin.get("/api/state").json()["items"]
    posts, after = [], None
    while True:
        page = client.cms.blogs.blog_posts.basic_api.get_page(limit=100, after=after)
        posts += page.results
        if page.paging is None:
            break
        after = page.paging.next.after
    assert len({post.id for post in posts}) == counts["blog_posts"] == page.total
    assert posts[0].updated.tzinfo is not None and posts[0].state == "PUBLISHED"
    newer = client.cms.blogs.blog_posts.basic_api.get_page(limit=100, updated_after=posts[-1].updated)
    assert newer.total < page.total
    tables = client.cms.hubdb.tables_api.get_all_tables().results
    rows = client.cms.hubdb.rows_api.get_table_rows(tables[0].id)
    assert rows.total == tables[0].row_count and rows.results[0].values["town"]
    assert client.cms.url_redirects.redirects_api.get_page().total == counts["url_redirects"]
