"""Renewal of tokens: once for everybody, before it is used, and honest about failure."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection as database

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from accounts.outbox.models import OutboxMessage
from integrations.connector.errors import CredentialsRevoked
from integrations.directory.models import TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth import flow, refresh
from integrations.services.credentials import unseal
from integrations.services.readers import StoredCredentials
from integrations.signals import connection_needs_reconnect, connection_restored
from integrations.tasks import refresh_connection, refresh_tokens
from listbackup.core.clock import now
from listbackup.core.errors import PlatformError


@pytest.fixture
def heard():
    """What was signalled, in order."""
    seen = []

    def needs(sender, connection, reason, **_):
        seen.append(("needs_reconnect", connection.pk))

    def restored(sender, connection, **_):
        seen.append(("restored", connection.pk))

    connection_needs_reconnect.connect(needs)
    connection_restored.connect(restored)
    yield seen
    connection_needs_reconnect.disconnect(needs)
    connection_restored.disconnect(restored)


def token_calls(sandbox):
    """Requests to the token endpoint that the sandbox has seen."""
    seen = sandbox.admin("GET", "requests?count=500")["results"]
    return [call for call in seen if call["path"].endswith("/token")]


def expire(connection, **delta):
    Connection.objects.filter(pk=connection.pk).update(token_expires_at=now() + dt.timedelta(**delta))
    TokenExpiry.objects.filter(connection_id=connection.pk).update(due_at=now())


def test_token_with_time_left_then_no_call(granted):
    before = unseal(granted)
    assert refresh.refresh_if_needed(granted.account, granted.pk).secrets == before


def test_token_ends_within_fifteen_minutes_then_renewed_and_planned_again(granted):
    expire(granted, minutes=14)
    fresh = refresh.refresh_if_needed(granted.account, granted.pk)
    stored = Connection.objects.get(pk=granted.pk)
    assert fresh.secrets["access_token"] != unseal(granted)["access_token"]
    assert unseal(stored) == fresh.secrets
    assert TokenExpiry.objects.get().due_at > now() + dt.timedelta(minutes=10)


def test_stale_token_that_somebody_renewed_then_theirs_is_used(granted):
    old = unseal(granted)["access_token"]
    one, two = StoredCredentials(granted), StoredCredentials(granted)
    first = one.refresh(old)
    assert two.refresh(old) == first != old


def test_revoked_grant_then_needs_reconnect_at_once_with_one_mail_and_one_signal(granted, sandbox, heard):
    sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
    expire(granted, minutes=1)
    for _ in range(3):
        with pytest.raises(CredentialsRevoked):
            refresh.refresh_if_needed(granted.account, granted.pk)
    stored = Connection.objects.get(pk=granted.pk)
    assert stored.status == ConnectionStatus.NEEDS_RECONNECT and stored.last_error
    assert heard == [("needs_reconnect", granted.pk)]
    # Olga owns the organization and Adam is an admin of it.
    recipients = sorted(OutboxMessage.objects.values_list("recipient", flat=True))
    assert recipients == ["adam@example.com", "olga@example.com"]
    assert Entry.objects.filter(action="connection.needs_reconnect").count() == 1
    assert TokenExpiry.objects.count() == 0
    assert mail.outbox == []


def test_platform_down_then_third_try_asks_a_person_and_a_later_success_restores(granted, sandbox, heard):
    sandbox.admin("POST", "faults", {"kind": "server_error", "status": 503, "path": "/oauth/"})
    expire(granted, minutes=1)
    for attempt in (1, 2, 3):
        with pytest.raises(PlatformError):
            refresh.refresh_if_needed(granted.account, granted.pk)
        stored = Connection.objects.get(pk=granted.pk)
        assert stored.refresh_attempts == attempt
        assert (stored.status == ConnectionStatus.NEEDS_RECONNECT) is (attempt == 3)
        assert TokenExpiry.objects.get().due_at > now()
    sandbox.admin("DELETE", "faults")
    assert refresh.refresh_claimed(granted.account, granted.pk)
    stored = Connection.objects.get(pk=granted.pk)
    assert (stored.status, stored.refresh_attempts, stored.last_error) == (ConnectionStatus.ACTIVE, 0, "")
    assert heard == [("needs_reconnect", granted.pk), ("restored", granted.pk)]


def test_due_table_then_claimed_once_and_task_renews(granted):
    expire(granted, minutes=10)
    leave()
    [row] = refresh.claim_due()
    assert (row.connection_id, row.account_id) == (granted.pk, granted.account_id)
    assert refresh.claim_due() == []
    assert refresh_connection.call_for(granted.account, connection_id=str(granted.pk)) is True
    assert TokenExpiry.objects.get().expires_at > now() + dt.timedelta(minutes=25)
    assert refresh_tokens.run() == 0


@pytest.mark.django_db(transaction=True)
def test_a14_many_threads_want_a_new_token_then_the_platform_is_asked_once(transactional_db, sandbox):
    from listbackup.testing.people import make_people

    people = make_people()
    url = flow.start(people.context(people.olga), platform="hubspot", session_key="s")
    granted = flow.finish(user=people.olga, session_key="s", platform="hubspot", params=sandbox.consent(url))
    stale = unseal(granted)["access_token"]
    before = len(token_calls(sandbox))
    barrier, got, failed = threading.Barrier(20), [], []

    def want() -> None:
        try:
            barrier.wait()
            got.append(refresh.refresh_if_needed(granted.account, granted.pk, stale=stale).secrets["access_token"])
        except Exception as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=want) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(got) == 20 and len(set(got)) == 1 and got[0] != stale
    assert len(token_calls(sandbox)) == before + 1
    with entered(people.acme.organization):
        assert unseal(Connection.objects.get(pk=granted.pk))["access_token"] == got[0]
