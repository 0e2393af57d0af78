"""Who hears about trouble in an account."""

from uuid import UUID

from django.db.models import Q

from accounts.enums import MembershipStatus, Role
from accounts.models import Account, User


def people_to_warn(account: Account, *, also: UUID | None = None) -> list[User]:
    """Owners and admins of the account and of what is above it, and the member `also`: each active person once."""
    wanted = Q(memberships__role__in=[Role.OWNER, Role.ADMIN])
    if also is not None:
        wanted |= Q(pk=also)
    return list(
        User.objects.filter(
            wanted,
            is_active=True,
            memberships__account_id__in=account.ancestor_ids,
            memberships__status=MembershipStatus.ACTIVE,
        )
        .distinct()
        .order_by("id")
    )
