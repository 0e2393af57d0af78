"""The portal in a browser: in, around, out."""

import re

from django.contrib.auth.hashers import make_password
from django.test import Client as Browser

from accounts.activity.models import Entry
from accounts.models import Membership
from accounts.outbox.models import OutboxMessage
from clients.models import ClientPerson, PortalSession, RestoreRequest
from clients.portal.pages import COOKIE
from clients.selectors.clients import log_of
from clients.services import branding, clients, grants, people, second_factor
from clients.tests.conftest import EMAIL, PASSWORD, called, link_in_mail
from domains.selectors.hosts import own_host
from listbackup.core.clock import now
from listbackup.core.crypto import encrypt


def code_now(secret):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_an_invitation_is_accepted_once_and_looking_uses_nothing_up(olga, nordwind, portal):
    people.invite(olga, nordwind, email=EMAIL, name="Petra")
    path = link_in_mail()
    for _ in range(2):  # a program that reads mails was here before
        assert called(portal.get, path).status_code == 200
    weak = called(portal.post, path, {"name": "Petra", "password": "short"})
    assert weak.status_code == 400 and b"at least 10" in weak.content
    done = called(portal.post, path, {"name": "Petra K.", "password": PASSWORD})
    assert done.status_code == 302 and COOKIE in done.cookies
    cookie = done.cookies[COOKIE]
    assert cookie["httponly"] and not cookie["domain"] and cookie["samesite"] == "Lax"
    assert called(portal.get, "/").status_code == 200
    assert called(Browser(headers={"host": portal.defaults["HTTP_HOST"]}).get, path).status_code == 404
    assert ClientPerson.objects.get().name == "Petra K."


def test_a_link_of_another_portal_is_nothing(olga, nordwind, tenant):
    people.invite(olga, nordwind, email=EMAIL)
    other = Browser(headers={"host": own_host(tenant.other)})
    assert called(other.get, link_in_mail()).status_code == 404


def test_wrong_password_unknown_person_and_suspended_read_alike(portal, petra, olga):
    def words(email, password):
        answer = called(portal.post, "/sign-in/", {"email": email, "password": password})
        assert answer.status_code == 401
        return re.sub(rb'(value|nonce|X-CSRFToken)": ?"[^"]*"|value="[^"]*"', b"", answer.content)

    wrong = words(EMAIL, "wrong password")
    people.set_suspended(olga, petra, suspended=True)
    assert wrong == words(EMAIL, PASSWORD)
    assert wrong == words("nobody@else.example", PASSWORD)


def test_many_tries_are_slowed_and_a_mailed_link_still_opens(portal, petra):
    for _ in range(11):
        last = called(portal.post, "/sign-in/", {"email": EMAIL, "password": "wrong"})
    assert last.status_code == 429
    before = OutboxMessage.objects.count()
    from django.core.cache import cache

    cache.clear()  # five minutes later
    assert called(portal.post, "/sign-in/link/", {"email": EMAIL}).status_code == 200
    assert OutboxMessage.objects.count() == before + 1
    called(portal.post, "/sign-in/link/", {"email": "nobody@else.example"})
    assert OutboxMessage.objects.count() == before + 1
    assert called(portal.post, link_in_mail()).status_code == 302
    assert called(portal.get, "/").status_code == 200


def test_the_second_factor_is_asked_for_and_each_code_is_good_once(signed_in, petra, portal):
    page = called(signed_in.get, "/you/").content.decode()
    [secret] = re.findall(r'mono">(\w{32})<', page)
    [sealed] = re.findall(r'name="sealed" value="([^"]+)"', page)
    wrong = called(signed_in.post, "/you/", {"action": "factor", "sealed": sealed, "code": "000000"})
    assert wrong.status_code == 400
    code = code_now(secret)
    assert called(signed_in.post, "/you/", {"action": "factor", "sealed": sealed, "code": code}).status_code == 302
    fresh = Browser(headers={"host": portal.defaults["HTTP_HOST"]})
    given = {"email": EMAIL, "password": PASSWORD}
    asked = called(fresh.post, "/sign-in/", given)
    assert asked.status_code == 401 and b"authenticator app" in asked.content
    assert called(fresh.post, "/sign-in/", {**given, "code": code}).status_code == 401  # used above
    from django.core.cache import cache

    cache.clear()
    assert called(fresh.post, "/sign-in/", {**given, "code": code_now(secret)}).status_code == 302


def test_the_agency_takes_a_lost_second_factor_away(olga, petra):
    petra.totp_secret = encrypt(second_factor.new_secret())
    petra.save()
    second_factor.switch_off(olga, petra, code=None)
    petra.refresh_from_db()
    assert not petra.has_second_factor
    assert Entry.objects.filter(action="client.second_factor_removed").exists()


