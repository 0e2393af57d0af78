"""New organizations and the schemas they get."""

import pytest

from accounts.access.schema import entered
from accounts.activity.models import Entry
from accounts.activity.services import record
from accounts.errors import NoTenant
from accounts.models import Account
from accounts.services.schemas import fingerprints, migrate_tenants
from listbackup.core.db import connection


def test_create_organization_then_schema_holds_what_migrations_make(people):
    schema = people.acme.organization.schema_name
    found = fingerprints([schema, "lb_template_schema"])
    assert found[schema] == found["lb_template_schema"] != ""


def test_query_without_tenant_then_raises(people):
    with pytest.raises(NoTenant):
        list(Entry.objects.all())


def test_entered_then_leaves_no_schema_behind_after_an_error(people):
    with pytest.raises(RuntimeError), entered(people.acme.organization):
        raise RuntimeError("boom")
    assert connection.schema_name == "public"


def test_visible_to_shows_the_subtree_and_nothing_beside_it(tenant):
    for account, user in ((tenant.acme, tenant.olga), (tenant.north, tenant.olga), (tenant.south, tenant.olga)):
        record(tenant.context(user, account), "test.done", label=account.name)
    north = tenant.context(tenant.nora)
    assert [entry.object_label for entry in Entry.objects.visible_to(north)] == ["North"]
    assert Entry.objects.visible_to(tenant.context(tenant.olga, tenant.acme)).count() == 3


def test_other_organization_sees_nothing(people):
    with entered(people.acme.organization):
        record(people.context(people.olga), "test.done")
    with entered(people.other.organization):
        assert Entry.objects.count() == 0


def test_tree_then_paths_nest(people):
    assert people.north.path == f"{people.acme.path}{people.north.id}/"
    assert Account.objects.filter(path__startswith=people.acme.path).count() == 3


def test_migrate_tenants_then_nothing_to_do(people):
    report = migrate_tenants()
    assert people.acme.organization.schema_name in report.up_to_date
    assert not report.migrated and not report.replayed
