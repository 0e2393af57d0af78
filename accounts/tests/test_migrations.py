"""A release with a new migration, over organizations that exist."""

import pytest
from django.conf import settings

from accounts.access.schema import entered
from accounts.services import schemas
from listbackup.core.db import connection


@pytest.fixture
def next_release(people):
    """Settings of a release whose activity app has one migration more."""
    before = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {"activity": "listbackup.testing.next_migrations"}
    yield people
    settings.MIGRATION_MODULES = before


def columns(organization) -> set[str]:
    with entered(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            [organization.schema_name, "activity_entry"],
        )
        return {row[0] for row in cursor.fetchall()}


def test_migrate_tenants_then_organizations_replay_what_the_template_did(next_release):
    report = schemas.migrate_organizations()
    ours = {next_release.acme.organization.schema_name, next_release.other.organization.schema_name}
    assert ours <= set(report.replayed)
    assert "note" in columns(next_release.acme.organization)
    names = [settings.TEMPLATE_SCHEMA, *ours]
    assert len(set(schemas.fingerprints(names).values())) == 1


def test_migrate_tenants_after_a_kill_behind_the_template_then_finishes(next_release):
    schemas.migrate_template()  # the first run got this far
    report = schemas.migrate_organizations()
    assert next_release.acme.organization.schema_name in report.migrated
    assert "note" in columns(next_release.acme.organization)
