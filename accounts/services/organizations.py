"""New customers: organization, schema, root account, owner, in one transaction."""

from django.db import transaction
from django.utils.text import slugify

from accounts.activity import heads
from accounts.enums import Role
from accounts.models import Account, Membership, Organization, User
from accounts.plans import default_plan
from accounts.services.schemas import create_schema
from accounts.signals import organization_created
from listbackup.core.db import connection
from listbackup.core.ids import uuid7


@transaction.atomic
def create_organization(*, name: str, owner: User, time_zone: str = "UTC") -> Account:
    """Makes the organization and returns its root account."""
    connection.set_schema_to_public()
    key = uuid7()
    organization = Organization(id=key, name=name, schema_name=f"org_{key.hex}", plan=default_plan())
    organization.save()
    create_schema(organization.schema_name)
    heads.make(organization)
    root = add_account(organization=organization, parent=None, name=name, time_zone=time_zone)
    Membership.objects.create(user=owner, account=root, role=Role.OWNER)
    organization_created.send(sender=Organization, organization=organization, account=root)
    return root


def add_account(*, organization: Organization, parent: Account | None, name: str, time_zone: str = "UTC") -> Account:
    """A node of the tree below `parent`, or the root."""
    key = uuid7()
    return Account.objects.create(
        id=key,
        organization=organization,
        parent=parent,
        path=f"{parent.path if parent else ''}{key}/",
        level=parent.level + 1 if parent else 0,
        name=name,
        slug=free_slug(name),
        time_zone=time_zone,
    )


def free_slug(name: str) -> str:
    """A slug that no account has: the name's, with a number when taken."""
    base = slugify(name)[:60] or "account"
    taken = set(Account.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
