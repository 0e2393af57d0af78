"""The same POST sent twice: one effect, the first answer again."""

import pytest
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.models import Account, IdempotencyKey
from backups.models import SourceGroup

PATH = "/api/v1/source-groups"


@pytest.fixture
def api(people):
    client = APIClient()
    client.force_login(people.olga)
    return client


def post(api, name, key, path=PATH):
    leave()
    answer = api.post(path, {"name": name}, format="json", headers={"Idempotency-Key": key})
    leave()
    return answer


def groups(people) -> int:
    with entered(people.acme.organization):
        return SourceGroup.objects.count()


def test_same_key_twice_then_one_group_and_the_first_answer(people, api):
    first, second = post(api, "Clinics", "k1"), post(api, "Clinics", "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json() and second["Idempotent-Replay"] == "true"
    assert groups(people) == 1


def test_same_key_other_body_then_422_and_nothing_made(people, api):
    post(api, "Clinics", "k1")
    answer = post(api, "Shops", "k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.reused")
    assert groups(people) == 1


def test_refused_call_then_the_key_is_free_again(people, api):
    assert post(api, "", "k1").status_code == 400
    assert post(api, "Clinics", "k1").status_code == 201


def test_first_call_still_running_then_409(people, api):
    post(api, "Clinics", "k1")
    IdempotencyKey.objects.update(status=None, body="")
    answer = post(api, "Clinics", "k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency.running")


def test_key_of_somebody_else_then_no_relation(people, api):
    post(api, "Clinics", "k1")
    other = APIClient()
    other.force_login(people.eve)
    answer = post(other, "Shops", "k1")
    assert answer.status_code == 201 and answer.json()["name"] == "Shops"


def test_key_too_long_then_400(people, api):
    assert post(api, "Clinics", "k" * 256).status_code == 400


def test_organization_asked_for_twice_then_one_is_made(people, api):
    before = Account.objects.count()
    first, second = post(api, "Second Ltd", "k1", "/api/v1/accounts"), post(api, "Second Ltd", "k1", "/api/v1/accounts")
    assert first.status_code == 201 and second.json() == first.json() and second["Idempotent-Replay"] == "true"
    assert Account.objects.count() == before + 1
    assert post(api, "Third Ltd", "k1", "/api/v1/accounts").status_code == 422
    other = APIClient()
    other.force_login(people.eve)
    assert post(other, "Second Ltd", "k1", "/api/v1/accounts").json()["id"] != first.json()["id"]
