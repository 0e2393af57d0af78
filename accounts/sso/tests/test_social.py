"""Google and Microsoft for everybody; their servers are played by a local one."""

import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as django_settings

from accounts.models import Account, User
from accounts.sso.tests.conftest import path_of, require, signed_in
from listbackup.testing.sso_factories import make_email_domain, make_identity_provider
from listbackup.testing.web_server import serving

KEY = "any key: what comes straight from Google's token address is believed without its signature"


@pytest.fixture
def google(settings):
    """Claims that Google will tell; it is configured."""
    told: dict[str, object] = {}
    settings.SOCIALACCOUNT_PROVIDERS = {
        **django_settings.SOCIALACCOUNT_PROVIDERS,
        "google": {
            "APPS": [{"client_id": "ours", "secret": "s"}],
            "SCOPE": ["openid", "email"],
            "OAUTH_PKCE_ENABLED": True,
        },
    }

    def answer(asked):
        claims = {"iss": "https://accounts.google.com", "aud": "ours", "sub": "g-1", "exp": 4_000_000_000, **told}
        return {"access_token": "a", "id_token": jwt.encode(claims, KEY, "HS256"), "expires_in": 3600}

    with serving(answer) as server:
        settings.PLATFORM_HOSTS = {"oauth2.googleapis.com": server.url}
        yield told


def come(client, **post):
    page = client.post("/accounts/sso/with/google/", post).content.decode()
    address = page.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(address).query)
    assert address.startswith("https://accounts.google.com/") and query["code_challenge_method"] == ["S256"]
    return client.get("/accounts/google/login/callback/", {"code": "c", "state": query["state"][0]})


def test_not_configured_then_no_button_and_no_such_page(db, client):
    assert "Continue with Google" not in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/sso/with/google/").status_code == 404


def test_new_person_then_one_more_form_and_an_organization(db, google, client):
    google.update(email="gina@gmail.com", email_verified=True, given_name="Gina")
    answer = come(client)
    assert answer.status_code == 302
    page = client.get(path_of(answer["Location"])).content.decode()
    assert "gina@gmail.com" in page and 'value="Gina"' in page
    form = {"email": "gina@gmail.com", "name": "Gina", "company": "Gina's", "terms": "on", "time_zone": "UTC"}
    assert client.post(path_of(answer["Location"]), form).status_code == 302
    assert Account.objects.filter(name="Gina's").exists() and signed_in(client)


def test_address_in_googles_charge_then_the_person_who_proved_it_here(people, google, client):
    google.update(email="mia@example.com", email_verified=True, hd="example.com")
    assert come(client).status_code == 302
    assert client.session["_auth_user_id"] == str(people.mia.pk)


@pytest.mark.parametrize("told", [{"email_verified": True}, {"email_verified": False, "hd": "example.com"}])
def test_address_that_google_is_not_in_charge_of_then_not_linked(people, google, client, told):
    google.update(email="mia@example.com", **told)
    come(client)
    assert not signed_in(client) and not SocialAccount.objects.exists()


def test_staff_then_never_linked_by_an_address(people, google, client):
    User.objects.filter(pk=people.mia.pk).update(is_staff=True)
    google.update(email="mia@example.com", email_verified=True, hd="example.com")
    come(client)
    assert not signed_in(client)


def test_single_sign_on_required_then_google_is_no_way_around_it(people, google, client):
    google.update(email="mia@example.com", email_verified=True, hd="example.com")
    make_identity_provider(people.acme)
    require(people, make_email_domain(people.acme, "example.com"))
    assert come(client).status_code == 401 and not signed_in(client)


def test_linked_by_hand_then_it_signs_in(people, google, client):
    client.force_login(people.mia)
    google.update(email="mia.private@gmail.com", email_verified=True)
    come(client, process="connect")
    assert SocialAccount.objects.get().user == people.mia
    client.logout()
    come(client)
    assert client.session["_auth_user_id"] == str(people.mia.pk)
    assert EmailAddress.objects.filter(user=people.mia, verified=True).count() == 1


def test_no_token_is_kept(people, google, client):
    google.update(email="mia@example.com", email_verified=True, hd="example.com")
    come(client)
    from allauth.socialaccount.models import SocialToken

    assert not SocialToken.objects.exists()
    assert "access_token" not in json.dumps(SocialAccount.objects.get().extra_data)
