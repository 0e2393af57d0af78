"""The activity app's migrations with one more, for tests of `migrate_tenants`."""
