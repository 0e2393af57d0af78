"""A platform is one folder: one that appears is in the catalogue, has its page and its operations, and is read."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.access.schema import entered
from integrations.connector import registry
from integrations.models import Connection
from integrations.services.readers import open_reader
from listbackup.testing.web_server import Asked, WebServer, serving

MANIFEST = """
manifest: 1
key: teapots
name: Teapots
category: crm
description: Pots, and what was poured.
base_url: https://api.teapots.test
auth: [{kind: bearer, secret: access_token, label: Key}]
check: {request: {path: /me}, account_id: id, account_label: name}
streams:
  pots: {label: Pots, request: {path: /pots}, records: pots, key: id, page: {kind: number, param: page}, deletions: {sweep: true}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The platforms' folder with one more in it."""
    for own in registry.FOLDER.glob("*/manifest.yaml"):
        (tmp_path / own.parent.name).mkdir()
        shutil.copy(own, tmp_path / own.parent.name)
    (tmp_path / "teapots").mkdir()
    (tmp_path / "teapots" / "manifest.yaml").write_text(MANIFEST)
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    registry.platforms.cache_clear()
    yield tmp_path
    registry.platforms.cache_clear()


@pytest.fixture
def teapots(settings: Any) -> Iterator[WebServer]:
    def answer(asked: Asked) -> Any:
        if asked.path == "/me":
            return {"id": "t1", "name": "Tea House"}
        return {"pots": [{"id": number} for number in (1, 2, 3)] if asked.query["page"] == "1" else []}

    with serving(answer) as server:
        settings.PLATFORM_HOSTS = {"api.teapots.test": server.url}
        yield server


@pytest.mark.django_db
def test_folder_that_appears_then_offered_connected_and_read(
    people: Any, folder: Path, teapots: WebServer, client: Client
) -> None:
    client.force_login(people.olga)
    assert "Teapots" in client.get("/platforms/").content.decode()
    page = client.get("/platforms/teapots/").content.decode()
    assert "Pots" in page and "by listing all" in page
    api = APIClient()
    api.force_authenticate(people.olga)
    api.credentials(HTTP_X_ACCOUNT_CONTEXT=str(people.acme.pk))
    assert "teapots" in {one["id"] for one in api.get("/api/v1/platforms").json()["results"]}
    made = api.post("/api/v1/connections", {"platform": "teapots", "secrets": {"access_token": "k"}}, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["external_label"] == "Tea House"
    with entered(people.acme.organization), open_reader(Connection.objects.get(pk=made.json()["id"])) as reader:
        assert [record.key for page in reader.read("pots") for record in page.records] == ["1", "2", "3"]


def test_folder_whose_manifest_has_another_name_then_the_start_is_refused(folder: Path) -> None:
    (folder / "teapots").rename(folder / "kettles")
    with pytest.raises(registry.ManifestError):
        registry.platforms()
