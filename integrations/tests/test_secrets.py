"""No secret leaves: planted ones are looked for in everything that people, logs, mails and queues get to see."""

import logging
from urllib.parse import urlencode

import pytest
from celery.signals import before_task_publish

from accounts.access.schema import entered, leave
from accounts.activity.models import Entry
from accounts.outbox.models import OutboxMessage
from integrations.directory.models import OAuthState, TokenExpiry
from integrations.models import Connection
from integrations.oauth import refresh
from integrations.services.credentials import unseal
from integrations.services.readers import StoredCredentials
from integrations.tasks import refresh_tokens
from listbackup.core.clock import now
from listbackup.core.errors import ListBackupError

WRONG = "pat-na1-planted-0000-wrong"


@pytest.fixture
def published():
    """Bodies and headers of everything that was sent to the broker."""
    seen = []

    def note(sender=None, headers=None, body=None, **_):
        seen.append(f"{sender} {headers} {body}")

    before_task_publish.connect(note)
    yield seen
    before_task_publish.disconnect(note)


def test_planted_secrets_then_found_nowhere(
    people, sandbox, client, caplog, published, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def call(method, path, body=None, **headers):
        leave()
        answer = getattr(client, method)(path, data=body, content_type="application/json", headers=headers)
        seen.append(f"{answer.status_code} {dict(answer.items())} {answer.content.decode(errors='replace')}")
        return answer

    client.force_login(people.olga)
    with django_capture_on_commit_callbacks(execute=True):
        # By key: a wrong one, then the right one.
        call("post", "/api/v1/connections", {"platform": "hubspot", "secrets": {"access_token": WRONG}})
        by_key = call(
            "post", "/api/v1/connections", {"platform": "hubspot", "secrets": {"access_token": sandbox.static_token}}
        ).json()
        call("patch", f"/api/v1/connections/{by_key['id']}", {"secrets": {"access_token": WRONG}})
        call("delete", f"/api/v1/connections/{by_key['id']}")
        # By OAuth, answered twice.
        url = call("post", "/api/v1/integrations/oauth/start/hubspot", {}).json()["authorization_url"]
        params = sandbox.consent(url)
        query = urlencode(params)
        call("get", f"/api/v1/integrations/oauth/callback/hubspot?{query}", Accept="text/html")
        call("get", f"/api/v1/integrations/oauth/callback/hubspot?{query}", Accept="text/html")
        call("get", f"/api/v1/integrations/oauth/callback/hubspot?{query}")
        with entered(people.acme.organization):
            connection = Connection.objects.exclude(status="deleted").get()
        for path in ("/connections/", f"/connections/{connection.pk}/", "/platforms/hubspot/"):
            call("get", path)
        call("post", f"/api/v1/connections/{connection.pk}/test")
        call("get", f"/api/v1/connections/{connection.pk}")
        secrets = unseal(connection)
        TokenExpiry.objects.update(due_at=now())
        refresh_tokens.run()
        # A refresh that the platform refuses.
        sandbox.admin("POST", "faults", {"kind": "revoked_grant"})
        with entered(people.acme.organization), pytest.raises(ListBackupError) as refused:
            refresh.refresh_if_needed(connection.account, connection.pk, stale=secrets["access_token"])

    with entered(people.acme.organization):
        stored = Connection.objects.get(pk=connection.pk)
        seen += [str(row) for row in Entry.objects.values()]
        seen += [str(row) for row in Connection.objects.values()]
    seen += [str(row) for row in OutboxMessage.objects.values()]
    seen += [str(row) for row in OAuthState.objects.values()]
    seen += [repr(stored), repr(StoredCredentials(stored)), repr(refused.value), str(refused.value)]
    seen += [repr(refresh.FreshSecrets(secrets, None)), *published, caplog.text]
    assert published, "nothing was sent to the broker"
    everything = "\n".join(seen)
    planted = {
        "wrong key": WRONG,
        "key": sandbox.static_token,
        "access token": secrets["access_token"],
        "refresh token": secrets["refresh_token"],
        "client secret": sandbox.client_secret,
        "code": params["code"],
    }
    assert [name for name, secret in planted.items() if secret in everything] == []
