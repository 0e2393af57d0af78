"""The clients API of members, and the portal's API of a client's people."""

import datetime as dt

from accounts.access.schema import entered
from accounts.activity.models import Entry
from clients.models import Client, ClientGrant, RestoreRequest
from clients.services import clients, grants, people
from clients.tests.conftest import EMAIL, PASSWORD, answer_of, called, link_in_mail
from listbackup.core.clock import now


def test_a_client_from_nothing_to_the_first_look(member_api, olga, source, platform, back_up):
    from rest_framework.test import APIClient

    platform.put("items", *range(5), name="Ada")
    back_up()
    made = answer_of(member_api.post, "/api/v1/clients", {"name": "Nordwind"}, status=201)
    assert made["permissions"] == ["view", "search", "request_restore"] and made["grants"] == []
    base = f"/api/v1/clients/{made['id']}"
    person = answer_of(member_api.post, f"{base}/invite", {"email": EMAIL, "name": "Petra"}, status=201)
    assert person["status"] == "invited"
    granted = answer_of(member_api.post, f"{base}/grant-source-access", {"source_id": str(source.pk)})
    assert granted["kind"] == "source" and granted["name"] == source.name and granted["in_force"]

    client = APIClient()
    token = link_in_mail().split("/")[2]
    given = {"portal": f"{olga.account.slug}.portal.localhost", "token": token, "password": PASSWORD}
    entered_portal = answer_of(client.post, "/api/v1/clients/accept-invitation", given)
    assert entered_portal["client"] == "Nordwind" and entered_portal["person"] == "Petra"
    answer_of(client.post, "/api/v1/clients/accept-invitation", given, status=404)

    client.credentials(HTTP_AUTHORIZATION=f"Bearer {entered_portal['token']}")
    overview = answer_of(client.get, "/api/v1/clients/portal/overview")
    assert (overview["sources"], overview["protected"], overview["records"]) == (1, 1, 5)
    [shown] = answer_of(client.get, "/api/v1/clients/portal/sources")["results"]
    assert shown["permissions"] == ["view", "search", "request_restore"]
    [snapshot] = answer_of(client.get, f"/api/v1/clients/portal/sources/{source.pk}/snapshots")["results"]
    records = f"/api/v1/clients/portal/snapshots/{snapshot['id']}/records"
    page = answer_of(client.get, f"{records}?stream=items&page_size=3")
    assert len(page["results"]) == 3 and page["next"]
    rest = answer_of(client.get, f"{records}?stream=items&page_size=3&after={page['next']}")
    assert [row["key"] for row in page["results"] + rest["results"]] == [f"{number:06}" for number in range(5)]
    found = answer_of(client.get, f"{records}?stream=items&q=ada")
    assert found["results"][0]["record"]["name"] == "Ada"
    with entered(olga.organization):
        said = set(Entry.objects.filter(object_type="client").values_list("action", flat=True))
        actors = set(Entry.objects.filter(action="portal.searched").values_list("actor", "via"))
    assert {"client.granted", "portal.invitation_accepted", "portal.records_opened", "portal.searched"} <= said
    assert actors == {("Petra (Nordwind)", "portal")}
    answer_of(client.post, "/api/v1/clients/logout", status=204)
    answer_of(client.get, "/api/v1/clients/portal/overview", status=401)


def test_what_is_not_shared_does_not_exist(api_of, petra, source, platform, back_up, olga):
    platform.put("items", 1)
    back_up()
    client = api_of(petra)
    assert answer_of(client.get, "/api/v1/clients/portal/sources")["results"] == []
    answer_of(client.get, f"/api/v1/clients/portal/sources/{source.pk}/snapshots", status=403)  # nothing is granted
    with entered(olga.organization):
        snapshot = source.snapshots.get()
        other = clients.create_client(olga, name="Ostwind")
        grants.grant_source(olga, other, source.pk)
    answer_of(client.get, f"/api/v1/clients/portal/snapshots/{snapshot.pk}/records?stream=items", status=403)
    answer_of(client.post, "/api/v1/clients/portal/restore-requests", {"snapshot": str(snapshot.pk)}, status=404)