def test_every_page_opens_for_who_may_everything(signed_in, nordwind, shared, olga, platform, back_up, source):
    platform.put("items", *range(4), name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "search", "download", "request_restore"])
    for path in (
        "/",
        f"/sources/{source.pk}/",
        f"/sources/{source.pk}/data/",
        f"/sources/{source.pk}/data/?stream=items&q=ada",
        f"/sources/{source.pk}/record/?stream=items&key=000002",
        f"/sources/{source.pk}/ask/?stream=items&key=000002",
        "/search/?q=ada",
        "/requests/",
        "/activity/",
        "/you/",
    ):
        answer = called(signed_in.get, path)
        assert answer.status_code == 200, path
        assert b"ListBackup" not in answer.content.replace(b"Protected with ListBackup", b""), path
    report = called(signed_in.get, "/report/")
    assert report["Content-Type"] == "application/pdf" and b"".join(report.streaming_content).startswith(b"%PDF")
    assert b"".join(called(signed_in.get, f"/sources/{source.pk}/proof/").streaming_content).startswith(b"%PDF")


def test_a_record_is_downloaded_at_once_by_who_may(signed_in, nordwind, shared, olga, platform, back_up, source):
    platform.put("items", 1, name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "download"])
    asked = called(
        signed_in.post, f"/sources/{source.pk}/ask/?stream=items&key=000001", {"kind": "download", "format": "xlsx"}
    )
    assert asked.status_code == 302
    page = called(signed_in.get, asked["Location"])
    assert b"Ready" in page.content
    file = called(signed_in.get, f"{asked['Location']}file/")
    assert b'"Ada"' in b"".join(file.streaming_content)
    grants.revoke(olga, shared)
    assert called(signed_in.get, f"{asked['Location']}file/").status_code == 404


def test_the_preview_looks_is_marked_and_written_down(member_api, nordwind, shared, host, olga):
    leads = called(member_api.get, f"/clients/{nordwind.pk}/preview/")
    path = leads["Location"].partition(host)[2].partition("/")[2]
    browser = Browser(headers={"host": host})
    assert called(browser.get, f"/{path}").status_code == 302
    page = called(browser.get, "/").content
    assert b"You see what Nordwind sees" in page
    assert called(browser.get, "/you/").status_code == 403
    assert called(Browser(headers={"host": host}).get, f"/{path}").status_code == 404
    assert Entry.objects.filter(action="client.previewed", object_id=str(nordwind.pk)).count() == 1
    assert called(browser.post, "/sign-out/").status_code == 302
    assert not PortalSession.objects.filter(previewer__isnull=False).exists()


def test_the_look_is_the_agencys_and_is_inherited(portal, olga, tenant):
    import io

    from PIL import Image

    branding.update_branding(
        olga, name="Safe & Sound", colour="#0a5bd3", footer_links=[{"label": "Imprint", "url": "https://acme.test/"}],
        show_our_name=False, legal_text="Acme Ltd.",
    )  # fmt: skip
    picture = io.BytesIO()
    Image.new("RGB", (1200, 300), "#0a5bd3").save(picture, "PNG")
    picture.seek(0)
    branding.set_image(olga, "logo", picture)
    for account in (tenant.acme, tenant.north):
        browser = Browser(headers={"host": own_host(account)})
        page = called(browser.get, "/sign-in/").content.decode()
        assert "Safe &amp; Sound" in page and "ListBackup" not in page and "Imprint" in page
        style = called(browser.get, "/brand.css")
        assert "#0a5bd3" in style.content.decode() and style["Content-Type"] == "text/css"
        logo = called(browser.get, "/brand/logo")
        assert Image.open(io.BytesIO(logo.content)).size == (480, 120)
        assert b"Acme Ltd." in called(browser.get, "/legal/").content
    assert called(portal.get, "/brand/logo_dark").status_code == 404


