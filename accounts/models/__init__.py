from accounts.models.account import Account
from accounts.models.activity_head import ActivityHead
from accounts.models.api_token import ApiToken
from accounts.models.idempotency import IdempotencyKey
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.picture import Picture
from accounts.models.plan import Plan
from accounts.models.schema_template import SchemaTemplate
from accounts.models.user import User

__all__ = [
    "Account",
    "ActivityHead",
    "ApiToken",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "Organization",
    "Picture",
    "Plan",
    "SchemaTemplate",
    "User",
]
