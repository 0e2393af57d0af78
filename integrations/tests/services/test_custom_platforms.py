"""Custom platforms as services: what is kept, where secrets may go, which limits are shared."""

import importlib

import pytest
from django.db import connection as database

from accounts.activity.models import Entry
from integrations.errors import ManifestInvalid, SecretsInvalid, SecretsWouldMove
from integrations.models import Connection, CustomPlatform, CustomPlatformVersion
from integrations.selectors.custom_platforms import custom_platforms_of, usable_custom_platforms
from integrations.services.connections import create_connection, update_connection
from integrations.services.credentials import unseal
from integrations.services.custom_platforms import change_custom_platform, create_custom_platform
from integrations.services.live_check import check_live
from integrations.services.manifests import parse
from integrations.services.readers import limit_scope

CRM = """\
manifest: 1
key: crm
name: Our CRM
base_url: "https://{config.host}"
config: {host: {label: Host, default: api.hubapi.com, required: false}}
auth: [{kind: bearer, secret: api_key}]
streams:
  people:
    request: {path: /crm/v3/objects/contacts}
    records: results
    key: id
    page: {kind: cursor, param: after, next: paging.next.after}
  tasks:
    request: {path: "/crm/v3/objects/contacts/{parent.id}"}
    records_as: one
    key: id
    parent: {stream: people, mode: each}
"""


def test_manifest_sent_with_a_connection_then_kept_in_versions_like_one_that_was_typed(tenant, sandbox):
    context = tenant.context(tenant.olga)
    for text in (CRM, CRM, CRM + "# more\n"):
        create_connection(context, platform="custom", secrets={"api_key": sandbox.static_token}, manifest=text)
    custom = CustomPlatform.objects.get()
    assert [one.manifest for one in custom.versions.order_by("number")] == [CRM, CRM + "# more\n"]
    moved = CRM.replace("https://", "http://")
    with pytest.raises(SecretsWouldMove):
        create_connection(context, platform="custom", secrets={"api_key": sandbox.static_token}, manifest=moved)
    assert Entry.objects.filter(action="custom_platform.changed").count() == 1


def test_same_text_then_no_version_more(tenant):
    context = tenant.context(tenant.olga)
    made = create_custom_platform(context, text=CRM)
    assert change_custom_platform(context, made, text=CRM, based_on=1).version == 1
    assert CustomPlatformVersion.objects.count() == 1
    with pytest.raises(ManifestInvalid) as caught:
        create_custom_platform(context, text=CRM)
    assert (caught.value.problems[0].line, caught.value.problems[0].path) == (2, "key")


def test_tree_then_used_below_changed_from_above_and_nothing_beside(tenant):
    north = tenant.context(tenant.olga, tenant.north)
    create_custom_platform(north, text=CRM)
    root, south = tenant.context(tenant.olga), tenant.context(tenant.olga, tenant.south)
    assert [usable_custom_platforms(one).count() for one in (root, north, south)] == [0, 1, 0]
    assert [custom_platforms_of(one).count() for one in (root, north, south)] == [1, 1, 0]


def test_other_address_by_configuration_then_the_stored_secret_does_not_go_there(tenant, sandbox):
    context = tenant.context(tenant.olga)
    secrets = {"api_key": sandbox.static_token}
    made = create_connection(context, platform="custom", secrets=secrets, manifest=CRM)
    with pytest.raises(SecretsInvalid):
        update_connection(context, made, config={"host": "collector.example.com"})
    assert update_connection(context, made, config={"host": "api.hubapi.com"}).config == {"host": "api.hubapi.com"}
    assert unseal(Connection.objects.get()) == secrets


def test_limits_then_of_the_custom_platform_whatever_it_calls_itself(tenant):
    context = tenant.context(tenant.olga)
    custom = create_custom_platform(context, text=CRM)
    found = Connection(account=tenant.acme, platform="custom", custom_platform=custom, external_id="147893286")
    assert limit_scope(found) == f"custom:{custom.pk}:147893286"


def test_live_check_then_children_are_read_with_their_parents_and_samples_hold_no_secret(tenant, sandbox):
    found = check_live(parse(CRM), secrets={"api_key": sandbox.static_token}, config={})
    assert {one.name: one.state for one in found.streams} == {"people": "succeeded", "tasks": "succeeded"}
    people = found.streams[0]
    assert people.records == 10 and people.more and people.first_key in sandbox.truth("contacts")
    assert sandbox.static_token not in str(found)


def test_rows_from_before_versions_then_become_their_first_saved_version(tenant):
    migration = importlib.import_module("integrations.migrations.0002_custom_platform_versions")
    old = CustomPlatform.objects.create(account=tenant.acme, key="old", name="Old", manifest=CRM, version=4)
    with database.cursor() as cursor:
        cursor.execute(migration.KEEP)
    kept = old.versions.get()
    assert (kept.number, kept.manifest, kept.account_id) == (4, CRM, tenant.acme.pk)
