"""Domains: claimed by anybody, proved by one; and what it means that single sign-on is required of them."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.models import Membership, User
from accounts.sso.errors import SsoConflict
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.services import domains
from accounts.sso.tests.conftest import require, sign_in, signed_in
from listbackup.core.errors import InvalidInput, Unavailable
from listbackup.testing.people import PASSWORD
from listbackup.testing.sso_factories import make_email_domain, make_identity_provider


@pytest.fixture
def olga(people):
    with entered(people.acme.organization):
        yield people.context(people.olga)


@pytest.fixture
def example(people):
    """example.com, where all the people of the tests have their address, is Acme's; there is a provider."""
    make_identity_provider(people.acme)
    return make_email_domain(people.acme, "example.com")


def log_in(client, name="mia", password=PASSWORD):
    return client.post("/accounts/login/", {"login": f"{name}@example.com", "password": password})


def api_log_in(client, name="mia", password=PASSWORD):
    body = {"email": f"{name}@example.com", "password": password}
    return client.post("/api/v1/auth/login", body, content_type="application/json")


def test_record_there_then_verified_and_not_there_then_not(people, olga):
    found = domains.claim(olga, "@Bücher.Example.")
    assert found.domain == "xn--bcher-kva.example"
    assert domains.check(olga, found.pk, lookup=lambda name: ["v=spf1"]).verified_at is None
    asked = []

    def lookup(name):
        asked.append(name)
        return [f" {found.record_value} "]

    seen = domains.check(olga, found.pk, lookup=lookup)
    assert seen.verified_at and asked == ["_listbackup-challenge.xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "text", ["", "com", "a b.com", "http://x.com", "1.2.3.4", "-a.com", "a..com", "x" * 300 + ".de"]
)
def test_no_domain_then_refused(people, olga, text):
    with pytest.raises(InvalidInput):
        domains.claim(olga, text)


def test_proved_by_another_organization_then_conflict_and_still_unproved(people, olga):
    make_email_domain(people.other, "shop.test")
    found = domains.claim(olga, "shop.test")
    with pytest.raises(SsoConflict):
        domains.check(olga, found.pk, lookup=lambda _: [found.record_value])
    found.refresh_from_db()
    assert found.verified_at is None


def test_name_server_that_answers_nothing_then_said_and_nothing_changed(people, olga, settings):
    settings.NAME_SERVERS, settings.NAME_SERVICE_SECONDS = ["127.0.0.1:9"], 0.3
    found = domains.claim(olga, "shop.test")
    with pytest.raises(Unavailable):
        domains.check(olga, found.pk)
    found.refresh_from_db()
    assert found.checked_at is None


def test_required_without_a_proof_or_a_provider_then_refused(people, olga):
    claimed = domains.claim(olga, "shop.test")
    with pytest.raises(SsoConflict):
        domains.set_required(olga, claimed.pk, required=True)
    proved = make_email_domain(people.acme, "acme.test")
    with pytest.raises(SsoConflict):
        domains.set_required(olga, proved.pk, required=True)


def test_required_then_a_password_opens_nothing_by_page_or_api(people, example, client):
    assert api_log_in(client).status_code == 200
    require(people, example)
    page = log_in(client)
    assert page.status_code == 401 and "/accounts/sso/" in page.content.decode() and not signed_in(client)
    answer = api_log_in(client)
    assert answer.status_code == 401 and answer.json()["code"] == "auth.sso_required"
    assert answer.json()["errors"]["start_url"][0].startswith("http://localhost:8000/accounts/sso/")


def test_required_then_the_answer_does_not_tell_who_exists(people, example, client):
    require(people, example)
    known, unknown = api_log_in(client, password="wrong").json(), api_log_in(client, "nobody").json()
    assert known["detail"] == unknown["detail"] and known["code"] == unknown["code"]


def test_required_then_a_reset_mail_leads_to_single_sign_on(people, example, client):
    require(people, example)
    answer = client.post("/accounts/password/reset/", {"email": "mia@example.com"})
    assert answer.status_code == 401 and not mail.outbox


def test_required_then_nobody_signs_up_with_an_address_of_it(people, example, client):
    require(people, example)
    form = {"email": "new@example.com", "password1": PASSWORD, "name": "New", "company": "New", "terms": "on"}
    assert client.post("/accounts/signup/", form).status_code == 401
    assert not EmailAddress.objects.filter(email="new@example.com").exists()


def test_break_glass_then_that_owner_alone_still_has_a_password(people, example, client):
    require(people, example, break_glass=people.olga.pk)
    assert log_in(client, "olga").status_code == 302 and signed_in(client)
    client.logout()
    assert log_in(client, "adam").status_code == 401
    Membership.objects.filter(user=people.olga, account=people.acme).update(role="admin")
    assert log_in(client, "olga").status_code == 401


def test_member_as_break_glass_then_refused(people, example):
    with pytest.raises(InvalidInput):
        require(people, example, break_glass=people.mia.pk)


def test_required_then_through_the_provider_is_the_way_in(people, oidc, acme_login, client):
    require(people, make_email_domain(people.acme, "example.com"))
    assert log_in(client).status_code == 401
    assert sign_in(client, oidc, "mia@example.com").status_code == 302 and signed_in(client)


def test_last_provider_while_required_then_it_can_be_neither_switched_off_nor_removed(people, example, client):
    require(people, example)
    client.force_login(people.olga)
    provider = IdentityProvider.objects.get()
    client.post(f"/settings/sso/{provider.pk}/enabled/", {})
    client.post(f"/settings/sso/{provider.pk}/delete/", {"name": provider.name})
    provider.refresh_from_db()
    assert provider.enabled
    with entered(people.acme.organization), pytest.raises(SsoConflict):
        domains.release(people.context(people.olga), example.pk)
    assert EmailDomain.objects.get().sso_required


def test_locked_out_then_support_lifts_the_requirement_and_the_customer_reads_it(people, example, client):
    require(people, example)
    assert log_in(client).status_code == 401
    staff = User.objects.create_superuser("support@listbackup.test", PASSWORD)
    client.force_login(staff)
    assert client.post(f"/admin/sso/emaildomain/{example.pk}/change/", {}).status_code == 302
    client.logout()
    assert log_in(client).status_code == 302
    with entered(people.acme.organization):
        entry = Entry.objects.filter(action="sso.requirement_changed").order_by("number").last()
    assert "support" in entry.detail["by"]
