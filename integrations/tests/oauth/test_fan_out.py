"""An agency's one grant for many accounts, as GoHighLevel has it."""

import json
from urllib.parse import parse_qs

import pytest

from accounts.outbox.models import OutboxMessage
from integrations.connector.manifest import load_manifest
from integrations.connector.registry import platforms
from integrations.directory.models import OAuthState, TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth import flow, refresh
from integrations.services.connections import delete_connection
from integrations.services.connections import test_connection as try_connection
from integrations.services.credentials import unseal
from integrations.services.readers import open_reader
from listbackup.core.clock import now
from listbackup.core.errors import PlatformError
from listbackup.testing.web_server import Answer, serving

MANIFEST = """
manifest: 1
key: agencyish
name: Agencyish
base_url: https://services.agency.test
headers: {Version: "2021-07-28"}
config:
  company_id: {label: Agency, required: false, pattern: "[A-Za-z0-9]{1,40}"}
  location_id: {label: Location, required: false, pattern: "[A-Za-z0-9]{1,40}"}
auth:
  - kind: oauth2
    authorize_url: https://market.agency.test/choose
    token_url: https://services.agency.test/oauth/token
    pkce: false
    told: {company_id: companyId, location_id: locationId}
    fan_out:
      when: userType
      equals: Company
      members:
        request: {path: /oauth/installedLocations, query: {companyId: "{config.company_id}", isInstalled: "true"}}
        records: locations
        page: {kind: offset, param: skip, size: 2, size_param: limit, stop: short}
      id: _id
      label: name
      member: location_id
      token:
        {method: POST, path: /oauth/locationToken, body_as: form, body: {companyId: "{config.company_id}", locationId: "{config.location_id}"}}
      check: {request: {path: "/companies/{config.company_id}"}, account_id: company.id, account_label: company.name}
check: {request: {path: "/locations/{config.location_id}"}, account_id: location.id, account_label: location.name}
streams:
  contacts: {request: {path: "/contacts/{config.location_id}"}, records: contacts, key: id}
"""


class Agency:
    """The platform: an agency with locations; tokens count up."""

    def __init__(self):
        self.locations = ["one", "two", "three"]
        self.refusing, self.gone, self.tokens, self.drawn = set(), False, 0, []

    def __call__(self, asked):
        path, form = asked.path, {k: v[0] for k, v in parse_qs(asked.body.decode()).items()}
        if path == "/oauth/token":
            if self.gone:
                return Answer({"error": "invalid_grant"}, status=400)
            level = (
                {"userType": "Location", "locationId": "solo"}
                if form.get("code") == "single"
                else {"userType": "Company"}
            )
            return self._token("company") | {"refresh_token": f"r{self.tokens}", "companyId": "acme", **level}
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if path.startswith(("/companies/", "/oauth/")) and token != f"company-{self.tokens_of('company')}":
            return Answer({"message": "Invalid JWT"}, status=401)
        if path == "/oauth/installedLocations":
            skip = int(asked.query.get("skip", 0))
            return {"locations": [{"_id": one, "name": one.title()} for one in self.locations[skip : skip + 2]]}
        if path == "/oauth/locationToken":
            if form["locationId"] in self.refusing:
                return Answer({"message": "Location is not active"}, status=400)
            self.drawn.append(form["locationId"])
            return self._token(form["locationId"])
        if path.startswith("/companies/"):
            return {"company": {"id": "acme", "name": "Acme Agency"}}
        if path.startswith("/locations/"):
            return {"location": {"id": path.split("/")[2], "name": "Solo"}}
        return {"contacts": [{"id": 1, "by": token}]}

    def tokens_of(self, name):
        return self.last.get(name)

    last: dict = {}

    def _token(self, name):
        self.tokens += 1
        self.last = {**self.last, name: self.tokens}
        return {"access_token": f"{name}-{self.tokens}", "expires_in": 86399}


@pytest.fixture
def platform(settings, monkeypatch):
    handler = Agency()
    with serving(handler) as server:
        settings.PLATFORM_HOSTS = {"services.agency.test": server.url}
        settings.PLATFORM_CLIENTS = {"agencyish": ("me", "secret")}
        monkeypatch.setitem(platforms(), "agencyish", load_manifest(MANIFEST))
        yield handler


