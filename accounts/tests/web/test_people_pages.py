"""Members, invitations, the tree and one's own settings, as pages."""

import io
import logging
import re
import struct
import threading
import zlib
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient
from structlog.stdlib import ProcessorFormatter

from accounts.access.resolve import SESSION_KEY
from accounts.access.schema import leave
from accounts.enums import AccountStatus, Role
from accounts.models import Account, Invitation, Membership, Organization, User
from accounts.outbox.models import OutboxMessage
from accounts.plans import usage_in
from listbackup.core.db import connection
from listbackup.testing.people import make_people, make_user


@pytest.fixture
def olga(people: Any) -> Client:
    return client_of(people.olga)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def client_in(user: User, account: Account) -> Client:
    client = client_of(user)
    session = client.session
    session[SESSION_KEY] = str(account.pk)
    session.save()
    return client


def mailed_path(address: str) -> str:
    text = OutboxMessage.objects.filter(recipient=address).latest("id").text
    found = re.search(r"https?://[^/]+(/invitations/\S+)", text)
    assert found, text
    return found[1]


def invite(client: Client, email: str, role: str = "member") -> Any:
    return client.post("/members/", {"email": email, "role": role})


def test_invited_newcomer_signs_up_into_the_organization_and_gets_none_of_their_own(people, olga):
    assert invite(olga, "newcomer@example.com").status_code == 302
    path, before = mailed_path("newcomer@example.com"), Organization.objects.count()
    newcomer = Client()
    assert b"Create a sign-in" in newcomer.get(path).content
    form = {"email": "newcomer@example.com", "password1": "a long enough phrase", "name": "New Comer"}
    answer = newcomer.post("/accounts/signup/", form)
    assert answer.status_code == 302, answer.content[:2000]
    leave()
    user = User.objects.get(email="newcomer@example.com")
    assert Organization.objects.count() == before and user.name == "New Comer"
    EmailAddress.objects.filter(user=user).update(verified=True)
    newcomer.force_login(user)
    assert newcomer.post(path).status_code == 302
    assert Membership.objects.get(user=user).role == Role.MEMBER
    assert newcomer.get("/tree/").status_code == 200


def test_signing_up_with_another_address_gets_an_organization(people, olga):
    invite(olga, "newcomer@example.com")
    other = Client()
    other.get(mailed_path("newcomer@example.com"))
    other.post(
        "/accounts/signup/",
        {"email": "else@example.com", "password1": "a long enough phrase", "name": "E", "company": "Else Ltd"},
    )
    leave()
    assert Membership.objects.get(user__email="else@example.com").account.name == "Else Ltd"


def test_invitation_for_another_address_then_asked_and_taken(people, olga):
    invite(olga, "office@example.com", "viewer")
    path, tess = mailed_path("office@example.com"), make_user("Tess")
    client = client_of(tess)
    assert b"sent to another address" in client.get(path).content
    client.post(path)
    assert not Membership.objects.filter(user=tess).exists()
    client.post(path, {"ask": "1"})
    proof = mailed_path("office@example.com")
    assert proof.startswith("/invitations/address/")
    assert client_of(people.eve).post(proof).status_code == 404
    assert client.post(proof).status_code == 302
    assert Membership.objects.get(user=tess).role == Role.VIEWER


def test_nobody_invites_above_their_own_role(people):
    answer = invite(client_of(people.adam), "boss@example.com", "owner")
    assert answer.status_code == 400 and not Invitation.objects.exists()


def test_invitation_taken_back_then_the_page_says_so(people, olga):
    invite(olga, "late@example.com")
    path = mailed_path("late@example.com")
    olga.post(f"/members/invitations/{Invitation.objects.get().pk}/", {"cancel": "1"})
    answer = Client().get(path)
    assert answer.status_code == 404 and b"not open any more" in answer.content


def test_confirmed_address_is_worth_nothing_once_the_account_is_closing(people):
    olga = client_in(people.olga, people.north)
    invite(olga, "office@example.com", "viewer")
    path, tess = mailed_path("office@example.com"), make_user("Tess")
    client = client_of(tess)
    client.post(path, {"ask": "1"})
    proof = mailed_path("office@example.com")
    Account.objects.filter(pk=people.north.pk).update(status=AccountStatus.CLOSING)
    assert client.post(proof).status_code == 404
    assert not Membership.objects.filter(user=tess).exists()


