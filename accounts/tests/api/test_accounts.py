"""Accounts by the API, as a mobile developer calls it."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from accounts.enums import AccountStatus, Role
from accounts.models import Account, Membership, Organization
from accounts.outbox.models import OutboxMessage
from accounts.services import closing
from backups.models import Source
from backups.schedule.models import DueSource
from listbackup.core.clock import now
from listbackup.testing import factories


@pytest.fixture
def olga(people: Any) -> APIClient:
    return client_of(people.olga)


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def post(client: APIClient, path: str, data: Any = None) -> Any:
    return client.post(f"/api/v1/{path}", data or {}, format="json")


def patch(client: APIClient, path: str, data: Any) -> Any:
    return client.patch(f"/api/v1/{path}", data, format="json")


def test_create_account_then_own_organization(people, olga):
    answer = post(olga, "accounts", {"name": "Second", "company": {"legal_name": "Second Ltd"}})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["role"], body["plan"], body["company"]) == ("owner", "trial", {"legal_name": "Second Ltd"})
    made = Account.objects.get(pk=body["id"])
    assert made.organization != people.acme.organization
    with entered(made.organization):
        assert Entry.objects.get().action == "account.created"


def test_list_then_what_one_may_enter_and_nothing_else(people, olga):
    names = {row["name"] for row in olga.get("/api/v1/accounts").json()["results"]}
    assert names == {"Acme", "North", "South"}
    found = olga.get(f"/api/v1/accounts?parent={people.acme.pk}&name=nor").json()["results"]
    assert [row["name"] for row in found] == ["North"]
    assert [row["name"] for row in client_of(people.nora).get("/api/v1/accounts").json()["results"]] == ["North"]


def test_available_accounts_then_role_and_where_it_comes_from(people, olga):
    rows = olga.get("/api/v1/auth/accounts").json()
    assert [(row["name"], row["role"], row["access"]) for row in rows] == [
        ("Acme", "owner", "direct"),
        ("North", "owner", "inherited"),
        ("South", "owner", "inherited"),
    ]


def test_grant_further_down_then_raises_and_never_lowers(people):
    Membership.objects.create(user=people.vera, account=people.north, role=Role.ADMIN)
    Membership.objects.create(user=people.olga, account=people.north, role=Role.VIEWER)
    assert people.context(people.vera, people.north).role == Role.ADMIN
    assert people.context(people.vera, people.south).role == Role.VIEWER
    assert people.context(people.olga, people.north).role == Role.OWNER


def test_sub_accounts_of_any_depth(people, olga):
    parent = people.acme.organization.accounts.get(parent=None)
    plan = people.acme.organization.plan
    plan.limits = {}
    plan.save()
    for depth in range(1, 120):
        answer = post(olga, f"accounts/{parent.pk}/sub-accounts", {"name": f"Level {depth}"})
        assert answer.status_code == 201, answer.content
        parent = Account.objects.get(pk=answer.json()["id"])
    assert parent.level == 119
    assert olga.get(f"/api/v1/accounts/{parent.pk}").json()["role"] == "owner"


def test_plan_without_room_then_409_that_says_how_much_there_is(people, olga):
    plan = people.acme.organization.plan
    plan.limits = {"sub_accounts": 2}
    plan.save()
    answer = post(olga, f"accounts/{people.acme.pk}/sub-accounts", {"name": "Third"})
    assert answer.status_code == 409 and answer.json()["code"] == "plan.limit_reached"
    assert "2 of 2" in answer.json()["detail"]


def test_hierarchy_then_one_query_with_counts(people, olga, django_assert_num_queries):
    with entered(people.acme.organization):
        factories.make_source(people.north)
    leave()
    olga.get("/api/v1/accounts")  # the session and the context are known now
    olga.get(f"/api/v1/accounts/{people.acme.pk}/hierarchy")
    nodes = olga.get(f"/api/v1/accounts/{people.acme.pk}/hierarchy").json()
    told = {row["name"]: (row["sub_accounts"], row["members"], row["sources"]) for row in nodes["results"]}
    assert told == {"Acme": (2, 4, 0), "North": (0, 1, 1), "South": (0, 0, 0)}
    assert nodes["count"] == 3 and nodes["results"][0]["parent"] is None


def test_move_then_roles_and_paths_follow(people, olga):
    answer = patch(olga, f"accounts/{people.south.pk}", {"parent": str(people.north.pk)})
    assert answer.status_code == 200 and answer.json()["parent"] == str(people.north.pk)
    people.south.refresh_from_db()
    assert people.south.path == f"{people.north.path}{people.south.pk}/" and people.south.level == 2
    assert client_of(people.nora).get(f"/api/v1/accounts/{people.south.pk}").status_code == 200


@pytest.mark.parametrize("where", ["itself", "child", "other"])
def test_move_where_it_cannot_go_then_refused(people, olga, where):
    child = post(olga, f"accounts/{people.north.pk}/sub-accounts", {"name": "Below"}).json()["id"]
    parent = {"itself": str(people.north.pk), "child": child, "other": str(people.other.pk)}[where]
    answer = patch(olga, f"accounts/{people.north.pk}", {"parent": parent})
    assert answer.status_code == (404 if where == "other" else 400), answer.content


def test_move_needs_to_be_admin_at_both_ends(people):
    Membership.objects.filter(user=people.nora).update(role=Role.ADMIN)
    answer = patch(client_of(people.nora), f"accounts/{people.north.pk}", {"parent": str(people.south.pk)})
    assert answer.status_code == 404


def test_suspend_then_nobody_enters_and_nothing_runs_until_reactivated(people, olga):
    child = Account.objects.get(
        pk=post(olga, f"accounts/{people.north.pk}/sub-accounts", {"name": "Below"}).json()["id"]
    )
    with entered(people.acme.organization):
        source = factories.make_source(child, schedule="daily")
        from backups.schedule import table

        table.plan(source)
        source.save()
    nora = client_of(people.nora)
    assert nora.get(f"/api/v1/accounts/{child.pk}/hierarchy").status_code == 200
    answer = patch(olga, f"accounts/{people.north.pk}", {"status": "suspended", "status_reason": "Unpaid"})
    assert answer.json()["status"] == "suspended" and not DueSource.objects.exists()
    for account in (people.north, child):
        assert nora.get(f"/api/v1/accounts/{account.pk}/hierarchy").status_code == 404
    started = post(olga, f"sources/{source.pk}/sync")
    assert started.status_code == 409 and "closed" in started.json()["detail"]
    assert patch(olga, f"accounts/{people.north.pk}", {"status": "active"}).json()["status"] == "active"
    assert DueSource.objects.filter(source_id=source.pk).exists()
    assert nora.get(f"/api/v1/accounts/{child.pk}/hierarchy").status_code == 200


def test_delete_then_closed_at_once_cancelled_or_erased_after_grace(people, olga):
    with entered(people.acme.organization):
        factories.make_source(people.north)
    assert client_of(people.adam).delete(f"/api/v1/accounts/{people.north.pk}").status_code == 403
    answer = olga.delete(f"/api/v1/accounts/{people.north.pk}")
    assert answer.status_code == 202
    assert dt.timedelta(days=29) < dt.datetime.fromisoformat(answer.json()["erase_after"]) - now()
    assert client_of(people.nora).get("/api/v1/accounts").json()["results"] == []
    assert closing.erase_due() == 0
    assert post(olga, f"accounts/{people.north.pk}/cancel-deletion").json()["status"] == "active"
    olga.delete(f"/api/v1/accounts/{people.north.pk}")
    Account.objects.filter(pk=people.north.pk).update(erase_after=now())
    assert post(olga, f"accounts/{people.north.pk}/cancel-deletion").status_code == 409
    leave()
    assert closing.erase_due() == 1
    people.north.refresh_from_db()
    assert (people.north.status, people.north.name) == (AccountStatus.ERASED, "Deleted account")
    with entered(people.acme.organization):
        assert not Source.objects.exclude(status="deleted").exists()
    assert olga.get(f"/api/v1/accounts/{people.north.pk}").status_code == 404


def test_last_mail_three_days_before_and_only_once(people, olga):
    assert olga.delete(f"/api/v1/accounts/{people.north.pk}").status_code == 202
    assert closing.warn_of_erasure() == 0
    Account.objects.filter(pk=people.north.pk).update(erase_after=now() + dt.timedelta(days=2))
    assert [closing.warn_of_erasure(), closing.warn_of_erasure()] == [1, 0]
    mail = OutboxMessage.objects.get(subject__contains="in three days")
    assert mail.recipient == people.olga.email and f"/tree/{people.north.pk}/delete/" in mail.text


def test_erased_root_then_its_schema_and_its_organization_are_gone(people):
    organization = people.other.organization
    closing.erase_account(people.other)
    assert not Organization.objects.filter(pk=organization.pk).exists()
    assert not Account.objects.filter(organization_id=organization.pk).exists()
    assert client_of(people.eve).get("/api/v1/accounts").json()["results"] == []


def test_settings_are_inherited_until_set(people, olga):
    patch(olga, f"accounts/{people.acme.pk}", {"settings": {"default_schedule": "hourly"}})
    settings = {row["name"]: row for row in olga.get(f"/api/v1/accounts/{people.north.pk}").json()["settings"]}
    assert settings["default_schedule"] == {
        "name": "default_schedule",
        "value": "hourly",
        "inherited_from": str(people.acme.pk),
    }
    changed = patch(olga, f"accounts/{people.north.pk}", {"settings": {"default_schedule": "manual"}}).json()
    assert changed["settings"][0]["value"] == "manual" and changed["settings"][0]["inherited_from"] is None
    again = patch(olga, f"accounts/{people.north.pk}", {"settings": {"default_schedule": None}}).json()
    assert again["settings"][0]["value"] == "hourly"


@pytest.mark.parametrize(
    "data",
    [
        {"name": " "},
        {"time_zone": "Mars/Base"},
        {"company": {"shoe_size": "44"}},
        {"settings": {"nope": 1}},
        {"settings": {"warn_on_failure": "yes"}},
        {"status": "closing"},
    ],
)
def test_bad_update_then_400_with_the_field(people, olga, data):
    answer = patch(olga, f"accounts/{people.acme.pk}", data)
    assert answer.status_code == 400 and set(answer.json()["errors"]) == set(data), answer.content


def test_switch_then_a_token_that_carries_the_account_also_after_refresh(people):
    from listbackup.testing.people import PASSWORD

    client = APIClient()
    body = post(client, "auth/login", {"email": "olga@example.com", "password": PASSWORD}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['accessToken']}")
    switched = post(client, f"accounts/{people.south.pk}/switch-context").json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {switched['accessToken']}")
    assert client.get("/api/v1/account").json()["name"] == "South"
    client.credentials()
    pair = post(client, "auth/refresh", {"refreshToken": body["refreshToken"]}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['accessToken']}")
    assert client.get("/api/v1/account").json()["name"] == "South"


def test_withdrawn_role_then_refused_on_the_next_request(people):
    vera = client_of(people.vera)
    for _ in range(2):
        assert vera.get("/api/v1/account").status_code == 200
    Membership.objects.get(user=people.vera).delete()
    assert vera.get("/api/v1/account").status_code == 404


def test_context_costs_two_queries_and_then_none(people, django_assert_num_queries):
    from accounts.access.resolve import context_for
    from accounts.enums import Via

    with django_assert_num_queries(2):
        context_for(people.nora, people.north.pk, via=Via.API)
    with django_assert_num_queries(0):
        context_for(people.nora, people.north.pk, via=Via.API)


def test_erased_account_keeps_no_secret_of_a_connection(people):
    with entered(people.acme.organization):
        connection = factories.make_connection(people.north, secret="cipher", external_label="Acme's portal")
    closing.erase_account(people.north)
    with entered(people.acme.organization):
        connection.refresh_from_db()
    assert (connection.secret, connection.status, connection.external_label) == ("", "deleted", "")


def test_account_that_cannot_be_erased_now_holds_up_no_other(people, monkeypatch):
    for account in (people.north, people.south):
        Account.objects.filter(pk=account.pk).update(status="closing", erase_after=now())
    erase = closing.erase_account

    def broken_for_south(account: Account) -> None:
        if account == people.south:
            raise OSError("the storage does not answer")
        erase(account)

    monkeypatch.setattr(closing, "erase_account", broken_for_south)
    assert closing.erase_due() == 1
    assert Account.objects.get(pk=people.north.pk).status == "erased"
    assert Account.objects.get(pk=people.south.pk).status == "closing"


def test_patch_is_all_or_nothing(people, olga):
    answer = patch(olga, f"accounts/{people.north.pk}", {"name": "Renamed", "parent": str(people.north.pk)})
    people.north.refresh_from_db()
    assert answer.status_code == 400 and people.north.name == "North"
