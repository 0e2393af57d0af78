"""Who wraps the keys of accounts (local master key, KMS, the customer's KMS), and their rotation."""

import base64
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.errors import PermissionMissing
from backups.enums import JobState, KeyState
from backups.models import AccountKey, RecoveryKey
from backups.pipeline import run as pipeline
from backups.services.closing import erase_everything
from backups.services.keys import choose_holder, keyring_for_writing, keyring_of, recovery_key, rewrap, rotate
from backups.services.snapshots import verify_snapshot, view_of
from backups.services.storage import snapshot_blobs
from backups.store.errors import KeyUnavailable
from backups.store.format import keys_name
from backups.store.recovery import read_recovery_file, versions_in
from backups.tests.platform import Platform
from listbackup.core.errors import InvalidInput


def new_master() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@pytest.fixture
def kms(settings: Any, aws: str) -> Any:
    """A KMS; the client that its owners administer it with."""
    import boto3

    settings.KMS_ENDPOINT_URL = aws
    return boto3.client("kms", endpoint_url=settings.KMS_ENDPOINT_URL, region_name="us-east-1")


class _Refusal(BaseHTTPRequestHandler):
    """What KMS says for a key that its owner holds back; moto opens with disabled keys too."""

    def do_POST(self) -> None:
        body = b'{"__type": "AccessDeniedException", "message": "no"}'
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def refusing_kms() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def make_key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


def test_a_new_version_seals_what_follows_and_the_old_stays_readable(
    olga: Any, back_up: Any, platform: Platform
) -> None:
    platform.put("items", *range(6))
    first = back_up().snapshot
    text = recovery_key(olga)
    assert rotate(olga).version == 2
    platform.put("items", 3, name="changed")
    second = back_up().snapshot
    with view_of(second) as view:
        assert {segment.key_version for _, segment in view.manifest.segments()} == {1, 2}
    assert verify_snapshot(olga, first) == [] and verify_snapshot(olga, second) == []
    assert recovery_key(olga) == text, "a printed kit stays good"
    assert read_recovery_file(snapshot_blobs(), str(olga.account_id), text).versions == [1, 2]
    states = dict(AccountKey.objects.values_list("version", "state"))
    assert states == {1: KeyState.RETIRED, 2: KeyState.ACTIVE}
    assert Entry.objects.filter(action="key.rotated").count() == 1
    assert Entry.objects.filter(action="key.created").count() == 1


