"""A connection's webhook address by the API."""

from accounts.access.schema import entered
from integrations.models import Connection


def test_address_secret_and_new_address_for_those_who_may_change_the_connection(people, sandbox, client, settings):
    settings.PUBLIC_URL = "https://backup.example"
    client.force_login(people.mia)
    client.post("/connections/new/hubspot/", {"secret_access_token": sandbox.static_token})
    with entered(people.acme.organization):
        pk = Connection.objects.get().pk
    path = f"/api/v1/connections/{pk}/webhook"
    first = client.get(path).json()
    assert first["offered"] and first["address"].startswith("https://backup.example/api/v1/hooks/")
    assert (first["signed"], first["shared"], first["received"], first["last_received_at"]) == (False, False, 0, None)

    def change(body):
        answer = client.patch(path, body, content_type="application/json")
        return answer.status_code, answer.json()

    status, body = change({"signing_secret": "planted-hook"})
    assert status == 200 and body["signed"] and "planted-hook" not in str(body) and body["address"] == first["address"]
    status, body = change({"new_address": True, "signing_secret": ""})
    assert status == 200 and not body["signed"] and body["address"] != first["address"]
    wrongs: list[object] = [{}, {"new_address": False}, {"signing_secret": None}, {"signing_secret": "x" * 501}, []]
    for wrong in wrongs:
        assert change(wrong)[0] == 400
    client.force_login(people.vera)
    assert client.get(path).status_code == 403
    client.force_login(people.eve)
    assert client.get(path).status_code == 404