def test_secret_of_a_link_is_in_no_log(db, caplog):
    Client().get("/invitations/" + "s3cr3t" * 7 + "/")
    Client().get("/accounts/password/reset/key/1-" + "s3cr3t" * 7 + "/")
    [handler] = [one for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter)]
    written = "\n".join(handler.format(record) for record in caplog.records)
    assert "/invitations/" in written and "s3cr3t" not in written


def test_invitation_that_is_gone_is_forgotten_by_the_session(people, olga):
    invite(olga, "late@example.com")
    path, newcomer = mailed_path("late@example.com"), Client()
    newcomer.get(path)
    assert "invitation" in newcomer.session
    Invitation.objects.all().delete()
    newcomer.get(path)
    assert "invitation" not in newcomer.session


def test_person_who_counts_already_is_invited_within_a_full_plan(people, olga):
    plan = people.acme.organization.plan
    plan.limits = {"users": usage_in(people.acme, "users").used}
    plan.save()
    south = client_in(people.olga, people.south)
    assert invite(south, people.nora.email, "viewer").status_code == 302
    assert invite(south, "one.more@example.com", "viewer").status_code == 400
    assert Invitation.objects.count() == 1


def test_last_owner_of_a_root_account_stays(people, olga):
    own = Membership.objects.get(user=people.olga)
    for data in ({"role": "viewer"}, {"suspend": "1"}):
        olga.post(f"/members/{own.pk}/", data)
        own.refresh_from_db()
        assert (own.role, own.status) == (Role.OWNER, "active")
    assert b"Leave Acme?" in olga.get("/members/leave/").content
    olga.post("/members/leave/")
    assert Membership.objects.filter(pk=own.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_last_owners_leave_at_once_then_one_stays(transactional_db):
    people = make_people()
    Membership.objects.filter(user=people.adam).update(role=Role.OWNER)
    barrier = threading.Barrier(2)

    def leave_account(user: User) -> None:
        client = client_of(user)
        client.get("/members/leave/")
        barrier.wait()
        client.post("/members/leave/")
        connection.close()

    threads = [threading.Thread(target=leave_account, args=(user,)) for user in (people.olga, people.adam)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(account=people.acme, role=Role.OWNER).count() == 1


def test_removing_somebody_says_what_stays(people, olga):
    Membership.objects.create(user=people.nora, account=people.acme, role=Role.VIEWER)
    north = client_in(people.olga, people.north)
    path = f"/members/{Membership.objects.get(user=people.nora, account=people.north).pk}/remove/"
    assert b"Viewer by Acme" in north.get(path).content
    assert north.post(path).status_code == 302
    assert Membership.objects.get(user=people.nora).account == people.acme


def test_switcher_shows_recent_accounts_and_the_path_names_those_above(people, olga):
    for account in (people.north, people.south, people.north):
        olga.post("/switch-account/", {"account": str(account.pk)})
    page = olga.get("/members/").content.decode()
    assert re.findall(r'aria-label="(\w+), recent"', page) == ["South", "Acme"]
    assert 'aria-label="Enter Acme"' in page
    assert "Enter Acme" not in client_of(people.nora).get("/members/").content.decode()


def test_suspended_member_has_no_access_on_the_next_request(people, olga):
    mia = client_of(people.mia)
    assert mia.get("/tree/").status_code == 200
    member = Membership.objects.get(user=people.mia)
    olga.post(f"/members/{member.pk}/", {"suspend": "1"})
    assert mia.get("/")["Location"] == "/no-account/"
    olga.post(f"/members/{member.pk}/", {"reactivate": "1"})
    assert mia.get("/tree/").status_code == 200


def test_admin_cannot_touch_an_owner(people):
    own = Membership.objects.get(user=people.olga)
    client_of(people.adam).post(f"/members/{own.pk}/remove/")
    assert Membership.objects.filter(pk=own.pk).exists()


def test_tree_then_made_moved_suspended_and_opened(people, olga):
    olga.post("/tree/", {"name": "East"})
    east = Account.objects.get(name="East")
    assert b"East" in olga.get("/tree/").content
    olga.post(f"/tree/{east.pk}/move/", {"parent": str(people.north.pk)})
    east.refresh_from_db()
    assert east.parent_id == people.north.pk
    row = f'href="/tree/{east.pk}/"'.encode()
    assert row in olga.get("/tree/?q=eas").content and row not in olga.get("/tree/").content
    olga.post(f"/tree/{east.pk}/suspend/", {"reason": "Unpaid"})
    assert b"Unpaid" in olga.get(f"/tree/{east.pk}/").content
    olga.post(f"/tree/{east.pk}/suspend/", {"active": "1"})
    east.refresh_from_db()
    assert east.status == AccountStatus.ACTIVE


def test_account_settings_form_then_saved_and_inherited(people, olga):
    page = f"/tree/{people.north.pk}/"
    form = {"name": "North & Co", "time_zone": "Europe/Vienna", "website": "https://n.example"}
    assert olga.post(page, form | {"default_schedule": "hourly", "warn_on_failure": "False"}).status_code == 302
    people.north.refresh_from_db()
    assert people.north.settings == {"default_schedule": "hourly", "warn_on_failure": False}
    assert people.north.company == {"website": "https://n.example"}
    olga.post(page, form | {"default_schedule": "", "warn_on_failure": ""})
    people.north.refresh_from_db()
    assert people.north.settings == {}


def test_delete_account_asks_for_its_name_and_can_be_cancelled(people, olga):
    page = f"/tree/{people.north.pk}/delete/"
    assert olga.post(page, {"typed": "Nort"}).status_code == 400
    assert olga.post(page, {"typed": "North"}).status_code == 302
    assert b"is being deleted" in olga.get(page).content
    olga.post(page, {"cancel": "1"})
    people.north.refresh_from_db()
    assert people.north.status == AccountStatus.ACTIVE


def test_owner_of_a_closing_organization_can_still_keep_it(people, olga):
    page = f"/tree/{people.acme.pk}/delete/"
    olga.post(page, {"typed": "Acme"})
    assert olga.get("/")["Location"] == "/no-account/"
    assert olga.get(page).status_code == 200
    olga.post(page, {"cancel": "1"})
    assert olga.get("/tree/").status_code == 200


def test_own_settings_then_saved(people, olga):
    olga.post("/settings/profile/", {"name": "Olga B.", "time_zone": "Asia/Tokyo"})
    olga.post("/settings/preferences/", {"theme": "dark", "default_account": str(people.south.pk), "mails": []})
    people.olga.refresh_from_db()
    assert (people.olga.name, people.olga.time_zone, people.olga.theme) == ("Olga B.", "Asia/Tokyo", "dark")
    assert people.olga.default_account_id == people.south.pk
    assert people.olga.preferences["notifications"]["backup_failed"] == []


def picture(size=(300, 200), format="PNG", **options):
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, format, **options)
    return SimpleUploadedFile(f"me.{format.lower()}", made.getvalue())


def test_picture_saved_then_a_square_of_ours_seen_by_members_and_nobody_else(people, client):
    client.force_login(people.mia)
    secret = b"GPS 48.2, 16.3"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    assert client.post("/settings/profile/picture/", {"file": picture(format="JPEG", exif=exif)}).status_code == 302
    answer = client.get("/settings/profile/picture/")
    assert answer["Content-Type"] == "image/webp" and answer["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as seen:
        assert (seen.size, seen.format) == ((256, 256), "WEBP")
    assert secret not in answer.content
    client.force_login(people.vera)
    assert client.get(f"/people/{people.mia.pk}/picture/").content == answer.content
    assert f"/people/{people.mia.pk}/picture/?" in client.get("/members/").content.decode()
    client.force_login(people.eve)
    assert client.get(f"/people/{people.mia.pk}/picture/").status_code == 404


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"x" * 5_000_001],
    ids=["empty", "svg", "broken", "large"],
)
def test_file_that_is_no_picture_then_said_beside_the_field(people, client, data):
    client.force_login(people.mia)
    answer = client.post("/settings/profile/picture/", {"file": SimpleUploadedFile("a.png", data)})
    assert answer.status_code == 400 and "field-error" in answer.content.decode()
    people.mia.refresh_from_db()
    assert people.mia.avatar == ""


def test_picture_of_very_many_pixels_then_refused_before_it_is_unpacked(people, client):
    client.force_login(people.mia)
    head = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(60_001 * 20))
    chunks = (
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in (head, data, b"IEND")
    )
    bomb = SimpleUploadedFile("bomb.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert client.post("/settings/profile/picture/", {"file": bomb}).status_code == 400


def test_picture_by_the_api_and_removed(people):
    api = APIClient()
    api.force_login(people.mia)
    assert api.get("/api/v1/users/me/picture").status_code == 404
    assert api.put("/api/v1/users/me/picture", {"file": picture()}, format="multipart").json()["avatar"]
    assert api.get("/api/v1/users/me/picture")["Content-Type"] == "image/webp"
    assert api.put("/api/v1/users/me/picture", {"file": picture(size=(1, 9))}, format="multipart").status_code == 200
    assert api.delete("/api/v1/users/me/picture").status_code == 204
    assert api.get("/api/v1/users/me").json()["avatar"] == ""
