"""Who may do what in an account, and where it comes from."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access.context import AccountContext
from accounts.models import Invitation, Membership, User


def members_of(context: AccountContext) -> QuerySet[Membership]:
    """Roles that hold on the context's account: its own and those of accounts above it, newest first."""
    factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return (
        Membership.objects.filter(account_id__in=context.account.ancestor_ids)
        .select_related("user", "account")
        .annotate(has_second_factor=Exists(factors))
        .order_by("-id")
    )


def people_below(context: AccountContext) -> QuerySet[User]:
    """Everybody with a role that holds on the context's account, or on one below it, by name."""
    above, below = Q(account_id__in=context.account.ancestor_ids), Q(account__path__startswith=context.account.path)
    return User.objects.filter(pk__in=Membership.objects.filter(above | below).values("user")).order_by("name", "email")


def open_invitations(context: AccountContext) -> QuerySet[Invitation]:
    """To the account itself (teams show their own), newest first."""
    return (
        Invitation.objects.live()
        .filter(account=context.account, team_id__isnull=True)
        .select_related("invited_by")
        .order_by("-id")
    )
