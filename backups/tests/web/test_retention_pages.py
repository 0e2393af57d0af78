"""Retention, holds and deleted sources: pages and API."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.access.schema import entered, leave
from backups.models import Hold, Snapshot, Source
from listbackup.core.clock import now


@pytest.fixture
def rows(source: Source) -> tuple[Source, list[Snapshot]]:
    """Four snapshots without objects behind them."""
    snapshots = [
        Snapshot.objects.create(
            account=source.account,
            source=source,
            number=number,
            taken_at=now(),
            manifest_name=f"{number}/metadata.json",
        )
        for number in range(1, 5)
    ]
    source.last_snapshot = snapshots[-1]
    source.save()
    leave()
    return source, snapshots


@pytest.fixture
def marks(tenant: Any) -> Callable[[], int]:
    """How many snapshots are to be removed."""

    def count() -> int:
        with entered(tenant.acme.organization):
            return Snapshot.objects.filter(delete_at__isnull=False).count()

    return count


@pytest.fixture
def policy(tenant: Any, rows: Any) -> Callable[[], str]:
    def text() -> str:
        with entered(tenant.acme.organization):
            return str(Source.objects.get(pk=rows[0].pk).retention)

    return text


@pytest.fixture
def page(client: Any, tenant: Any) -> Any:
    client.force_login(tenant.olga)
    return client


def test_rules_are_shown_before_they_are_saved(page: Any, rows: Any, policy: Callable[[], str]) -> None:
    source, _ = rows
    url = reverse("sources:retention", args=[source.pk])
    assert "Every snapshot, for ever." in page.get(url).content.decode()
    shown = page.post(url, {"keep": "rules", "last": "1", "preview": "1"}).content.decode()
    assert "With these rules" in shown and "#1, #2, #3" in shown
    assert policy() == ""
    page.post(url, {"keep": "rules", "last": "1"})
    assert policy() == "last=1"
    text = page.get(url).content.decode()
    assert "The last snapshot." in text and text.count("Retention</td>") == 3
    back = page.post(url, {"keep": "account", "preview": "1"}).content.decode()
    assert "#1" not in back.split("To be removed")[0]


@pytest.mark.parametrize(
    "given", [{}, {"keep": "rules"}, {"keep": "rules", "days": "-1"}, {"keep": "rules", "days": "x"}, {"keep": "no"}]
)
def test_rules_that_say_nothing_are_refused(
    page: Any, rows: Any, marks: Callable[[], int], given: dict[str, str]
) -> None:
    url = reverse("sources:retention", args=[rows[0].pk])
    assert page.post(url, given).status_code == 400
    assert marks() == 0


def test_a_snapshot_is_deleted_and_kept_after_all(page: Any, rows: Any, marks: Callable[[], int]) -> None:
    source, snapshots = rows
    page.post(reverse("snapshots:delete", args=[snapshots[0].pk]))
    listed = page.get(reverse("sources:snapshots", args=[source.pk])).content.decode()
    assert (
        marks() == 1 and listed.count(">removed ") == 1 and reverse("snapshots:keep", args=[snapshots[0].pk]) in listed
    )
    page.post(reverse("snapshots:keep", args=[snapshots[0].pk]))
    assert marks() == 0
    assert page.post(reverse("snapshots:delete", args=[snapshots[3].pk])).status_code == 409


def test_holds_are_placed_and_released(page: Any, rows: Any, tenant: Any) -> None:
    source, snapshots = rows
    page.post(reverse("sources:hold", args=[source.pk]), {"on": str(snapshots[1].pk), "reason": "Case 4"})
    page.post(reverse("sources:hold", args=[source.pk]), {"on": "", "reason": "Case 5"})
    page.post(reverse("holds:list"), {"reason": "Audit"})
    assert page.post(reverse("holds:list"), {"reason": ""}).status_code == 400
    listed = page.get(reverse("holds:list")).content.decode()
    assert all(reason in listed for reason in ("Case 4", "Case 5", "Audit"))
    tab = page.get(reverse("sources:retention", args=[source.pk])).content.decode()
    assert tab.count("Release</button>") == 3
    with entered(tenant.acme.organization):
        placed = list(Hold.objects.values_list("pk", flat=True))
    for pk in placed:
        page.post(reverse("holds:release", args=[pk]))
    assert "Release</button>" not in page.get(reverse("sources:retention", args=[source.pk])).content.decode()
    assert page.get(reverse("holds:list")).content.decode().count("Released") >= 3


def test_a_deleted_source_is_brought_back(page: Any, rows: Any) -> None:
    source, _ = rows
    page.post(reverse("sources:delete", args=[source.pk]), {"typed": source.name, "erase": "on"})
    listed = page.get(reverse("sources:deleted")).content.decode()
    assert source.name in listed and "Kept" not in listed.split("<tbody>")[1]
    page.post(reverse("sources:bring-back", args=[source.pk]))
    assert page.get(reverse("sources:detail", args=[source.pk])).status_code == 200
    assert "No deleted sources" in page.get(reverse("sources:deleted")).content.decode()


def test_the_api_does_the_same(page: Any, rows: Any) -> None:
    source, snapshots = rows
    base = f"/api/v1/sources/{source.pk}"
    found = page.get(f"{base}/retention", {"policy": "last=1"}).json()
    assert found["policy"] == "last=1" and found["outlook"][0]["gone"] == [1, 2, 3] and not found["own"]
    assert page.get(f"{base}/retention", {"policy": "soon"}).status_code == 400
    put = page.put(f"{base}/retention", {"policy": "last=2"}, content_type="application/json")
    assert put.json()["own"] and put.json()["words"] == "the last 2 snapshots"
    patched = page.patch(base, {"retention": "last=1"}, content_type="application/json")
    assert patched.json()["retention"] == "last=1"
    rows_ = page.get(f"{base}/snapshots").json()["results"]
    assert [bool(row["delete_at"]) for row in rows_] == [False, True, True, True]
    hold = page.post(
        "/api/v1/holds", {"reason": "Case", "snapshot": str(snapshots[0].pk)}, content_type="application/json"
    )
    assert hold.status_code == 201 and hold.json()["snapshot"] == str(snapshots[0].pk)
    assert page.get(f"/api/v1/snapshots/{snapshots[0].pk}").json()["delete_at"] is None
    refused = page.delete(f"/api/v1/snapshots/{snapshots[0].pk}")
    assert refused.status_code == 409 and refused.json()["code"] == "hold.in_place"
    assert page.delete(f"/api/v1/holds/{hold.json()['id']}").json()["released_at"]
    assert page.delete(f"/api/v1/snapshots/{snapshots[0].pk}").json()["delete_by"] == "hand"
    assert page.post(f"/api/v1/snapshots/{snapshots[0].pk}/keep").json()["delete_at"] is None


def test_times_are_in_utc_wherever_the_person_lives(page: Any, rows: Any, tenant: Any) -> None:
    tenant.olga.time_zone = "Asia/Tokyo"
    tenant.olga.save()
    source, snapshots = rows
    found = page.get(f"/api/v1/sources/{source.pk}/snapshots").json()["results"]
    told = dt.datetime.fromisoformat(found[-1]["taken_at"])
    assert abs(told - snapshots[0].taken_at) < dt.timedelta(seconds=1)
