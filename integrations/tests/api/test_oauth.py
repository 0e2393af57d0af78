"""The OAuth round trip through the front doors: API, browser redirect, pages."""

from urllib.parse import urlencode

import pytest

from accounts.access.schema import entered
from integrations.models import Connection

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def begin(client):
    def start(user, **body):
        client.force_login(user)
        answer = client.post("/api/v1/integrations/oauth/start/hubspot", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()["authorization_url"]

    return start


def back(client, params, platform="hubspot", **headers):
    return client.get(f"/api/v1/integrations/oauth/callback/{platform}?{urlencode(params)}", headers=headers or HTML)


def test_round_trip_in_a_browser_then_connection_page(people, sandbox, client, begin):
    answer = back(client, sandbox.consent(begin(people.mia, name="Our CRM")))
    assert answer.status_code == 302
    with entered(people.acme.organization):
        connection = Connection.objects.get()
    assert answer["Location"] == f"/connections/{connection.pk}/"
    assert connection.name == "Our CRM" and connection.created_by_id == people.mia.pk


def test_return_to_then_the_page_that_began(people, sandbox, client, begin):
    answer = back(client, sandbox.consent(begin(people.mia, return_to="/start/streams/")))
    with entered(people.acme.organization):
        assert answer["Location"] == f"/start/streams/?connection={Connection.objects.get().pk}"


def test_viewer_then_may_not_begin(people, sandbox, client):
    client.force_login(people.vera)
    assert client.post("/api/v1/integrations/oauth/start/hubspot", {}, "application/json").status_code == 403


def test_denied_then_page_with_remedy_and_nothing_of_the_address(people, sandbox, client, begin):
    params = sandbox.consent(begin(people.mia), allow=False)
    answer = back(client, params)
    text = answer.content.decode()
    assert answer.status_code == 400 and answer["Content-Type"].startswith("text/html")
    assert "Nothing was connected" in text
    assert params["state"] not in text


def test_denied_for_a_program_then_problem(people, sandbox, client, begin):
    answer = back(client, sandbox.consent(begin(people.mia), allow=False), Accept="application/json")
    assert answer.status_code == 400 and answer.json()["code"] == "oauth.denied"


def test_another_browser_then_refused(people, sandbox, client, begin):
    params = sandbox.consent(begin(people.mia))
    client.force_login(people.mia)  # a new sign-in is a new session
    client.session.cycle_key()
    other = type(client)()
    other.force_login(people.mia)
    answer = back(other, params)
    assert answer.status_code == 403
    with entered(people.acme.organization):
        assert not Connection.objects.exists()


def test_not_signed_in_then_page_says_so(people, sandbox, client, begin):
    params = sandbox.consent(begin(people.mia))
    answer = back(type(client)(), params)
    assert answer.status_code == 401 and "Sign in" in answer.content.decode()


def test_forged_state_then_page(people, sandbox, client):
    client.force_login(people.mia)
    answer = back(client, {"state": "<script>forged", "code": "x"})
    assert answer.status_code == 400 and b"<script>forged" not in answer.content
