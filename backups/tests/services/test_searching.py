"""Search in all that a source ever held, as a page and by the API."""

import pytest
from django.test import Client

from accounts.access.schema import leave


@pytest.fixture
def past(platform, back_up):
    """Record 3 is renamed, record 4 is deleted, record 5 stays."""
    platform.put("items", *range(6), name="Ada Lovelace")
    back_up()
    platform.put("items", 3, name="Ada King")
    platform.remove("items", 4)
    back_up()
    back_up()


@pytest.fixture
def client(tenant, past):
    made = Client()
    made.force_login(tenant.vera)
    leave()
    return made


def api(client, source, **query):
    answer = client.get(f"/api/v1/sources/{source.pk}/search", query)
    assert answer.status_code == 200, answer.content
    leave()
    return answer.json()


def test_api_then_each_version_with_when_it_held(client, source):
    found = {(hit["key"], hit["end"]): hit for hit in api(client, source, q="lovelace")["results"]}
    ended = {key: hit for key, hit in found.items() if key[1]}
    assert {hit["end"] for hit in ended.values()} == {"changed", "deleted"} and len(found) == 6
    for hit in ended.values():
        assert hit["since"] < hit["until"] and hit["record"]["name"] == "Ada Lovelace"
    [now] = api(client, source, q="ada king")["results"]
    assert now["until"] is None and now["end"] == ""


def test_api_in_pages_then_the_same_as_at_once(client, source):
    at_once = api(client, source, q="ada")["results"]
    after, paged = None, []
    while True:
        page = api(client, source, q="ada", page_size=2, **({"after": after} if after else {}))
        paged += page["results"]
        after = page["next"]
        if after is None:
            break
    assert paged == at_once and len(paged) == 7


@pytest.mark.parametrize("query", [{}, {"q": "a"}, {"q": "ada", "after": "x"}, {"q": "ada", "after": "W10"}])
def test_api_with_what_cannot_be_then_400(client, source, query):
    assert client.get(f"/api/v1/sources/{source.pk}/search", query).status_code == 400


def test_page_now_and_ever(client):
    now = client.get("/snapshots/", {"q": "lovelace"}).content.decode()
    leave()
    ever = client.get("/snapshots/", {"q": "lovelace", "when": "ever"}).content.decode()
    assert "Deleted" not in now and "Deleted" in ever and "Changed since" in ever and "As it is now" in ever
