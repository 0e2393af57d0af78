"""The settings pages: from nothing to people who sign in by it, as an administrator does it."""

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import Membership
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.services import domains, providers
from accounts.sso.tests.conftest import CALLBACK, path_of
from listbackup.testing.oidc_provider import CLIENT_ID, CLIENT_SECRET
from listbackup.testing.sso_factories import make_email_domain, make_identity_provider


def added(client, oidc, people, **change):
    session = client.session
    session["sso_slug"] = "acme-login"
    session.save()
    form = {
        "name": "Acme Login", "issuer": oidc.issuer, "client_id": CLIENT_ID, "secret": CLIENT_SECRET,
        "default_role": "member", "account": str(people.acme.pk),
    }  # fmt: skip
    return client.post("/settings/sso/oidc/", {**form, **change})


def test_added_tested_and_switched_on(people, oidc, client):
    client.force_login(people.adam)
    page = client.get("/settings/sso/oidc/").content.decode()
    assert "/login/callback/" in page
    assert added(client, oidc, people).status_code == 302
    provider = IdentityProvider.objects.get()
    assert not provider.enabled and CLIENT_SECRET not in provider.secret
    own = f"/settings/sso/{provider.pk}/"
    client.post(f"{own}enabled/", {"enabled": "1"})
    provider.refresh_from_db()
    assert not provider.enabled  # not tested yet

    def tried(email):
        left = client.post(f"{own}test/").content.decode()
        address = left.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")
        back = oidc.signs_in(address, email)
        assert back.startswith(CALLBACK)
        return client.get(path_of(back), follow=True).content.decode()

    assert "nobody could come in by it" in tried("nia@acme.test")
    make_email_domain(people.acme, "acme.test")
    assert "The sign-in works" in tried("nia@acme.test")
    assert client.session["_auth_user_id"] == str(people.adam.pk)  # the test signed nobody in
    client.post(f"{own}enabled/", {"enabled": "1"})
    provider.refresh_from_db()
    assert provider.enabled
    assert CLIENT_SECRET not in client.get(own).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://nothing.invalid"},
        {"issuer": "http://10.0.0.1/"},
        {"issuer": "file:///etc/passwd"},
        {"default_role": "owner"},
        {"account": "01a20900-0000-7000-8000-000000000000"},
        {"name": ""},
    ],
    ids=lambda change: str(next(iter(change.items()))),
)
def test_something_wrong_then_said_beside_its_field_and_nothing_added(people, oidc, client, change):
    client.force_login(people.adam)
    answer = added(client, oidc, people, **change)
    assert answer.status_code == 400 and "field-error" in answer.content.decode()
    assert not IdentityProvider.objects.exists()


def test_domain_claimed_shown_and_checked(people, client, monkeypatch):
    client.force_login(people.olga)
    answer = client.post("/settings/sso/domains/", {"domain": "acme.test"}, follow=True)
    found = EmailDomain.objects.get()
    assert found.record_name in answer.content.decode() and found.record_value in answer.content.decode()
    monkeypatch.setattr(domains.check, "__kwdefaults__", {"lookup": lambda name: [found.record_value]})
    page = client.post(f"/settings/sso/domains/{found.pk}/check/", follow=True).content.decode()
    assert "acme.test is verified" in page


def test_member_of_the_root_then_refused(people, client):
    client.force_login(people.mia)
    assert client.get("/settings/sso/").status_code == 403


def test_admin_of_a_child_account_then_told_where_it_is_decided(people, client):
    Membership.objects.filter(user=people.nora).update(role="admin")
    client.force_login(people.nora)
    answer = client.get("/settings/sso/")
    assert answer.status_code == 403 and "Switch to Acme" in answer.content.decode()


def test_issuer_replaced_then_old_links_are_cut(people, oidc, acme_login, client):
    SocialAccount.objects.create(user=people.mia, provider=acme_login.slug, uid="1")
    client.force_login(people.olga)
    form = {"issuer": oidc.issuer, "client_id": "another", "secret": "s"}
    assert client.post(f"/settings/sso/{acme_login.pk}/connection/", form).status_code == 302
    acme_login.refresh_from_db()
    assert acme_login.tested_at is None and not SocialAccount.objects.exists()


def test_account_is_erased_then_its_providers_and_domains_are_gone(people, acme_login):
    kept = make_identity_provider(people.other)
    providers.forget_account(people.acme)
    assert list(IdentityProvider.objects.all()) == [kept] and not EmailDomain.objects.exists()