def test_a_grant_taken_back_ends_with_the_next_request(api_of, petra, shared, source, olga, member_api, nordwind):
    client = api_of(petra)
    path = f"/api/v1/clients/portal/sources/{source.pk}/snapshots"
    answer_of(client.get, path)
    answer_of(member_api.post, f"/api/v1/clients/{nordwind.pk}/revoke-access", {"grant_id": str(shared.pk)}, status=204)
    answer_of(client.get, path, status=403)
    answer_of(member_api.post, f"/api/v1/clients/{nordwind.pk}/revoke-access", {"grant_id": str(shared.pk)}, status=404)


def test_suspension_works_on_the_next_request_and_back(api_of, petra, shared, member_api, nordwind):
    client = api_of(petra)
    answer_of(client.get, "/api/v1/clients/portal/overview")
    answer_of(member_api.post, f"/api/v1/clients/{nordwind.pk}/suspend", {})
    answer_of(client.get, "/api/v1/clients/portal/overview", status=401)
    given = {"portal": "acme.portal.localhost", "email": petra.email, "password": PASSWORD}
    assert answer_of(client.post, "/api/v1/clients/login", given, status=401)["code"] == "portal.sign_in_refused"
    answer_of(member_api.post, f"/api/v1/clients/{nordwind.pk}/suspend", {"active": True})
    answer_of(client.post, "/api/v1/clients/login", given)


def test_an_expired_grant_shows_nothing(api_of, petra, shared, source, olga):
    client = api_of(petra)
    with entered(olga.organization):
        ClientGrant.objects.update(expires_at=now() - dt.timedelta(seconds=1))
    assert answer_of(client.get, "/api/v1/clients/portal/sources")["results"] == []


def test_an_older_snapshot_than_shared_does_not_exist(api_of, petra, source, platform, back_up, olga, nordwind):
    platform.put("items", 1, name="old name")
    back_up()
    platform.put("items", 1, name="new name")
    back_up()
    new, old = source.snapshots.order_by("-number")
    grants.grant_source(olga, nordwind, source.pk, since=new.taken_at)
    client = api_of(petra)
    shown = answer_of(client.get, f"/api/v1/clients/portal/sources/{source.pk}/snapshots")["results"]
    assert [one["id"] for one in shown] == [str(new.pk)]
    answer_of(client.get, f"/api/v1/clients/portal/snapshots/{old.pk}/records?stream=items", status=404)


def test_an_account_and_a_group_are_shared_with_what_they_hold(api_of, petra, source, olga, nordwind, tenant):
    from listbackup.testing.factories import make_group, make_source

    below = make_source(tenant.north)
    group = make_group(olga.account, source)
    grants.grant_account(olga, nordwind, tenant.north.pk, permissions=["view"])
    grants.grant_group(olga, nordwind, group.pk)
    client = api_of(petra)
    shown = {
        one["id"]: one["permissions"] for one in answer_of(client.get, "/api/v1/clients/portal/sources")["results"]
    }
    assert shown == {str(below.pk): ["view"], str(source.pk): ["view", "search", "request_restore"]}
    with entered(olga.organization):
        group.sources.clear()
    assert len(answer_of(client.get, "/api/v1/clients/portal/sources")["results"]) == 1


def test_a_grant_below_the_agency_alone(member_api, nordwind, people):
    base = f"/api/v1/clients/{nordwind.pk}"
    foreign = {"account_id": str(people.other.pk)}
    answer_of(member_api.post, f"{base}/grant-account-access", foreign, status=404)
    with entered(people.acme.organization):
        north = clients.create_client(people.context(people.olga, people.north), name="Of North")
    told = answer_of(
        member_api.post,
        f"/api/v1/clients/{north.pk}/grant-account-access",
        {"account_id": str(people.acme.pk)},
        status=404,
    )
    assert told["code"] == "account.not_found"


def test_a_request_waits_is_approved_and_downloaded(api_of, petra, shared, member_api, platform, back_up, source, olga):
    platform.put("items", *range(3), name="Ada")
    back_up()
    client = api_of(petra)
    [snapshot] = answer_of(client.get, f"/api/v1/clients/portal/sources/{source.pk}/snapshots")["results"]
    wish = {"snapshot": snapshot["id"], "stream": "items", "key": "000002", "message": "We lost her"}
    asked = answer_of(client.post, "/api/v1/clients/portal/restore-requests", wish, status=201)
    assert asked["progress"] == "waiting"
    path = f"/api/v1/clients/portal/restore-requests/{asked['id']}"
    answer_of(client.get, f"{path}/file", status=409)
    [waiting] = answer_of(member_api.get, "/api/v1/clients/requests?state=waiting")["results"]
    assert waiting["message"] == "We lost her" and waiting["person_name"] == "Petra"
    decided = answer_of(
        member_api.patch, f"/api/v1/clients/requests/{asked['id']}", {"decision": "approve", "answer": "Here it is"}
    )
    assert decided["progress"] == "ready"
    answer_of(member_api.patch, f"/api/v1/clients/requests/{asked['id']}", {"decision": "decline"}, status=409)
    file = called(client.get, f"{path}/file")
    assert file.status_code == 200 and b'"Ada"' in b"".join(file.streaming_content)


