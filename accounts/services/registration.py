"""Sign-up: a person, their organization and its root account."""

from django.db import transaction

from accounts.models import Account, User
from accounts.services.organizations import create_organization


@transaction.atomic
def complete_registration(*, user: User, company: str, name: str = "", time_zone: str = "UTC") -> Account:
    """Gives a new user an organization of their own. The company's name falls back to the mail's domain."""
    if name:
        user.name = name
    user.time_zone = time_zone
    user.save(update_fields=["name", "time_zone"])
    fallback = user.email.split("@")[-1].split(".")[0].title() or "My company"
    return create_organization(name=company.strip() or fallback, owner=user, time_zone=time_zone)
