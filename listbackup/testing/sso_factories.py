"""Rows of single sign-on for tests; below the other factories, so that tests of accounts may use them."""

from typing import Any

from accounts.models import Account
from accounts.sso.models import EmailDomain, IdentityProvider
from listbackup.core.clock import now
from listbackup.core.crypto import encrypt
from listbackup.core.ids import uuid7


def make_identity_provider(account: Account, **fields: Any) -> IdentityProvider:
    """OIDC, switched on; nothing answers at its issuer."""
    key = uuid7()
    values: dict[str, Any] = {
        "organization": account.organization,
        "kind": "oidc",
        "name": f"{account.name} Login",
        "slug": f"login-{key.hex[-12:]}",
        "settings": {"issuer": "https://login.invalid", "client_id": "listbackup"},
        "secret": encrypt("a secret"),
        "enabled": True,
    }
    return IdentityProvider.objects.create(id=key, account=account, **{**values, **fields})


def make_email_domain(account: Account, domain: str = "", **fields: Any) -> EmailDomain:
    """Verified; a name of its own unless one is given."""
    key = uuid7()
    values: dict[str, Any] = {"domain": domain or f"d{key.hex[-12:]}.test", "token": key.hex, "verified_at": now()}
    return EmailDomain.objects.create(id=key, organization=account.organization, **{**values, **fields})
