"""Rate limits, faults, changes and determinism."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from integrations.sandbox.config import SandboxConfig
from integrations.sandbox.seed.fill import plan_counts, prepare
from integrations.sandbox.tests.conftest import Served

CONTACTS = "/crm/v3/objects/contacts"


def fault(sandbox: Served, kind: str, **more: object) -> None:
    assert sandbox.admin.post("/api/faults", json={"kind": kind} | more).status_code == 201


def test_the_191st_call_in_ten_seconds_is_refused(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox()
    answers = [sandbox.api.get("/account-info/v3/details") for _ in range(191)]
    assert [one.status_code for one in answers] == [200] * 190 + [429]
    assert answers[0].headers["x-hubspot-ratelimit-remaining"] == "189"
    body = answers[-1].json()
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")


def test_the_sixth_search_in_a_second_is_refused_without_headers(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox()
    answers = [sandbox.api.post(f"{CONTACTS}/search", json={"limit": 1}) for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert answers[-1].json()["policyName"] == "SECONDLY"
    assert not [name for name in answers[-1].headers if "ratelimit" in name]


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [("rate_limit", {"seconds": 3}, 429), ("server_error", {"status": 502}, 502), ("expired_token", {}, 401),
     ("revoked_grant", {}, 401), ("missing_scopes", {}, 403)],
)  # fmt: skip
def test_fault_answers_with_its_status_as_often_as_said(
    sandbox: Served, kind: str, more: dict[str, object], status: int
) -> None:
    fault(sandbox, kind, count=2, path="/contacts", **more)
    assert sandbox.api.get("/crm/v3/objects/deals").status_code == 200
    assert [sandbox.api.get(CONTACTS).status_code for _ in range(3)] == [status, status, 200]


def test_rate_limit_fault_sends_retry_after(sandbox: Served) -> None:
    fault(sandbox, "rate_limit", count=1, seconds=3)
    assert sandbox.api.get(CONTACTS).headers["retry-after"] == "3"


def test_truncated_json_is_a_200_that_does_not_parse(sandbox: Served) -> None:
    fault(sandbox, "truncated_json", count=1)
    answer = sandbox.api.get(CONTACTS)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_disconnect_breaks_the_body(sandbox: Served) -> None:
    fault(sandbox, "disconnect", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.api.get(CONTACTS)


def test_html_login_page_comes_with_200(sandbox: Served) -> None:
    fault(sandbox, "html_login", count=1)
    answer = sandbox.api.get(CONTACTS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html;charset=utf-8")


def test_empty_list_duplicates_and_repeated_cursor_spoil_the_page(sandbox: Served) -> None:
    good = sandbox.api.get(CONTACTS, params={"limit": 10}).json()
    fault(sandbox, "empty_list", count=1)
    assert sandbox.api.get(CONTACTS).json() == {"results": []}
    fault(sandbox, "duplicates", count=1)
    twice = sandbox.api.get(CONTACTS, params={"limit": 10}).json()["results"]
    assert twice == good["results"] + good["results"][:3]
    fault(sandbox, "repeated_cursor", count=1)
    after = good["paging"]["next"]["after"]
    assert sandbox.api.get(CONTACTS, params={"after": after}).json()["paging"]["next"]["after"] == after


def test_skip_lets_the_first_requests_through(sandbox: Served) -> None:
    fault(sandbox, "server_error", count=1, skip=2)
    assert [sandbox.api.get(CONTACTS).status_code for _ in range(4)] == [200, 200, 500, 200]


def test_unknown_fault_is_refused(sandbox: Served) -> None:
    assert sandbox.admin.post("/api/faults", json={"kind": "earthquake"}).status_code == 400


@pytest.mark.parametrize("odd", ["nul", "surrogate", "large"])
def test_odd_records_arrive_as_they_are(sandbox: Served, odd: str) -> None:
    made = sandbox.admin.post("/api/records/add", json={"type": "companies", "odd": odd}).json()["ids"][0]
    text = sandbox.api.get(f"/crm/v3/objects/companies/{made}", params={"properties": "address"}).text
    assert {"nul": "before\\u0000after", "surrogate": "half \\ud83d pair", "large": "x" * 3_000_000}[odd] in text
    page = sandbox.api.get("/crm/v3/objects/companies", params={"after": str(int(made) - 1), "properties": "address"})
    assert json.loads(page.text)["results"][0]["id"] == made
    sandbox.admin.post("/api/records/delete", json={"type": "companies", "ids": [made], "purge": True})


def test_changes_show_in_counts_and_in_a_search_by_date(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox(limits=False, scale=1000)
    before = sandbox.admin.get("/api/state").json()
    sandbox.admin.post("/api/records/add", json={"type": "contacts", "count": 5})
    changed = sandbox.admin.post("/api/records/change", json={"type": "contacts", "count": 10}).json()["ids"]
    gone = sandbox.admin.post("/api/records/delete", json={"type": "contacts", "count": 3}).json()["ids"]
    after = sandbox.admin.get("/api/state").json()["records"]["contacts"]
    assert after == before["records"]["contacts"] + 2
    since = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": before["now"]}
    body = {"filterGroups": [{"filters": [since]}], "limit": 200}
    found = {one["id"] for one in sandbox.api.post(f"{CONTACTS}/search", json=body).json()["results"]}
    assert set(changed) - set(gone) <= found
    assert not found & set(gone)


def test_reset_brings_the_seed_back(own_sandbox: Callable[..., Served]) -> None:
    sandbox = own_sandbox()
    seeded = sandbox.admin.get("/api/truth/contacts").text
    sandbox.admin.post("/api/records/change", json={"count": 5})
    assert sandbox.admin.get("/api/truth/contacts").text != seeded
    sandbox.admin.post("/api/reset")
    assert sandbox.admin.get("/api/truth/contacts").text == seeded


def test_same_seed_gives_the_same_records_and_another_seed_others(tmp_path: Path) -> None:
    def bodies(folder: str, seed: int) -> bytes:
        import sqlite3

        path = prepare(SandboxConfig(data_dir=tmp_path / folder, seed=seed, scale=300))
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT doc FROM records ORDER BY id").fetchall()
        connection.close()
        return b"".join(row[0] for row in rows)

    assert bodies("a", 1) == bodies("b", 1) != bodies("c", 2)


def test_existing_file_is_used_again(tmp_path: Path) -> None:
    config = SandboxConfig(data_dir=tmp_path, scale=100)
    made = prepare(config).stat().st_ino
    assert prepare(config).stat().st_ino == made


@pytest.mark.parametrize("scale", [1, 50, 1000, 50_000, 1_000_000])
def test_scale_is_the_number_of_live_records(scale: int) -> None:
    assert sum(plan_counts(scale).values()) == scale
    assert plan_counts(scale, ("contacts",)) == {"contacts": scale}


def test_admin_page_shows_counts_and_switches_faults_without_script(sandbox: Served) -> None:
    page = sandbox.admin.get("/").text
    assert "<script" not in page
    assert "contacts" in page
    sandbox.admin.post("/faults", data={"kind": "html_login", "count": "2", "path": "/deals"})
    assert sandbox.admin.get("/api/faults").json()["results"][0]["path"] == "/deals"
    added = sandbox.admin.post("/records", data={"type": "pets", "count": "2", "action": "add"})
    assert added.status_code == 303
    assert "2%20pets%20added" in added.headers["location"]
