from accounts.models.account import Account
from accounts.models.idempotency import IdempotencyKey
from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.schema_template import SchemaTemplate
from accounts.models.user import User

__all__ = ["Account", "IdempotencyKey", "Membership", "Organization", "SchemaTemplate", "User"]
