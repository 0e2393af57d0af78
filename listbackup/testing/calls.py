"""Requests of tests that stand in an organization."""

from typing import Any

from accounts.access.schema import leave
from listbackup.core.db import connection


def called(call: Any, *arguments: Any, **options: Any) -> Any:
    """The answer of a request that begins outside of any organization, as all do; the test stays where it was."""
    before = connection.tenant
    leave()
    try:
        return call(*arguments, **options)
    finally:
        connection.set_tenant(before)