def connect(tenant, code="agency"):
    url = flow.start(tenant.context(tenant.olga), platform="agencyish", session_key="s")
    state = parse_qs(url.partition("?")[2])["state"][0]
    assert OAuthState.objects.exists()
    return flow.finish(user=tenant.olga, session_key="s", platform="agencyish", params={"state": state, "code": code})


def members():
    return {one.external_id: one for one in Connection.objects.filter(grant__isnull=False).order_by("pk")}


def test_an_agency_then_every_location_is_a_connection_with_a_token_of_its_own(platform, tenant):
    agency = connect(tenant)
    assert (agency.external_id, agency.external_label, agency.config) == ("acme", "Acme Agency", {"company_id": "acme"})
    found = members()
    assert list(found) == ["one", "two", "three"] and platform.drawn == ["one", "two", "three"]
    assert found["two"].name == "Agencyish · Two" and "refresh_token" not in unseal(found["two"])
    with open_reader(found["two"]) as reader:
        (page,) = reader.read("contacts")
    assert json.loads(page.records[0].raw)["by"].startswith("two-")
    assert TokenExpiry.objects.count() == 4


def test_a_single_location_then_one_connection(platform, tenant):
    solo = connect(tenant, code="single")
    assert (solo.external_id, solo.config) == ("solo", {"company_id": "acme", "location_id": "solo"})
    assert members() == {}


def test_a_members_token_ends_then_another_is_drawn_with_the_agencys_that_is_renewed_first(platform, tenant):
    agency = connect(tenant)
    one = members()["one"]
    Connection.objects.update(token_expires_at=now())
    fresh = refresh.refresh_if_needed(one.account, one.pk)
    assert fresh.secrets["access_token"].startswith("one-") and fresh.secrets != unseal(one)
    agency.refresh_from_db()
    assert unseal(agency)["refresh_token"] != "r1" and agency.token_expires_at > now()
    assert refresh.refresh_if_needed(one.account, one.pk).secrets == fresh.secrets


def test_new_and_removed_locations_then_found_and_noted_and_one_refusal_stops_nobody(platform, tenant):
    agency = connect(tenant)
    platform.locations = ["two", "four", "five"]
    platform.refusing = {"four"}
    try_connection(tenant.context(tenant.olga), agency)
    found = members()
    assert set(found) == {"one", "two", "three", "five"}
    assert found["one"].status == found["three"].status == ConnectionStatus.NEEDS_RECONNECT
    assert found["two"].status == ConnectionStatus.ACTIVE and not OutboxMessage.objects.exists()
    platform.locations.append("one")
    try_connection(tenant.context(tenant.olga), agency)
    assert members()["one"].status == ConnectionStatus.ACTIVE
    assert members()["three"].status == ConnectionStatus.NEEDS_RECONNECT


def test_the_agencys_grant_is_gone_then_all_wait_with_one_mail_and_come_back_together(platform, tenant):
    agency = connect(tenant)
    platform.gone = True
    Connection.objects.update(token_expires_at=now())
    one = members()["one"]
    with pytest.raises(PlatformError):
        refresh.refresh_if_needed(one.account, one.pk)
    assert {row.status for row in Connection.objects.all()} == {ConnectionStatus.NEEDS_RECONNECT}
    assert OutboxMessage.objects.count() == 2  # owner and admin
    platform.gone = False
    again = connect(tenant)
    assert again.pk == agency.pk
    assert {row.status for row in Connection.objects.all()} == {ConnectionStatus.ACTIVE}
    delete_connection(tenant.context(tenant.olga), again)
    assert {(row.status, row.secret) for row in Connection.objects.all()} == {(ConnectionStatus.DELETED, "")}


def test_the_pages_then_the_agency_lists_them_and_a_member_leads_to_it(platform, tenant, client):
    agency = connect(tenant)
    one = members()["one"]
    client.force_login(tenant.olga)
    page = client.get(f"/connections/{agency.pk}/").content.decode()
    assert "Accounts of this agency" in page and f"/connections/{one.pk}/" in page
    page = client.get(f"/connections/{one.pk}/").content.decode()
    assert "Signed in through" in page and f"/connections/{agency.pk}/" in page
    assert client.post(f"/connections/{one.pk}/reconnect/")["Location"].startswith("https://market.agency.test/choose")
