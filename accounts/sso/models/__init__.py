from accounts.sso.models.email_domain import EmailDomain
from accounts.sso.models.identity_provider import IdentityProvider

__all__ = ["EmailDomain", "IdentityProvider"]