def test_c09_a_run_ends_under_the_key_it_began_with(
    olga: Any, back_up: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.put("items", *range(6))
    original = pipeline.open_reader

    def rotating(*args: Any, **options: Any) -> Any:
        rotate(olga)
        return original(*args, **options)

    monkeypatch.setattr(pipeline, "open_reader", rotating)
    job = back_up()
    monkeypatch.undo()
    assert job.state == JobState.SUCCEEDED
    with view_of(job.snapshot) as view:
        assert view.manifest.key_version == 1
    assert verify_snapshot(olga, job.snapshot) == []
    platform.put("items", 1, name="changed")
    with view_of(back_up().snapshot) as view:
        assert view.manifest.key_version == 2


def test_a_lost_or_old_keys_file_is_completed_before_anything_is_written(olga: Any, storage: Path) -> None:
    text, name = recovery_key(olga), keys_name(str(olga.account_id))
    old = snapshot_blobs().get(name)
    rotate(olga)
    snapshot_blobs().put(name, old)
    keyring_for_writing(olga.account)
    assert versions_in(snapshot_blobs(), str(olga.account_id)) == {1, 2}
    snapshot_blobs().put(name, b'{"keys": 5}')
    keyring_for_writing(olga.account)
    assert read_recovery_file(snapshot_blobs(), str(olga.account_id), text).versions == [1, 2]


def test_the_master_key_is_rotated_and_the_old_one_is_needed_no_more(
    olga: Any, tenant: Any, settings: Any, storage: Path, capsys: Any
) -> None:
    keyring_for_writing(tenant.north)
    text, ring, old = recovery_key(olga), keyring_of(olga.account), settings.MASTER_KEY
    settings.MASTER_KEY = f"{new_master()},{old}"
    call_command("rotate_keys", "--json")
    assert '"wrapped": 4' in capsys.readouterr().out, "a key and a recovery key of two accounts"
    call_command("rotate_keys", "--json")
    assert '"wrapped": 0' in capsys.readouterr().out, "again does nothing"
    settings.MASTER_KEY = settings.MASTER_KEY.split(",")[0]
    with entered(olga.account.organization):
        assert [key.key for key in keyring_of(olga.account)] == [key.key for key in ring]
        assert recovery_key(olga) == text and keyring_of(tenant.north).versions == [1]
        assert Entry.objects.filter(action="key.rewrapped").count() == 2


def test_from_the_master_key_to_kms_and_on_to_another_key(olga: Any, settings: Any, kms: Any, storage: Path) -> None:
    ring = keyring_for_writing(olga.account)
    settings.KMS_KEY_ID = make_key(kms)
    assert rewrap(olga) == 2
    settings.MASTER_KEY = new_master()
    assert [key.key for key in keyring_of(olga.account)] == [key.key for key in ring]
    settings.KMS_FORMER_KEY_IDS, settings.KMS_KEY_ID = settings.KMS_KEY_ID, make_key(kms)
    assert rewrap(olga) == 2 and rewrap(olga) == 0
    assert AccountKey.objects.get().provider == RecoveryKey.objects.get().provider == f"kms:{settings.KMS_KEY_ID}"


def test_kms_binds_a_key_to_its_account(olga: Any, tenant: Any, settings: Any, kms: Any, storage: Path) -> None:
    settings.KMS_KEY_ID = make_key(kms)
    keyring_for_writing(olga.account)
    keyring_for_writing(tenant.north)
    mine = AccountKey.objects.get(account=olga.account)
    AccountKey.objects.filter(account=tenant.north).update(wrapped=mine.wrapped)
    with pytest.raises(KeyUnavailable, match="of another account"):
        keyring_of(tenant.north)


def test_a_customer_holds_the_key_and_takes_it_away(
    olga: Any, back_up: Any, platform: Platform, kms: Any, settings: Any, refusing_kms: str
) -> None:
    platform.put("items", *range(4))
    good, arn = back_up(), make_key(kms)
    choose_holder(olga, f" {arn} ")
    assert {row.provider for row in [*AccountKey.objects.all(), *RecoveryKey.objects.all()]} == {f"kms:{arn}"}
    assert rotate(olga).provider == f"kms:{arn}", "new versions too"
    settings.MASTER_KEY = new_master()
    assert rewrap(olga) == 0, "what a customer holds is not ours to wrap"
    assert verify_snapshot(olga, good.snapshot) == []
    reachable, settings.KMS_ENDPOINT_URL = settings.KMS_ENDPOINT_URL, refusing_kms
    job = back_up()
    assert job.state in (JobState.FAILED, JobState.WAITING) and "KMS" in job.error_message and job.snapshot is None
    with pytest.raises(KeyUnavailable, match="not to be used"):
        recovery_key(olga)
    settings.KMS_ENDPOINT_URL = reachable
    assert verify_snapshot(olga, good.snapshot) == []
    choose_holder(olga, "")
    settings.KMS_ENDPOINT_URL = refusing_kms
    assert keyring_of(olga.account).versions == [1, 2]
    assert Entry.objects.filter(action="key.holder_changed").count() == 2


def test_a_key_that_does_not_let_us_changes_nothing(olga: Any, kms: Any, storage: Path) -> None:
    keyring_for_writing(olga.account)
    before = list(AccountKey.objects.values_list("provider", "wrapped"))
    missing = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(KeyUnavailable):
        choose_holder(olga, missing)
    for wrong in (
        "nonsense",
        "arn:aws:s3:::bucket",
        "arn:aws:kms:evil.host/:123456789012:key/1",
        f"{missing}\n{missing}",
    ):
        with pytest.raises(InvalidInput):
            choose_holder(olga, wrong)
    assert list(AccountKey.objects.values_list("provider", "wrapped")) == before
    assert not Entry.objects.filter(action="key.holder_changed").exists()


def test_a_key_service_that_is_down_is_said_without_harm(olga: Any, settings: Any, kms: Any, storage: Path) -> None:
    settings.KMS_KEY_ID = make_key(kms)
    keyring_for_writing(olga.account)
    settings.KMS_ENDPOINT_URL = "http://127.0.0.1:9"
    with pytest.raises(KeyUnavailable, match="cannot be reached"):
        keyring_of(olga.account)


@pytest.mark.parametrize("name", ["mia", "vera"])
def test_who_may_not(tenant: Any, storage: Path, name: str) -> None:
    context = tenant.context(getattr(tenant, name))
    for call in (lambda: rotate(context), lambda: choose_holder(context, "")):
        with pytest.raises(PermissionMissing):
            call()
    assert not AccountKey.objects.exists()


def test_erased_keys_do_not_come_back(olga: Any, storage: Path) -> None:
    keyring_for_writing(olga.account)
    rotate(olga)
    erase_everything(olga, olga.account)
    assert {bytes(row.wrapped) for row in AccountKey.objects.all()} == {b""}
    for call in (lambda: rotate(olga), lambda: keyring_for_writing(olga.account)):
        with pytest.raises(KeyUnavailable):
            call()


@pytest.mark.slow
def test_rotations_at_once_make_one_version_each(racing: Any, storage: Path) -> None:
    keyring_for_writing(racing.account)

    def turn() -> None:
        try:
            with entered(racing.account.organization):
                rotate(racing)
        finally:
            database.close()

    threads = [threading.Thread(target=turn) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mine = keyring_of(racing.account)
    assert mine.versions == [1, 2, 3, 4, 5]
    ring = read_recovery_file(snapshot_blobs(), str(racing.account_id), recovery_key(racing))
    assert [key.key for key in ring] == [key.key for key in mine]
    assert AccountKey.objects.filter(state=KeyState.ACTIVE).count() == 1
