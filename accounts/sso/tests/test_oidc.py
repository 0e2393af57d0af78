"""Sign-in by OpenID Connect, at a real provider in another process."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.enums import MembershipStatus
from accounts.models import Membership, User
from accounts.sso.models import IdentityProvider
from accounts.sso.tests.conftest import begin, path_of, sign_in, signed_in
from listbackup.testing.sso_factories import make_email_domain, make_identity_provider


def person(email):
    return User.objects.filter(email=email).first()


def actions(people):
    with entered(people.acme.organization):
        return list(Entry.objects.order_by("number").values_list("action", flat=True))


def test_first_sign_in_then_a_person_with_the_role_that_was_chosen(people, oidc, acme_login, client):
    answer = sign_in(client, oidc, "nia@acme.test")
    assert answer.status_code == 302 and signed_in(client)
    nia = person("nia@acme.test")
    assert nia.name == "Nia" and not nia.has_usable_password()
    membership = Membership.objects.get(user=nia)
    assert (membership.account, membership.role) == (people.acme, "viewer")
    assert client.get("/").status_code == 200
    assert {"member.joined_by_sso", "sso.signed_in"} <= set(actions(people))


def test_second_sign_in_then_the_same_person_and_one_membership(people, oidc, acme_login):
    for _ in range(2):
        assert sign_in(Client(), oidc, "nia@acme.test").status_code == 302
    assert Membership.objects.filter(user=person("nia@acme.test")).count() == 1
    assert SocialAccount.objects.count() == 1


def test_member_with_the_proved_address_then_linked_with_the_role_they_had(people, oidc, acme_login, client):
    make_email_domain(people.acme, "example.com")
    sign_in(client, oidc, "mia@example.com")
    assert signed_in(client) and client.session["_auth_user_id"] == str(people.mia.pk)
    assert Membership.objects.get(user=people.mia).role == "member"


@pytest.mark.parametrize(
    "email", ["zoe@elsewhere.test", "olga@example.com", "una@acme.test"], ids=["stranger", "owner", "unverified"]
)
def test_address_that_the_organization_may_not_speak_for_then_nobody_is_signed_in(
    people, oidc, acme_login, client, email
):
    before = User.objects.count()
    answer = sign_in(client, oidc, email)
    assert answer.status_code == 403 and not signed_in(client)
    assert User.objects.count() == before and not SocialAccount.objects.exists()


def test_provider_of_another_organization_then_it_cannot_sign_in_as_our_person(people, oidc, acme_login, client):
    """Eve sets up the same issuer for her organization, and claims our domain without proving it."""
    sign_in(Client(), oidc, "nia@acme.test")
    settings, secret = acme_login.settings, acme_login.secret
    make_identity_provider(people.other, slug="other-login", settings=settings, secret=secret)
    make_email_domain(people.other, "acme.test", verified_at=None)
    answer = client.get(path_of(oidc.signs_in(begin(client, "other-login"), "nia@acme.test")))
    assert answer.status_code == 403 and not signed_in(client)
    assert not Membership.objects.filter(user=person("nia@acme.test"), account=people.other).exists()


def test_suspended_member_then_no_new_membership_and_nothing_to_see(people, oidc, acme_login, client):
    sign_in(Client(), oidc, "nia@acme.test")
    Membership.objects.filter(user=person("nia@acme.test")).update(status=MembershipStatus.SUSPENDED)
    sign_in(client, oidc, "nia@acme.test")
    assert Membership.objects.get(user=person("nia@acme.test")).status == MembershipStatus.SUSPENDED
    assert client.get("/sources/").status_code != 200


def test_squatter_who_never_proved_the_address_then_their_ways_in_are_gone(people, oidc, acme_login, client):
    squatter = User.objects.create_user("nia@acme.test", "a long password of theirs", name="Not Nia")
    EmailAddress.objects.create(user=squatter, email="nia@acme.test", verified=False, primary=True)
    theirs = Client()
    theirs.force_login(squatter)
    sign_in(client, oidc, "nia@acme.test")
    assert signed_in(client)
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    assert theirs.get("/").status_code == 302


def test_staff_with_the_address_then_refused(people, oidc, acme_login, client):
    make_email_domain(people.acme, "example.com")
    User.objects.filter(pk=people.mia.pk).update(is_staff=True)
    assert sign_in(client, oidc, "mia@example.com").status_code == 403
    assert not signed_in(client)


def test_answer_used_twice_or_in_another_browser_then_refused(people, oidc, acme_login, client):
    back = path_of(oidc.signs_in(begin(client), "nia@acme.test"))
    other = Client()
    other.get(back)
    assert not signed_in(other)
    assert client.get(back).status_code == 302 and signed_in(client)
    client.logout()
    client.get(back)
    assert not signed_in(client)


def test_switched_off_then_neither_page_nor_answer_signs_in(people, oidc, acme_login, client):
    back = path_of(oidc.signs_in(begin(client), "nia@acme.test"))
    IdentityProvider.objects.update(enabled=False)
    assert client.get(back).status_code == 403 and not signed_in(client)
    assert client.post(f"/accounts/sso/{acme_login.slug}/").status_code == 404


def test_address_asked_for_then_its_organization_is_found(people, acme_login, client):
    answer = client.post("/accounts/sso/", {"email": "Nia@ACME.test"})
    assert answer.status_code == 302 and answer["Location"] == f"/accounts/sso/{acme_login.slug}/"
    answer = client.post("/accounts/sso/", {"email": "zoe@elsewhere.test"})
    assert answer.status_code == 400 and "Sign in with your password" in answer.content.decode()


def test_hostile_next_then_it_is_not_followed(people, oidc, acme_login, client):
    answer = client.post(f"/accounts/sso/{acme_login.slug}/", {"next": "https://evil.example/"})
    target = answer.content.decode().split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    back = client.get(path_of(oidc.signs_in(target, "nia@acme.test")))
    assert back["Location"].startswith("/")
