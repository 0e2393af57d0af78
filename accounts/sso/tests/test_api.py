"""Single sign-on by the API: what the pages can, but for trying the sign-in out, which a browser must do."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Membership
from accounts.sso.models import EmailDomain, IdentityProvider
from listbackup.core.clock import now
from listbackup.testing.oidc_provider import CLIENT_ID, CLIENT_SECRET
from listbackup.testing.sso_factories import make_identity_provider

PROVIDERS, DOMAINS = "/api/v1/sso/providers", "/api/v1/sso/domains"


@pytest.fixture
def api(people):
    client = APIClient()
    client.force_authenticate(people.adam)
    client.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.acme.pk))
    return client


def create(api, oidc, **change):
    new = api.get(f"{PROVIDERS}/new", {"kind": "oidc"}).json()
    form = {
        "kind": "oidc", "slug": new["slug"], "name": "Acme Login", "issuer": oidc.issuer, "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
    }  # fmt: skip
    return new, api.post(PROVIDERS, {**form, **change}, format="json")


def test_created_then_as_the_page_would_and_the_secret_never_comes_back(people, oidc, api):
    new, answer = create(api, oidc)
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert made["addresses"] == new["addresses"]
    assert made["slug"] in made["addresses"][0]["address"]
    assert (made["enabled"], made["default_role"], made["account"]) == (False, "member", str(people.acme.pk))
    assert made["connection"] == {"issuer": oidc.issuer, "client_id": CLIENT_ID}
    assert CLIENT_SECRET not in api.get(f"{PROVIDERS}/{made['id']}").content.decode()
    assert [one["id"] for one in api.get(PROVIDERS).json()["results"]] == [made["id"]]
    assert create(api, oidc, slug=made["slug"])[1].status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "https://nothing.invalid"}, "issuer"),
        ({"issuer": ""}, "issuer"),
        ({"secret": None}, "secret"),
        ({"slug": "google"}, "slug"),
        ({"default_role": "owner"}, "default_role"),
        ({"account": "00000000-0000-4000-8000-000000000000"}, "account"),
        ({"kind": "saml"}, "metadata_url"),
        ({"kind": "saml", "metadata_xml": "<a"}, "metadata_xml"),
    ],
)
def test_what_does_not_fit_then_named_and_nothing_is_made(people, oidc, api, change, field):
    answer = create(api, oidc, **change)[1]
    assert answer.status_code == 400, answer.json()
    assert field in answer.json()["errors"]
    assert not IdentityProvider.objects.exists()


def test_switched_on_then_only_after_a_test_and_all_or_nothing(people, api):
    provider = make_identity_provider(people.acme)
    IdentityProvider.objects.update(tested_at=None, enabled=False)
    own = f"{PROVIDERS}/{provider.pk}"
    assert api.patch(own, {"name": "Other", "enabled": True}, format="json").status_code == 409
    provider.refresh_from_db()
    assert provider.name != "Other"
    IdentityProvider.objects.update(tested_at=now())
    changed = api.patch(own, {"name": "Other", "enabled": True}, format="json").json()
    assert (changed["name"], changed["enabled"]) == ("Other", True)
    assert api.delete(own).status_code == 204


def test_domain_claimed_required_and_released(people, api):
    make_identity_provider(people.acme, enabled=True)
    made = api.post(DOMAINS, {"domain": "Acme.Test"}, format="json").json()
    assert (made["domain"], made["verified_at"]) == ("acme.test", None)
    own = f"{DOMAINS}/{made['id']}"
    assert api.patch(own, {"sso_required": True}, format="json").status_code == 409
    EmailDomain.objects.update(verified_at=now())
    required = api.patch(own, {"sso_required": True, "break_glass": str(people.olga.pk)}, format="json").json()
    assert (required["sso_required"], required["break_glass"]) == (True, str(people.olga.pk))
    assert api.delete(own).status_code == 409
    assert api.patch(own, {"sso_required": False}, format="json").status_code == 200
    assert api.delete(own).status_code == 204


def test_admin_of_a_child_account_then_told_where_it_is_decided(people, api):
    Membership.objects.filter(user=people.nora).update(role="admin")
    api.force_authenticate(people.nora)
    api.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.north.pk))
    answer = api.get(PROVIDERS)
    assert (answer.status_code, answer.json().get("code")) == (403, "access.root_account_needed"), answer.json()
    assert "Switch to Acme" in answer.json()["remedy"]
