"""The demo organization: an agency, two customers of it, people, connections and sources."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.enums import Role, Via
from accounts.models import Account, Membership, Plan, User
from accounts.services.organizations import add_account, create_organization
from backups.models import Source
from backups.services.sources import create_source
from integrations.sandbox.config import DEFAULT_STATIC_TOKEN
from integrations.services.connections import create_connection

PASSWORD = "listbackup-demo"  # noqa: S105  printed at every start, on this machine only
AGENCY = "Brightside Agency"
CUSTOMERS = ("Harbor Dental", "Northwind Outdoor")


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    role: Role


PEOPLE = (
    Person("olga@demo.example", "Olga Berg", Role.OWNER),
    Person("mia@demo.example", "Mia Lind", Role.MEMBER),
    Person("vera@demo.example", "Vera Holm", Role.VIEWER),
)


def make_user(person: Person) -> User:
    """The person with a verified address; found again at a second start."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, PASSWORD, name=person.name, time_zone="Europe/Berlin")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_demo() -> list[str]:
    """Creates what is missing and returns the lines to print."""
    users = [make_user(person) for person in PEOPLE]
    agency = Account.objects.filter(parent__isnull=True, memberships__user=users[0]).first()
    if agency is None:
        agency = create_organization(name=AGENCY, owner=users[0], time_zone="Europe/Berlin")
        agency.organization.plan = Plan.objects.get(code="agency")
        agency.organization.save(update_fields=["plan"])
        for user, person in zip(users[1:], PEOPLE[1:], strict=True):
            Membership.objects.create(user=user, account=agency, role=person.role)
    for name in CUSTOMERS:
        customer = Account.objects.filter(parent=agency, name=name).first()
        if customer is None:
            customer = add_account(
                organization=agency.organization, parent=agency, name=name, time_zone="Europe/Berlin"
            )
        _protect(users[0], customer)
    return [f"  {person.role.label:<7} {person.email}   password: {PASSWORD}" for person in PEOPLE]


def _protect(owner: User, account: Account) -> None:
    """Connects the imitated HubSpot and starts the first backup, once."""
    with entered(account.organization):
        context = context_for(owner, account.id, via=Via.COMMAND)
        if Source.objects.visible_to(context).exists():
            return
        connection = create_connection(
            context, platform="hubspot", name=f"{account.name} CRM", secrets={"access_token": DEFAULT_STATIC_TOKEN}
        )
        create_source(context, connection=connection, name=f"{account.name} HubSpot", schedule="hourly")