def test_the_client_decides_what_its_agency_may_open(
    signed_in, olga, nordwind, shared, source, member_api, platform, back_up
):
    platform.put("items", 1, name="Ada")
    back_up()
    assert called(member_api.get, f"/api/v1/sources/{source.pk}/search?q=ada").status_code == 200
    assert Entry.objects.filter(action="client.records_opened", object_id=str(nordwind.pk)).count() == 1
    called(signed_in.post, "/activity/", {"staff_access": "health"})
    snapshot = source.snapshots.get().pk
    for path in (
        f"/api/v1/sources/{source.pk}/search?q=ada",
        f"/sources/{source.pk}/data/",
        f"/sources/{source.pk}/record/?stream=items&key=000001",
        f"/sources/{source.pk}/compare/",
    ):
        assert called(member_api.get, path).status_code == 403, path
    export = {"source": str(source.pk), "kind": "export"}
    assert called(member_api.post, "/api/v1/jobs", export, format="json").status_code == 403
    assert called(member_api.post, f"/snapshots/{snapshot}/export/", {"format": "csv"}).status_code == 403
    assert b"Ada" not in called(member_api.get, "/snapshots/?q=ada").content
    assert called(member_api.get, f"/sources/{source.pk}/").status_code == 200
    assert b"Opened records" in called(signed_in.get, "/activity/").content


def test_the_same_address_may_be_a_member_and_a_client(olga, nordwind, portal):
    person = people.invite(olga, nordwind, email=olga.user.email)
    people.accept(person, name="Olga as a client", password=PASSWORD)
    own = called(portal.post, "/sign-in/", {"email": olga.user.email, "password": "correct horse battery"})
    assert own.status_code == 401  # the password of the dashboard opens nothing here
    assert called(portal.post, "/sign-in/", {"email": olga.user.email, "password": PASSWORD}).status_code == 302


def test_unknown_hosts_get_421_and_odd_ones_400(db):
    assert called(Browser(headers={"host": "evil.example"}).get, "/").status_code == 421
    assert called(Browser(headers={"host": "nobody.portal.localhost"}).get, "/sign-in/").status_code == 421
    assert called(Browser(headers={"host": "a.b.portal.localhost"}).get, "/sign-in/").status_code == 421
    assert called(Browser(headers={"host": "evil.example, localhost"}).get, "/").status_code == 400


def test_links_in_mails_never_follow_the_request(olga, nordwind, portal, petra, host):
    called(portal.post, "/sign-in/link/", {"email": EMAIL}, headers={"x-forwarded-host": "evil.example"})
    text = OutboxMessage.objects.order_by("-id").first().text
    assert host in text and "evil" not in text


def test_a_suspended_agency_has_no_portal(olga, portal, petra):
    from accounts.enums import AccountStatus

    assert called(portal.get, "/sign-in/").status_code == 200
    olga.account.status = AccountStatus.SUSPENDED
    olga.account.save()
    assert called(portal.get, "/sign-in/").status_code == 421


def test_the_overview_costs_twelve_queries_with_many_sources_and_a_group(
    signed_in, nordwind, olga, django_assert_max_num_queries
):
    from listbackup.testing.factories import make_group, make_snapshot, make_source

    def fill(number):
        for _ in range(number):
            source = make_source(olga.account)
            make_snapshot(source)
            grants.grant_source(olga, nordwind, source.pk)

    fill(12)
    grants.grant_group(olga, nordwind, make_group(olga.account).pk)
    called(signed_in.get, "/")
    with django_assert_max_num_queries(12):
        called(signed_in.get, "/")


def test_the_password_is_never_sent_back_and_the_second_step_does_without_it(portal, petra):
    secret = second_factor.new_secret()
    petra.totp_secret = encrypt(secret)
    petra.save()
    asked = called(portal.post, "/sign-in/", {"email": EMAIL, "password": PASSWORD})
    page = asked.content.decode()
    assert asked.status_code == 401 and PASSWORD not in page
    [proof] = re.findall(r'name="proof" value="([^"]+)"', page)
    wrong = called(portal.post, "/sign-in/", {"proof": proof, "code": "000000"})
    assert wrong.status_code == 401 and b"not right" in wrong.content
    assert called(portal.post, "/sign-in/", {"proof": "forged", "code": code_now(secret)}).status_code == 401
    petra.password = make_password("another lantern again")
    petra.save()
    assert called(portal.post, "/sign-in/", {"proof": proof, "code": code_now(secret)}).status_code == 401
    petra.password = make_password(PASSWORD)
    petra.save()
    [proof] = re.findall(
        r'name="proof" value="([^"]+)"',
        called(portal.post, "/sign-in/", {"email": EMAIL, "password": PASSWORD}).content.decode(),
    )
    assert called(portal.post, "/sign-in/", {"proof": proof, "code": code_now(secret)}).status_code == 302


def test_codes_and_passwords_cannot_be_guessed_from_inside(signed_in, petra):
    petra.totp_secret = encrypt(second_factor.new_secret())
    petra.save()
    for number in range(11):
        last = called(signed_in.post, "/you/", {"action": "factor_off", "code": f"{number:06}"})
    assert last.status_code == 429
    given = {"action": "password", "current": "wrong", "password": "an entirely new lantern"}
    for _ in range(11):
        last = called(signed_in.post, "/you/", given)
    assert last.status_code == 429
    petra.refresh_from_db()
    assert petra.has_second_factor and petra.knows(PASSWORD)


