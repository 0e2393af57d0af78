"""To the consent page and back, and every way in which it must fail."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.access.schema import entered
from accounts.errors import AccountNotFound
from accounts.models import Membership
from integrations import errors
from integrations.directory.models import OAuthState, TokenExpiry
from integrations.enums import ConnectionStatus
from integrations.models import Connection
from integrations.oauth import flow
from integrations.sandbox.config import HUB_ID
from integrations.services.credentials import unseal
from listbackup.core import crypto
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError


def begin(people, user=None, session="session", **more):
    user = user or people.olga
    return flow.start(people.context(user), platform="hubspot", session_key=session, **more)


def end(people, params, user=None, session="session", platform="hubspot"):
    return flow.finish(user=user or people.olga, session_key=session, platform=platform, params=params)


def connections(people):
    with entered(people.acme.organization):
        return list(Connection.objects.all())


def test_round_trip_then_tested_connection_with_encrypted_tokens(people, sandbox):
    params = sandbox.consent(begin(people, return_to="/start/streams/"))
    connection = end(people, params)
    assert (connection.status, connection.external_id) == (ConnectionStatus.ACTIVE, str(HUB_ID))
    assert connection.return_to == "/start/streams/"
    assert dt.timedelta(minutes=25) < connection.token_expires_at - now() <= dt.timedelta(minutes=30)
    assert "crm.objects.contacts.read" in connection.scopes_granted
    secrets = unseal(connection)
    assert set(secrets) == {"access_token", "refresh_token"}
    assert secrets["access_token"] not in connection.secret
    expiry = TokenExpiry.objects.get(connection_id=connection.pk)
    assert expiry.due_at == connection.token_expires_at - dt.timedelta(minutes=15)
    state = OAuthState.objects.get()
    assert state.used_at is not None and state.verifier == ""


def test_start_then_address_holds_pkce_s256_and_state_is_stored_as_a_hash_only(people, sandbox):
    query = parse_qs(urlsplit(begin(people)).query)
    assert query["code_challenge_method"] == ["S256"] and len(query["code_challenge"][0]) == 43
    assert query["redirect_uri"][0].endswith("/api/v1/integrations/oauth/callback/hubspot")
    row = OAuthState.objects.get()
    assert query["state"][0] not in {row.state_hash, row.verifier, row.session_hash}
    assert len(query["state"][0]) >= 43


def test_wrong_verifier_then_platform_refuses_the_code(people, sandbox):
    params = sandbox.consent(begin(people))
    OAuthState.objects.update(verifier=crypto.encrypt("another verifier of at least forty three characters"))
    with pytest.raises(errors.CodeRejected):
        end(people, params)
    assert connections(people) == []


def test_denied_consent_then_own_error_and_nothing_left(people, sandbox):
    params = sandbox.consent(begin(people), allow=False)
    with pytest.raises(errors.ConsentDenied):
        end(people, params)
    assert connections(people) == []
    with pytest.raises(errors.StateUsed):
        end(people, {**params, "code": "x"})


@pytest.mark.parametrize("state", ["forged", "\x00", "x" * 5000])
def test_forged_state_then_unknown(people, sandbox, state):
    begin(people)
    with pytest.raises(errors.StateUnknown):
        end(people, {"state": state, "code": "x"})
    assert OAuthState.objects.filter(used_at__isnull=False).count() == 0


def test_missing_state_then_own_error(people, sandbox):
    with pytest.raises(errors.StateMissing):
        end(people, {"code": "x"})


def test_state_after_ten_minutes_then_expired(people, sandbox):
    params = sandbox.consent(begin(people))
    OAuthState.objects.update(expires_at=now())
    with pytest.raises(errors.StateExpired):
        end(people, params)
    assert connections(people) == []


def test_state_used_twice_then_refused_and_first_connection_stays(people, sandbox):
    params = sandbox.consent(begin(people))
    first = end(people, params)
    with pytest.raises(errors.StateUsed):
        end(people, params)
    assert [row.pk for row in connections(people)] == [first.pk]


def test_state_of_another_person_or_session_then_refused_but_not_used_up(people, sandbox):
    params = sandbox.consent(begin(people))
    with pytest.raises(errors.StateOfSomebodyElse):
        end(people, params, user=people.adam)
    with pytest.raises(errors.StateOfSomebodyElse):
        end(people, params, session="another")
    with pytest.raises(errors.StateOfSomebodyElse):
        end(people, params, session=None)
    assert connections(people) == []
    assert end(people, params).status == ConnectionStatus.ACTIVE


def test_state_without_session_then_any_session_of_the_same_person_finishes(people, sandbox):
    params = sandbox.consent(begin(people, session=None))
    assert end(people, params, session="whichever").status == ConnectionStatus.ACTIVE


def test_answer_for_another_platform_then_refused(people, sandbox):
    params = sandbox.consent(begin(people))
    with pytest.raises(errors.WrongPlatform):
        end(people, params, platform="stripe")
    assert connections(people) == []


def test_answer_without_code_then_own_error(people, sandbox):
    params = sandbox.consent(begin(people))
    with pytest.raises(errors.CodeMissing):
        end(people, {"state": params["state"]})


def test_platform_error_then_its_words_are_told(people, sandbox):
    params = sandbox.consent(begin(people))
    with pytest.raises(errors.ConsentFailed, match="scope mismatch"):
        end(people, {"state": params["state"], "error": "invalid_scope", "error_description": "scope mismatch"})


def test_membership_ended_meanwhile_then_nothing_is_stored(people, sandbox):
    params = sandbox.consent(begin(people, user=people.mia))
    Membership.objects.filter(user=people.mia).delete()
    with pytest.raises(AccountNotFound):
        end(people, params, user=people.mia)
    assert connections(people) == []


def test_api_refuses_after_the_exchange_then_nothing_is_stored(people, sandbox):
    params = sandbox.consent(begin(people))
    sandbox.admin("POST", "faults", {"kind": "missing_scopes", "path": "account-info"})
    with pytest.raises(ListBackupError):
        end(people, params)
    assert connections(people) == []
    assert TokenExpiry.objects.count() == 0


def test_same_account_connected_again_then_the_connection_is_renewed(people, sandbox):
    first = end(people, sandbox.consent(begin(people)))
    second = end(people, sandbox.consent(begin(people)))
    assert first.pk == second.pk
    assert unseal(first)["access_token"] != unseal(second)["access_token"]


def test_reconnect_with_another_external_account_then_refused_and_old_secret_stays(people, sandbox):
    connection = end(people, sandbox.consent(begin(people)))
    with entered(people.acme.organization):
        Connection.objects.filter(pk=connection.pk).update(external_id="999", external_label="Other Ltd")
    params = sandbox.consent(begin(people, connection=connection))
    with pytest.raises(errors.OtherExternalAccount, match="Other Ltd"):
        end(people, params)
    [stored] = connections(people)
    assert stored.secret == connection.secret


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/connections/", "/connections/"),
        ("//evil.example/", ""),
        ("https://evil.example/", ""),
        ("/\\evil.example", ""),
        ("/a\nb", ""),
        ("", ""),
        ("/" + "a" * 600, ""),
    ],
)
def test_return_to_then_only_paths_of_this_site(path, kept):
    assert flow.safe_path(path) == kept


def test_platform_without_client_id_then_says_so(people, sandbox, settings):
    settings.PLATFORM_CLIENTS = {}
    with pytest.raises(errors.PlatformNotConfigured):
        begin(people)


def test_old_states_then_removed_a_day_later(people, sandbox):
    begin(people)
    OAuthState.objects.update(expires_at=now() - dt.timedelta(days=1, minutes=1))
    assert flow.remove_old_states() == 1