def test_who_may_download_is_served_at_once(api_of, petra, shared, nordwind, olga, platform, back_up, source):

    platform.put("items", *range(3), name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "download"])
    client = api_of(petra)
    snapshot = source.snapshots.get()
    wish = {"snapshot": str(snapshot.pk), "format": "jsonl"}
    asked = answer_of(client.post, "/api/v1/clients/portal/restore-requests", wish, status=201)
    assert asked["progress"] == "preparing"


def test_nobody_asks_for_what_is_not_allowed(api_of, petra, shared, nordwind, olga, platform, back_up, source):
    platform.put("items", 1)
    back_up()
    clients.set_permissions(olga, nordwind, ["view"])
    client = api_of(petra)
    snapshot = str(source.snapshots.get().pk)
    refused = answer_of(client.post, "/api/v1/clients/portal/restore-requests", {"snapshot": snapshot}, status=403)
    assert refused["code"] == "access.not_granted"
    records = f"/api/v1/clients/portal/snapshots/{snapshot}/records?stream=items&q=x"
    answer_of(client.get, records, status=403)


def test_one_client_never_sees_the_requests_of_another(api_of, petra, shared, olga, source, platform, back_up):
    platform.put("items", 1)
    back_up()
    other = clients.create_client(olga, name="Ostwind")
    grants.grant_source(olga, other, source.pk)
    otto = people.invite(olga, other, email="otto@ostwind.example", name="Otto")
    people.accept(otto, name="Otto", password=PASSWORD)
    wish = {"snapshot": str(source.snapshots.get().pk)}
    asked = answer_of(api_of(petra).post, "/api/v1/clients/portal/restore-requests", wish, status=201)
    assert RestoreRequest.objects.count() == 1
    theirs = api_of(otto)
    assert answer_of(theirs.get, "/api/v1/clients/portal/restore-requests")["results"] == []
    for method in (theirs.get, theirs.delete):
        answer_of(method, f"/api/v1/clients/portal/restore-requests/{asked['id']}", status=404)


def test_a_members_token_opens_no_portal_and_the_other_way_round(api_of, petra, member_api, olga):
    answer_of(member_api.get, "/api/v1/clients/portal/overview", status=401)
    answer_of(api_of(petra).get, "/api/v1/clients", status=401)
    answer_of(api_of(petra).get, "/api/v1/users/me", status=401)


def test_clients_are_listed_searched_archived_and_brought_back(member_api, nordwind, olga):
    for number in range(3):
        clients.create_client(olga, name=f"Client {number}")
    assert len(answer_of(member_api.get, "/api/v1/clients?search=nord")["results"]) == 1
    answer_of(member_api.delete, f"/api/v1/clients/{nordwind.pk}", status=204)
    assert len(answer_of(member_api.get, "/api/v1/clients")["results"]) == 3
    [archived] = answer_of(member_api.get, "/api/v1/clients?status=archived")["results"]
    assert archived["id"] == str(nordwind.pk)
    assert answer_of(member_api.post, f"/api/v1/clients/{nordwind.pk}/bring-back")["status"] == "active"


def test_wrong_fields_then_400_with_the_field(member_api, nordwind):
    base = f"/api/v1/clients/{nordwind.pk}"
    answer_of(member_api.put, f"{base}/permissions", {"permissions": ["own"]}, status=400)
    told = answer_of(member_api.post, "/api/v1/clients", {"name": "nordwind"}, status=409)
    assert told["code"] == "client.name_taken"
    told = answer_of(member_api.patch, "/api/v1/clients/branding", {"colour": "#ffff00"}, status=400)
    assert "contrast" in told["errors"]["colour"][0]
    shown = answer_of(member_api.patch, "/api/v1/clients/branding", {"name": "Acme Safe", "colour": "#0a5bd3"})
    assert shown["name"] == "Acme Safe" and shown["portal_url"].startswith("http")
    assert Client.objects.count() == 1
