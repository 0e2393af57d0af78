"""Teams by the API: members, invitations, grants."""

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.models import Invitation, Membership
from accounts.outbox.models import OutboxMessage
from listbackup.core.clock import now
from listbackup.testing.people import make_user


def client_of(user: Any, account: Any = None) -> APIClient:
    client = APIClient()
    client.force_login(user)
    if account is not None:
        client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(account.pk))
    return client


def post(client: APIClient, path: str, data: Any = None) -> Any:
    return client.post(f"/api/v1/teams{path}", data or {}, format="json")


@pytest.fixture
def olga(people: Any) -> APIClient:
    return client_of(people.olga)


@pytest.fixture
def team(olga: APIClient) -> str:
    answer = post(olga, "", {"name": "Onboarding", "description": "New customers"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["my_role"] == "owner" and answer.json()["member_count"] == 1
    return str(answer.json()["id"])


def mailed_token(address: str) -> str:
    mail = OutboxMessage.objects.filter(recipient=address).latest("id")
    found = re.search(r"/invitations/([\w-]{20,})/", mail.text)
    assert found, mail.text
    return found[1]


def add(client: APIClient, team: str, user: Any, role: str = "member") -> Any:
    return post(client, f"/{team}/members", {"user_id": str(user.pk), "role": role})


def test_team_is_seen_by_its_members_and_by_admins_of_the_account_only(people, olga, team):
    assert client_of(people.adam).get(f"/api/v1/teams/{team}").status_code == 200
    assert client_of(people.mia).get(f"/api/v1/teams/{team}").status_code == 404
    assert add(olga, team, people.mia).status_code == 201
    assert client_of(people.mia).get(f"/api/v1/teams/{team}").json()["my_role"] == "member"
    rows = client_of(people.mia).get(f"/api/v1/teams/{team}/members").json()["results"]
    assert {(row["name"], row["role"]) for row in rows} == {("Olga", "owner"), ("Mia", "member")}


def test_second_team_of_the_same_name_then_409(olga, team):
    answer = post(olga, "", {"name": "onboarding"})
    assert answer.status_code == 409 and "name" in answer.json()["errors"]


def test_plain_member_changes_nothing(people, olga, team):
    add(olga, team, people.mia)
    mia = client_of(people.mia)
    assert mia.patch(f"/api/v1/teams/{team}", {"name": "Mine"}, format="json").status_code == 403
    assert mia.delete(f"/api/v1/teams/{team}").status_code == 403
    assert mia.get(f"/api/v1/teams/{team}/invitations").status_code == 403
    assert post(mia, f"/{team}/invitations", {"email": "x@y.example"}).status_code == 403
    assert post(mia, "", {"name": "Another"}).status_code == 403


def test_team_admin_manages_members_but_not_owners(people, olga, team):
    add(olga, team, people.mia, "admin")
    add(olga, team, people.vera)
    mia = client_of(people.mia)
    url = f"/api/v1/teams/{team}/members"
    assert mia.patch(f"{url}/{people.vera.pk}", {"role": "admin"}, format="json").status_code == 200
    assert mia.patch(f"{url}/{people.vera.pk}", {"role": "owner"}, format="json").status_code == 403
    assert mia.patch(f"{url}/{people.olga.pk}", {"role": "member"}, format="json").status_code == 403
    assert mia.delete(f"{url}/{people.vera.pk}").status_code == 204


def test_last_owner_stays_and_others_may_leave(people, olga, team):
    url = f"/api/v1/teams/{team}/members"
    for answer in (
        olga.delete(f"{url}/{people.olga.pk}"),
        olga.patch(f"{url}/{people.olga.pk}", {"role": "member"}, format="json"),
    ):
        assert answer.status_code == 409 and answer.json()["code"] == "team.last_owner"
    add(olga, team, people.mia, "owner")
    assert olga.delete(f"{url}/{people.olga.pk}").status_code == 204


def test_member_without_a_role_on_the_account_then_404(people, olga, team):
    assert add(olga, team, people.eve).status_code == 404
    assert add(olga, team, people.mia).status_code == 201
    assert add(olga, team, people.mia).status_code == 409


def test_grant_then_the_whole_team_enters_and_leaves_with_it(people, olga, team):
    Membership.objects.filter(user=people.vera).delete()
    tess = make_user("Tess")
    invite = post(olga, f"/{team}/invitations", {"email": tess.email})
    assert invite.status_code == 201 and invite.json()["status"] == "pending"
    accepted = post(client_of(tess), "/accept-invitation", {"token": mailed_token(tess.email)})
    assert accepted.status_code == 200 and accepted.json()["team"] == team
    assert client_of(tess).get("/api/v1/account").status_code == 404
    data = {"account_id": str(people.south.pk), "role": "member"}
    assert post(olga, f"/{team}/account-access", data).json()["account_name"] == "South"
    there = client_of(tess, people.south)
    assert there.get("/api/v1/account").json()["role"] == "member"
    assert there.get(f"/api/v1/teams/{team}").json()["name"] == "Onboarding"
    assert client_of(tess, people.north).get("/api/v1/account").status_code == 404
    olga.patch(f"/api/v1/teams/{team}", {"archived": True}, format="json")
    assert there.get("/api/v1/account").status_code == 404
    olga.patch(f"/api/v1/teams/{team}", {"archived": False}, format="json")
    assert there.get("/api/v1/account").status_code == 200
    assert post(olga, f"/{team}/account-access", data | {"role": None}).status_code == 204
    assert there.get("/api/v1/account").status_code == 404


def test_removed_member_then_no_access_on_the_next_request(people, olga, team):
    Membership.objects.filter(user=people.vera).update(account=people.north)
    add(olga, team, people.mia)
    post(olga, f"/{team}/account-access", {"account_id": str(people.south.pk), "role": "admin"})
    mia = client_of(people.mia, people.south)
    assert mia.get("/api/v1/account").json()["role"] == "admin"
    olga.delete(f"/api/v1/teams/{team}/members/{people.mia.pk}")
    assert mia.get("/api/v1/account").json()["role"] == "member"  # what she has by herself


def test_nobody_grants_more_than_they_have(people, olga, team):
    adam = client_of(people.adam)
    data = {"account_id": str(people.south.pk), "role": "owner"}
    assert post(adam, f"/{team}/account-access", data).status_code == 403
    assert post(olga, f"/{team}/account-access", data).status_code == 200
    assert post(adam, f"/{team}/account-access", data | {"role": "viewer"}).status_code == 403
    foreign = {"account_id": str(people.other.pk), "role": "viewer"}
    assert post(olga, f"/{team}/account-access", foreign).status_code == 404


def test_deleted_team_then_its_access_and_its_invitations_are_gone(people, olga, team):
    add(olga, team, people.mia)
    post(olga, f"/{team}/account-access", {"account_id": str(people.south.pk), "role": "admin"})
    post(olga, f"/{team}/invitations", {"email": "late@example.com"})
    token = mailed_token("late@example.com")
    assert olga.delete(f"/api/v1/teams/{team}").status_code == 204
    assert not Membership.objects.filter(team_id=team).exists()
    late = make_user("Late")
    assert post(client_of(late), "/accept-invitation", {"token": token}).status_code == 404


def test_invitation_works_once(people, olga, team):
    tess = make_user("Tess")
    post(olga, f"/{team}/invitations", {"email": "TESS@example.com"})
    token = mailed_token(tess.email)
    assert post(client_of(tess), "/accept-invitation", {"token": token}).status_code == 200
    again = post(client_of(tess), "/accept-invitation", {"token": token})
    assert again.status_code == 404 and again.json()["code"] == "invitation.gone"
    rows = olga.get(f"/api/v1/teams/{team}/invitations").json()["results"]
    assert [row["status"] for row in rows] == ["accepted"]


@pytest.mark.parametrize("how", ["expired", "cancelled", "resent", "forged"])
def test_dead_links_are_all_alike(people, olga, team, how):
    tess = make_user("Tess")
    body = post(olga, f"/{team}/invitations", {"email": tess.email}).json()
    token = mailed_token(tess.email)
    if how == "expired":
        Invitation.objects.update(expires_at=now() - dt.timedelta(seconds=1))
    elif how == "cancelled":
        assert olga.delete(f"/api/v1/teams/{team}/invitations/{body['id']}").status_code == 204
    elif how == "resent":
        post(olga, f"/{team}/invitations", {"email": tess.email})
        assert mailed_token(tess.email) != token
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    answer = post(client_of(tess), "/accept-invitation", {"token": token})
    assert answer.status_code == 404 and answer.json()["code"] == "invitation.gone"


def test_other_address_than_invited_then_only_after_it_was_asked(people, olga, team):
    from accounts.services import invitations

    post(olga, f"/{team}/invitations", {"email": "office@harbor.example"})
    token = mailed_token("office@harbor.example")
    tess = make_user("Tess")
    refused = post(client_of(tess), "/accept-invitation", {"token": token})
    assert refused.status_code == 409 and refused.json()["code"] == "invitation.other_address"
    assert "office@harbor.example" not in refused.content.decode()
    assert post(client_of(tess), "/accept-invitation", {"token": token, "ask_address": True}).status_code == 202
    mail = OutboxMessage.objects.filter(recipient="office@harbor.example").latest("id")
    found = re.search(r"/invitations/address/([^/\s]+)/", mail.text)
    assert found
    with pytest.raises(Exception, match="not valid"):
        invitations.accept_with_proof(found[1], people.eve)
    invitations.accept_with_proof(found[1], tess)
    assert Invitation.objects.get().accepted_by == tess


def test_unverified_address_does_not_count(people, olga, team):
    tess = make_user("Tess")
    EmailAddress.objects.filter(user=tess).update(verified=False)
    post(olga, f"/{team}/invitations", {"email": tess.email})
    answer = post(client_of(tess), "/accept-invitation", {"token": mailed_token(tess.email)})
    assert answer.status_code == 409


def test_inviting_somebody_known_looks_like_inviting_a_stranger(people, olga, team):
    known = post(olga, f"/{team}/invitations", {"email": people.eve.email})
    fresh = post(olga, f"/{team}/invitations", {"email": "nobody@nowhere.example"})
    assert known.status_code == fresh.status_code == 201 and known.json().keys() == fresh.json().keys()


def test_plan_without_room_for_people_then_409(people, olga, team):
    plan = people.acme.organization.plan
    plan.limits = {"users": 5}
    plan.save()
    answer = post(olga, f"/{team}/invitations", {"email": "sixth@example.com"})
    assert answer.status_code == 409 and answer.json()["code"] == "plan.limit_reached"


def test_teams_below_are_listed_when_asked(people, olga, team):
    north = client_of(people.olga, people.north)
    post(north, "", {"name": "North team"})
    here = [row["name"] for row in client_of(people.adam).get("/api/v1/teams").json()["results"]]
    below = client_of(people.adam).get("/api/v1/teams?include_sub_accounts=true").json()["results"]
    assert here == ["Onboarding"] and {row["name"] for row in below} == {"Onboarding", "North team"}
