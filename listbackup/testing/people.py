"""The people of the tests: their names are the story.

Olga owns the organization, Adam is an admin, Mia a member, Vera a viewer of it; Eve owns another organization.
"""

from dataclasses import dataclass

from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.enums import Role, Via
from accounts.models import Account, Membership, User
from accounts.services.organizations import add_account, create_organization

PASSWORD = "correct horse battery"


@dataclass
class People:
    """Two organizations: Acme (root, children North and South) and Eve's Other."""

    olga: User
    adam: User
    mia: User
    vera: User
    nora: User  # member of the child account North only
    eve: User
    acme: Account
    north: Account
    south: Account
    other: Account

    def context(self, user: User, account: Account | None = None, via: Via = Via.SESSION) -> AccountContext:
        return context_for(user, account.id if account else None, via=via)


def make_user(name: str) -> User:
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(f"{name.lower()}@example.com", PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_people() -> People:
    """Creates everybody; costs about 0.2 s (two schemas)."""
    users = {name: make_user(name) for name in ("Olga", "Adam", "Mia", "Vera", "Nora", "Eve")}
    acme = create_organization(name="Acme", owner=users["Olga"])
    other = create_organization(name="Other", owner=users["Eve"])
    north = add_account(organization=acme.organization, parent=acme, name="North")
    south = add_account(organization=acme.organization, parent=acme, name="South")
    for name, role in (("Adam", Role.ADMIN), ("Mia", Role.MEMBER), ("Vera", Role.VIEWER)):
        Membership.objects.create(user=users[name], account=acme, role=role)
    Membership.objects.create(user=users["Nora"], account=north, role=Role.MEMBER)
    return People(
        **{name.lower(): user for name, user in users.items()}, acme=acme, north=north, south=south, other=other
    )
