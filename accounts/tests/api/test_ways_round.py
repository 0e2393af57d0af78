"""Ways round the wall: suspension, roles by a team, looking where one is not, tokens."""

from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered
from accounts.enums import Role
from accounts.models import Membership
from accounts.services.tokens import create_token
from listbackup.testing import factories
from listbackup.testing.people import PASSWORD
from teams.models import TeamGrant
from teams.services.grants import sync_memberships


def client_of(user: Any, account: Any = None) -> APIClient:
    client = APIClient()
    client.force_login(user)
    if account is not None:
        client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(account.pk))
    return client


def change(user: Any, account: Any, **values: Any) -> Any:
    return client_of(user).patch(f"/api/v1/accounts/{account.pk}", values, format="json")


def test_nobody_lifts_the_suspension_of_their_own_account(people):
    Membership.objects.filter(user=people.nora).update(role=Role.OWNER)
    assert change(people.olga, people.north, status="suspended").status_code == 200
    assert change(people.nora, people.north, status="active").status_code == 404
    people.north.refresh_from_db()
    assert people.north.status == "suspended"
    assert change(people.olga, people.north, status="active").status_code == 200


def test_account_below_a_suspended_one_is_closed_to_its_own_admin(people):
    made = client_of(people.olga).post(f"/api/v1/accounts/{people.north.pk}/sub-accounts", {"name": "B"}, format="json")
    child = made.json()["id"]
    Membership.objects.filter(user=people.mia).delete()
    Membership.objects.create(user=people.mia, account_id=child, role=Role.ADMIN)
    assert client_of(people.mia).get(f"/api/v1/accounts/{child}").status_code == 200
    change(people.olga, people.north, status="suspended")
    assert client_of(people.mia).get(f"/api/v1/accounts/{child}").status_code == 404
    assert client_of(people.olga).get(f"/api/v1/accounts/{child}").status_code == 200


def test_suspended_person_has_no_way_round_by_a_team(people):
    with entered(people.acme.organization):
        team = factories.make_team(people.acme, people.olga, people.mia)
        TeamGrant.objects.create(account=people.acme, team=team, target=people.south, role=Role.ADMIN)
        sync_memberships(team)
    mia = client_of(people.mia, people.south)
    assert mia.get("/api/v1/account").status_code == 200
    membership = Membership.objects.get(user=people.mia, account=people.acme, team_id=None)
    olga = Client()
    olga.force_login(people.olga)
    olga.post(f"/members/{membership.pk}/", {"suspend": "1"})
    assert mia.get("/api/v1/account").status_code == 404
    assert mia.get("/api/v1/auth/accounts").json() == []
    assert mia.get("/api/v1/accounts").json()["results"] == []


def test_looking_at_an_account_does_not_make_it_the_current_one(people):
    Membership.objects.create(user=people.olga, account=people.south, role=Role.VIEWER)
    client = APIClient()
    data = {"email": people.olga.email, "password": PASSWORD}
    token = client.post("/api/v1/auth/login", data, format="json").json()["accessToken"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    before = client.get("/api/v1/account").json()["name"]
    assert client.get(f"/api/v1/accounts/{people.south.pk}").status_code == 200
    assert client.get("/api/v1/account").json()["name"] == before


def test_token_may_call_what_everybody_may(people):
    _, secret = create_token(people.olga, account_id=people.acme.pk, name="x", scopes=["jobs:run"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/status").status_code == 200
    assert client.get("/api/v1/auth/profile").status_code == 403
