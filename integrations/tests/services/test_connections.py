"""Connections as services."""

import contextlib

import pytest

from accounts.activity.models import Entry
from integrations.directory.models import TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.errors import ConnectionNotFound, ConnectionNotUsable, ConnectionTestFailed, ManifestInvalid
from integrations.models import Connection
from integrations.oauth import flow
from integrations.selectors.connections import connections_of, get_connection
from integrations.services.connections import (
    create_connection,
    delete_connection,
    mark_needs_reconnect,
    test_connection,
    update_connection,
)
from integrations.services.credentials import unseal
from integrations.services.readers import open_reader
from integrations.signals import connection_deleted
from listbackup.core.errors import PlatformError

check_connection = test_connection
del test_connection  # pytest would collect it


def test_wrong_key_then_nothing_is_stored(tenant, sandbox):
    with pytest.raises(ConnectionTestFailed):
        create_connection(tenant.context(tenant.olga), platform="hubspot", secrets={"access_token": "wrong"})
    assert not Connection.objects.exists()
    assert not Entry.objects.exists()


def test_same_external_account_then_one_connection_per_account(tenant, connected, sandbox):
    context = tenant.context(tenant.olga)
    again = create_connection(context, platform="hubspot", secrets={"access_token": sandbox.static_token})
    child = create_connection(
        tenant.context(tenant.olga, tenant.north), platform="hubspot", secrets={"access_token": sandbox.static_token}
    )
    assert again.pk == connected.pk != child.pk
    assert connections_of(context).count() == 2


def test_reader_then_reads_with_the_stored_credentials(connected):
    with open_reader(connected) as reader:
        assert "contacts" in {stream.name for stream in reader.discover()}


def test_delete_then_revoked_wiped_hidden_and_signalled(tenant, granted, sandbox):
    heard = []

    def deleted(sender, connection, **_):
        heard.append((connection.pk, connection.secret))

    connection_deleted.connect(deleted)
    try:
        refresh_token = unseal(granted)["refresh_token"]
        delete_connection(tenant.context(tenant.olga), granted)
    finally:
        connection_deleted.disconnect(deleted)
    assert heard == [(granted.pk, "")]
    stored = Connection.objects.get(pk=granted.pk)
    assert (stored.status, stored.secret, stored.token_expires_at) == (ConnectionStatus.DELETED, "", None)
    assert not TokenExpiry.objects.exists()
    with pytest.raises(ConnectionNotFound):
        get_connection(tenant.context(tenant.olga), granted.pk)
    with pytest.raises(ConnectionNotUsable):
        open_reader(stored)
    assert _refresh_at_platform(sandbox, refresh_token) == 400


def test_delete_while_the_platform_is_down_then_deleted_all_the_same(tenant, granted, sandbox):
    sandbox.admin("POST", "faults", {"kind": "server_error", "status": 500, "path": "/oauth/"})
    delete_connection(tenant.context(tenant.olga), granted)
    assert Connection.objects.get().status == ConnectionStatus.DELETED
    assert Entry.objects.get(action="connection.deleted").detail == {"revoked_at_platform": False}


def test_rename_then_only_the_name_changes(tenant, connected):
    before = connected.secret
    changed = update_connection(tenant.context(tenant.olga), connected, name="  Sales  ")
    assert (changed.name, changed.secret) == ("Sales", before)


def test_check_after_a_broken_key_then_needs_reconnect_and_a_good_one_restores(tenant, connected, sandbox):
    context = tenant.context(tenant.olga)
    sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
    with contextlib.suppress(PlatformError):
        check_connection(context, connected)
    stored = get_connection(context, connected.pk)
    assert stored.status == ConnectionStatus.NEEDS_RECONNECT and stored.last_error
    sandbox.admin("DELETE", "faults")
    update_connection(context, stored, secrets={"access_token": sandbox.static_token})
    assert get_connection(context, connected.pk).status == ConnectionStatus.ACTIVE


def test_mark_needs_reconnect_twice_then_one_record(tenant, connected):
    assert mark_needs_reconnect(connected, "The key was withdrawn.") is True
    assert mark_needs_reconnect(connected, "The key was withdrawn.") is False
    assert Entry.objects.filter(action="connection.needs_reconnect").count() == 1


def test_manifest_with_mistakes_then_every_problem_with_line_and_column(tenant):
    with pytest.raises(ManifestInvalid) as caught:
        create_connection(tenant.context(tenant.olga), platform="custom", secrets={}, manifest="key: x\nstreams: 3\n")
    assert all("line " in message and "column " in message for message in caught.value.fields["manifest"])


def test_oauth_connection_then_its_key_cannot_be_replaced(tenant, granted):
    from listbackup.core.errors import InvalidInput

    with pytest.raises(InvalidInput):
        update_connection(tenant.context(tenant.olga), granted, secrets={"access_token": "x"})


def test_reconnect_after_needs_reconnect_then_active_again(tenant, granted, sandbox):
    mark_needs_reconnect(granted, "The grant was withdrawn.")
    url = flow.start(tenant.context(tenant.olga), platform="hubspot", session_key="s", connection=granted)
    renewed = flow.finish(user=tenant.olga, session_key="s", platform="hubspot", params=sandbox.consent(url))
    assert (renewed.pk, renewed.status) == (granted.pk, ConnectionStatus.ACTIVE)
    assert TokenExpiry.objects.filter(connection_id=granted.pk).exists()


def _refresh_at_platform(sandbox, refresh_token):
    import httpx

    form = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": refresh_token,
    }
    return httpx.post(f"{sandbox.url}/hubspot/oauth/2026-03/token", data=form).status_code