def test_a_preview_ends_with_the_members_role(member_api, nordwind, shared, host, tenant):
    tenant_api = Browser()
    tenant_api.force_login(tenant.mia)
    leads = called(tenant_api.get, f"/clients/{nordwind.pk}/preview/")
    browser = Browser(headers={"host": host})
    called(browser.get, "/" + leads["Location"].partition(host)[2].partition("/")[2])
    assert called(browser.get, "/").status_code == 200
    Membership.objects.get(user=tenant.mia).delete()
    assert called(browser.get, "/").status_code == 302


def test_a_file_of_an_older_copy_than_is_shared_now_is_gone(
    signed_in, nordwind, shared, olga, platform, back_up, source
):
    platform.put("items", 1, name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "download"])
    asked = called(signed_in.post, f"/sources/{source.pk}/ask/?stream=items&key=000001", {"kind": "download"})
    assert called(signed_in.get, f"{asked['Location']}file/").status_code == 200
    grants.grant_source(olga, nordwind, source.pk, since=now())
    assert called(signed_in.get, f"{asked['Location']}file/").status_code == 404


def test_the_agency_gets_no_file_of_what_its_client_downloads(
    signed_in, member_api, nordwind, shared, olga, platform, back_up, source
):
    platform.put("items", 1, name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "download", "request_restore"])
    for kind, status in (("download", 409), ("restore", 200)):
        called(signed_in.post, f"/sources/{source.pk}/ask/?stream=items&key=000001", {"kind": kind})
        request = RestoreRequest.objects.filter(kind=kind).get()
        path = f"/clients/{nordwind.pk}/requests/{request.pk}/"
        if kind == "restore":
            called(member_api.post, path, {"decision": "approve"})
        assert called(member_api.get, f"{path}file/").status_code == status, kind


def test_errors_of_a_portal_are_the_agencys_too(portal, olga, monkeypatch):
    branding.update_branding(olga, name="Safe and Sound", show_our_name=False)
    lost = called(portal.get, "/no/such/page/")
    assert lost.status_code == 404 and b"Safe and Sound" in lost.content and b"ListBackup" not in lost.content

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("clients.portal.views.entrance.SignInPage.get", broken)
    portal.raise_request_exception = False
    failed = called(portal.get, "/sign-in/")
    assert failed.status_code == 503 and b"Safe and Sound" in failed.content and b"ListBackup" not in failed.content


def test_only_what_the_clients_account_holds_is_offered_to_be_shared(member_api, tenant):
    north = clients.create_client(tenant.context(tenant.olga, tenant.north), name="Of North")
    page = called(member_api.get, f"/clients/{north.pk}/").content.decode()
    assert f"account:{tenant.north.pk}" in page
    grants.grant_account(tenant.context(tenant.olga, tenant.north), north, tenant.north.pk)
    assert '<span class="sub">Account</span>' in called(member_api.get, f"/clients/{north.pk}/").content.decode()
    assert f"account:{tenant.acme.pk}" not in page and f"account:{tenant.south.pk}" not in page


def test_what_is_done_from_the_account_above_is_in_the_clients_log(olga, tenant):
    north = clients.create_client(tenant.context(tenant.olga, tenant.north), name="Of North")
    clients.set_permissions(olga, north, ["view"])
    assert "client.permissions_changed" in log_of(north).values_list("action", flat=True)


def test_a_search_costs_the_same_for_two_sources_and_for_many(
    signed_in, member_api, nordwind, shared, olga, platform, back_up, source
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from listbackup.testing.factories import make_snapshot, make_source

    platform.put("items", 1, name="Ada")
    back_up()
    clients.set_permissions(olga, nordwind, ["view", "search"])

    def cost(call, path):
        called(call, path)
        with CaptureQueriesContext(connection) as caught:
            assert called(call, path).status_code == 200
        return len(caught)

    before = cost(signed_in.get, "/search/?q=zebra")
    real = source.snapshots.get()
    for _ in range(6):
        other = make_source(olga.account)
        copy = make_snapshot(other, manifest_name=real.manifest_name, manifest_sha256=real.manifest_sha256)
        other.last_snapshot = copy
        other.save()
        grants.grant_source(olga, nordwind, other.pk)
    each = 6  # the keys of each source's account are read by themselves
    assert cost(signed_in.get, "/search/?q=zebra") <= before + each
