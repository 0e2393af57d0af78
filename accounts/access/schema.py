"""The one way to switch schemas."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import Organization
from listbackup.core.db import connection


@contextmanager
def entered(organization: Organization) -> Iterator[None]:
    """Runs the block in the organization's schema and returns to where it was, also after an error.

    django-tenants' own `with tenant:` keeps its stack in a list that all threads share: never use it.
    """
    previous = connection.tenant
    connection.set_tenant(organization)
    try:
        yield
    finally:
        connection.set_tenant(previous)


def leave() -> None:
    """Back to the public schema: at the end of every request, task and message."""
    connection.set_schema_to_public()


def in_tenant() -> bool:
    return connection.schema_name not in ("public", None)
