"""More than one person's grant, the end of a grant foreseen, and the way back from a mail."""

import datetime as dt

import pytest

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.outbox.models import OutboxMessage
from integrations.connector.errors import CredentialsRevoked
from integrations.directory.models import TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth import flow, refresh
from integrations.selectors.forecast import forecasts
from integrations.services.connections import delete_connection
from integrations.services.credentials import seal, secrets_in, unseal
from listbackup.core.clock import now


def connect(people, user, sandbox):
    url = flow.start(people.context(user), platform="hubspot", session_key="session")
    return flow.finish(user=user, session_key="session", platform="hubspot", params=sandbox.consent(url))


def test_a_second_person_connects_then_theirs_is_used_and_the_first_takes_over_when_it_ends(granted, tenant, sandbox):
    first = unseal(granted)
    again = connect(tenant, tenant.adam, sandbox)
    assert again.pk == granted.pk
    stored = Connection.objects.get()
    assert (stored.authorised_by_id, stored.spare_by_id) == (tenant.adam.pk, tenant.olga.pk)
    assert secrets_in(stored.spare_secret) == first
    # Adam's grant is taken back at the platform; Olga's is not.
    bad = {**unseal(stored), "refresh_token": "gone"}
    Connection.objects.update(secret=seal(bad), token_expires_at=now())
    fresh = refresh.refresh_if_needed(stored.account, stored.pk)
    stored.refresh_from_db()
    assert fresh.secrets["refresh_token"] == first["refresh_token"]
    assert (stored.status, stored.spare_secret, stored.spare_by_id) == (ConnectionStatus.ACTIVE, "", None)
    assert stored.authorised_by_id == tenant.olga.pk
    assert Entry.objects.filter(action="connection.other_grant").count() == 1
    assert not OutboxMessage.objects.exists()


def test_both_grants_end_then_a_person_is_asked_once(granted, tenant, sandbox):
    connect(tenant, tenant.adam, sandbox)
    sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
    Connection.objects.update(token_expires_at=now())
    with pytest.raises(CredentialsRevoked):
        refresh.refresh_if_needed(granted.account, granted.pk)
    stored = Connection.objects.get()
    assert stored.status == ConnectionStatus.NEEDS_RECONNECT and not stored.spare_secret
    assert OutboxMessage.objects.count() == 2  # the owner and the admin, one mail each


def test_the_same_person_again_then_no_spare_and_a_deletion_wipes_both(granted, tenant, sandbox):
    connect(tenant, tenant.olga, sandbox)
    assert Connection.objects.get().spare_secret == ""
    connect(tenant, tenant.adam, sandbox)
    assert Connection.objects.get().spare_secret
    connect(tenant, tenant.olga, sandbox)
    stored = Connection.objects.get()
    assert (stored.authorised_by_id, stored.spare_by_id) == (tenant.olga.pk, tenant.adam.pk)
    spare = secrets_in(stored.spare_secret)
    delete_connection(tenant.context(tenant.olga), stored)
    stored = Connection.objects.get()
    assert (stored.secret, stored.spare_secret) == ("", "")
    Connection.objects.update(secret=seal(spare), token_expires_at=now(), status="active")
    with pytest.raises(CredentialsRevoked):  # revoked at the platform too
        refresh.refresh_if_needed(stored.account, stored.pk)


def test_forecast_says_what_will_happen(granted):
    def kind(**fields):
        Connection.objects.update(**fields)
        found = forecasts([Connection.objects.get()])[granted.pk]
        return found.kind, found.needs_you

    assert kind() == ("renewed", False)
    assert kind(grant_expires_at=now() + dt.timedelta(days=40)) == ("renewed", False)
    assert kind(grant_expires_at=now() + dt.timedelta(days=3)) == ("unused", True)
    assert kind(refresh_attempts=2) == ("failing", True)
    TokenExpiry.objects.all().delete()
    assert kind() == ("ends", True)
    assert kind(token_expires_at=now() + dt.timedelta(days=60)) == ("ends", False)
    assert kind(token_expires_at=None) == ("lasts", False)
    assert kind(auth_kind="bearer") == ("lasts", False)


def test_the_link_of_the_mail_then_straight_to_the_platform(people, sandbox, client):
    with entered(people.acme.organization):
        granted = connect(people, people.olga, sandbox)
        sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
        Connection.objects.update(token_expires_at=now())
        refresh.refresh_claimed(granted.account, granted.pk)
        text = OutboxMessage.objects.filter(recipient="olga@example.com").get().text
    path = next(line for line in text.splitlines() if "/reconnect/" in line).split("/", 3)[3]
    assert "/accounts/login/" in client.get(f"/{path}")["Location"]
    client.force_login(people.vera)
    assert client.get(f"/{path}").status_code == 403
    sandbox.admin("DELETE", "faults")
    client.force_login(people.olga)
    there = client.get(f"/{path}")
    assert there.status_code == 302 and there["Location"].startswith(sandbox.hosts["app.hubspot.com"])
    back = client.get(
        "/api/v1/integrations/oauth/callback/hubspot",
        sandbox.consent(there["Location"]),
        headers={"Accept": "text/html"},
    )
    assert back.status_code == 302
    page = client.get(f"/connections/{granted.pk}/").content.decode()
    assert "This connection works." in page and "Authorised by" in page and "renewed by itself" in page
    assert client.get("/connections/").status_code == 200
