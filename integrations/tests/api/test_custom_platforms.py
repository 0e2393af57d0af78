"""Custom connectors over the API, as a script that keeps them in version control would use them."""

import pytest
from rest_framework.test import APIClient

from integrations.tests.web.test_custom_connectors import CRM


@pytest.fixture
def mia(people):
    client = APIClient()
    client.force_login(people.mia)
    return client


@pytest.fixture
def made(mia):
    answer = mia.post("/api/v1/custom-platforms", {"manifest": CRM}, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_saved_changed_listed_gone_back_and_deleted(people, mia, made):
    path = f"/api/v1/custom-platforms/{made['id']}"
    assert (made["key"], made["version"], made["manifest"]) == ("crm", 1, CRM)
    changed = mia.patch(path, {"manifest": CRM.replace("Our CRM", "The CRM"), "based_on": 1}, format="json").json()
    assert (changed["name"], changed["version"]) == ("The CRM", 2)
    assert [one["number"] for one in mia.get(f"{path}/versions").json()["results"]] == [2, 1]
    assert mia.get(f"{path}/versions/1").json()["manifest"] == CRM
    back = mia.post(f"{path}/versions/1").json()
    assert (back["version"], back["name"]) == (3, "Our CRM")
    assert mia.get(f"{path}/versions").json()["results"][0]["restored_from"] == 1
    assert [one["id"] for one in mia.get("/api/v1/custom-platforms").json()["results"]] == [made["id"]]
    assert mia.delete(path).status_code == 403  # an admin's
    mia.force_login(people.olga)
    assert mia.delete(path).status_code == 204
    assert mia.get(path).status_code == 404


def test_a_mistake_then_its_line_and_nothing_saved(mia):
    answer = mia.post("/api/v1/custom-platforms", {"manifest": CRM.replace("key: crm", "kee: crm")}, format="json")
    assert answer.status_code == 400
    assert any("line 2, column 1" in one for one in answer.json()["errors"]["manifest"])
    assert mia.get("/api/v1/custom-platforms").json()["results"] == []


def test_changed_by_somebody_else_meanwhile_then_409(mia, made):
    path = f"/api/v1/custom-platforms/{made['id']}"
    assert mia.patch(path, {"manifest": CRM.replace("Our CRM", "A"), "based_on": 1}, format="json").status_code == 200
    assert mia.patch(path, {"manifest": CRM.replace("Our CRM", "B"), "based_on": 1}, format="json").status_code == 409
    assert mia.get(path).json()["name"] == "A"


def test_live_check_then_what_each_stream_showed(mia, sandbox):
    body = {"manifest": CRM, "secrets": {"api_key": sandbox.static_token}}
    answer = mia.post("/api/v1/custom-platforms/check", body, format="json")
    assert answer.status_code == 200, answer.content
    states = {one["name"]: one["state"] for one in answer.json()["streams"]}
    assert states == {"people": "succeeded", "nothing": "failed", "wrong_place": "failed"}
    assert not answer.json()["ok"]
    assert sandbox.static_token not in answer.content.decode()
    assert mia.get("/api/v1/custom-platforms").json()["results"] == []


def test_live_check_without_the_secret_then_400(mia):
    answer = mia.post("/api/v1/custom-platforms/check", {"manifest": CRM}, format="json")
    assert answer.status_code == 400
    assert "api_key" in answer.json()["detail"] + str(answer.json().get("errors"))
