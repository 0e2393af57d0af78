"""Who asks, for which account, with which role."""

from dataclasses import dataclass
from uuid import UUID

from accounts.access.guests import Guest
from accounts.enums import Role, Via
from accounts.models import Account, Organization, User


@dataclass(frozen=True, slots=True)
class AccountContext:
    """The one value that services, selectors and rules take. `user` is None for the system itself."""

    account: Account
    organization: Organization
    role: Role
    user: User | None = None
    via: Via = Via.SESSION
    ip: str | None = None
    scopes: frozenset[str] | None = None  # of an API token; None: whatever the role allows
    guest: Guest | None = None  # somebody outside, for whom what was shared counts instead of the role

    @property
    def account_id(self) -> UUID:
        return self.account.id

    @property
    def schema_name(self) -> str:
        return str(self.organization.schema_name)

    @property
    def actor_label(self) -> str:
        if self.guest is not None:
            return self.guest.label
        return self.user.get_full_name() if self.user else "ListBackup"
