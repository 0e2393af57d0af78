"""Names of portals against a real name server on loopback: D9 and D10 of the hostile cases."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from accounts.activity.models import Entry
from accounts.outbox.models import OutboxMessage
from domains.models import Domain
from domains.selectors.hosts import own_host, portal_at, portal_url
from domains.services import names
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.testing.calls import called
from listbackup.testing.name_server import NameServer, serving

NAME = "backup.customer.test"


@pytest.fixture
def zone(settings: Any) -> Any:
    with serving() as server:
        settings.NAME_SERVERS = [server.address]
        settings.NAME_SERVICE_SECONDS = 5.0
        yield server


@pytest.fixture
def olga(tenant: Any) -> Any:
    return tenant.context(tenant.olga)


def point(zone: NameServer, domain: Domain) -> None:
    """What the customer does at their DNS."""
    zone.records[(domain.record_name, "TXT")] = ["v=something-else", domain.record_value]
    zone.records[(domain.domain, "CNAME")] = [own_host(domain.account)]


def test_records_turn_right_one_by_one_then_the_name_serves(tenant, olga, zone):
    client: Any = APIClient()
    client.force_login(tenant.olga)
    made = called(client.post, "/api/v1/domains", {"domain": "Backup.Customer.test."}, format="json").json()
    path = f"/api/v1/domains/{made['id']}"

    def right() -> list[bool]:
        return [one["is_right"] for one in called(client.get, f"{path}/dns-instructions").json()["records"]]

    domain = Domain.objects.get()
    assert domain.domain == NAME and right() == [False, False]
    browser = Browser(headers={"host": NAME})
    assert called(browser.get, "/sign-in/").status_code == 421
    zone.records[(domain.record_name, "TXT")] = [domain.record_value]
    assert right() == [True, False]
    assert called(client.post, f"{path}/verify").json()["domain"]["verified"] is False
    assert called(client.post, f"{path}/activate").status_code == 409
    zone.records[(NAME, "CNAME")] = [own_host(olga.account)]
    assert right() == [True, True]
    assert called(client.post, f"{path}/verify").json()["domain"]["verified"] is True
    assert called(browser.get, "/sign-in/").status_code == 200
    assert called(client.get, f"/internal/tls-ask?domain={NAME}").status_code == 200
    assert called(client.get, "/internal/tls-ask?domain=evil.test").status_code == 404
    assert called(client.post, f"{path}/activate").json()["is_primary"] is True
    assert portal_url(olga.account, "/x").startswith(f"http://{NAME}")
    assert called(client.delete, path).status_code == 204
    assert called(browser.get, "/sign-in/").status_code == 421
    said = set(Entry.objects.filter(object_type="domain").values_list("action", flat=True))
    assert said == {"domain.claimed", "domain.verified", "domain.made_primary", "domain.removed"}


def test_the_top_of_a_zone_with_the_targets_addresses(olga, zone):
    domain = names.add_domain(olga, "customer.test")
    point(zone, domain)
    del zone.records[("customer.test", "CNAME")]
    zone.records[(own_host(olga.account), "A")] = ["192.0.2.7", "192.0.2.8"]
    zone.records[("customer.test", "A")] = ["192.0.2.7"]
    assert names.verify_domain(olga, domain)[0].verified_at is not None
    zone.records[("customer.test", "A")] = ["192.0.2.7", "198.51.100.1"]  # one of them leads elsewhere
    assert not all(one.is_right for one in names.instructions(domain))


def test_a_second_agency_gets_a_name_when_the_first_has_lost_it(tenant, olga, zone):
    from accounts.access.schema import entered

    mine = names.add_domain(olga, NAME)
    point(zone, mine)
    names.verify_domain(olga, mine)
    eve = tenant.context(tenant.eve, tenant.other)
    with entered(tenant.other.organization):
        theirs = names.add_domain(eve, NAME)
        assert theirs.token != mine.token
        zone.records[(theirs.record_name, "TXT")].append(theirs.record_value)
        zone.records[(NAME, "CNAME")] = [own_host(tenant.other)]
        from domains.errors import DomainTaken

        with pytest.raises(DomainTaken):
            names.verify_domain(eve, theirs)
    zone.records[(mine.record_name, "TXT")] = [theirs.record_value]
    for _ in range(names.FAILURES):
        Domain.objects.filter(pk=mine.pk).update(checked_at=now() - dt.timedelta(days=2))
        assert names.check_due() == 1
    assert portal_at(NAME) is None
    with entered(tenant.other.organization):
        names.verify_domain(eve, theirs)
    found = portal_at(NAME)
    assert found is not None and found.pk == tenant.other.pk


def test_records_that_are_gone_warn_then_switch_off_within_hours(olga, zone):
    domain = names.add_domain(olga, NAME)
    point(zone, domain)
    names.verify_domain(olga, domain)
    names.make_primary(olga, domain)
    zone.records.clear()
    assert names.check_due() == 0  # looked at just now
    before = OutboxMessage.objects.count()
    for hours, is_served in ((25, True), (2, True), (2, False)):
        Domain.objects.update(checked_at=now() - dt.timedelta(hours=hours))
        assert names.check_due() == 1
        assert (portal_at(NAME) is not None) is is_served
    subjects = list(OutboxMessage.objects.order_by("id").values_list("subject", flat=True))[before:]
    assert {f"{NAME} needs your DNS", f"{NAME} is switched off"} == set(subjects)
    assert Entry.objects.filter(action="domain.lost").count() == 1
    assert own_host(olga.account) in portal_url(olga.account)


def test_a_name_service_that_is_silent_counts_as_nothing(olga, zone, settings):
    domain = names.add_domain(olga, NAME)
    point(zone, domain)
    names.verify_domain(olga, domain)
    settings.NAME_SERVERS, settings.NAME_SERVICE_SECONDS = ["127.0.0.1:9"], 0.2
    for _ in range(4):
        Domain.objects.update(checked_at=now() - dt.timedelta(days=2))
        names.check_due()
    domain.refresh_from_db()
    assert domain.verified_at is not None and domain.failures == 0


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "acme.portal.localhost", "127.0.0.1", "a b.test", "*.customer.test", "x" * 300 + ".test", "\0"],
)
def test_what_can_be_no_portal_is_refused(olga, text):
    with pytest.raises(InvalidInput):
        names.add_domain(olga, text)


def test_an_international_name_is_kept_in_its_ascii_form(olga):
    assert names.add_domain(olga, "sicherung.bücher.test").domain == "sicherung.xn--bcher-kva.test"


def test_pages_show_what_is_missing(tenant, olga, zone, settings):
    browser = Browser()
    browser.force_login(tenant.olga)
    assert called(browser.get, "/domains/").status_code == 200
    added = called(browser.post, "/domains/", {"domain": NAME})
    page = called(browser.get, added["Location"]).content.decode()
    assert page.count("Missing") == 2 and Domain.objects.get().record_value in page
    settings.NAME_SERVERS, heard = ["127.0.0.1:9"], settings.NAME_SERVERS
    settings.NAME_SERVICE_SECONDS = 0.2
    silent = called(browser.get, added["Location"]).content.decode()
    assert Domain.objects.get().record_value in silent and "Missing" not in silent
    settings.NAME_SERVERS, settings.NAME_SERVICE_SECONDS = heard, 5.0
    called(browser.post, added["Location"], {"action": "check"})
    point(zone, Domain.objects.get())
    called(browser.post, added["Location"], {"action": "check"})
    assert Domain.objects.get().verified_at is not None
    called(browser.post, added["Location"], {"action": "remove"})
    assert not Domain.objects.exists()


def test_a_name_is_free_again_when_its_account_is_erased(tenant, olga, zone):
    from accounts.signals import account_erasing

    domain = names.add_domain(olga, NAME)
    point(zone, domain)
    names.verify_domain(olga, domain)
    account_erasing.send(sender=None, context=olga, account=olga.account)
    assert not Domain.objects.exists()


def test_one_main_name_at_a_time(olga, zone):
    first, second = (names.add_domain(olga, name) for name in (NAME, "safe.customer.test"))
    for domain in (first, second):
        point(zone, domain)
        names.verify_domain(olga, domain)
        names.make_primary(olga, domain)
    names.make_primary(olga, second)
    assert list(Domain.objects.filter(is_primary=True)) == [second]


def test_a_host_longer_than_any_name_is_nobodys(db):
    assert portal_at("a" * 254) is None
