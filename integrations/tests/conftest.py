"""The imitated platforms, and a connection made by key."""

import pytest

from integrations.services.platforms import sync_platforms
from listbackup.testing.sandbox import sandbox, sandbox_server

__all__ = ["sandbox", "sandbox_server"]


@pytest.fixture
def connected(tenant, sandbox):
    """Olga's connection to the sandbox by a private app's token, inside her organization."""
    from integrations.services.connections import create_connection

    sync_platforms()
    context = tenant.context(tenant.olga)
    return create_connection(context, platform="hubspot", secrets={"access_token": sandbox.static_token})


@pytest.fixture
def granted(tenant, sandbox):
    """Olga's connection to the sandbox by OAuth, inside her organization."""
    from integrations.oauth import flow

    url = flow.start(tenant.context(tenant.olga), platform="hubspot", session_key="session")
    return flow.finish(user=tenant.olga, session_key="session", platform="hubspot", params=sandbox.consent(url))
