"""The demo organization: an agency, two customers of it, people, connections and sources."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.enums import Role, Via
from accounts.models import Account, Membership, Plan, User
from accounts.services.organizations import add_account, create_organization
from backups.models import Source
from backups.services.sources import create_source
from clients.enums import PersonStatus
from clients.models import Client
from clients.services.branding import update_branding
from clients.services.clients import create_client
from clients.services.grants import grant_account
from clients.services.people import invite, set_password
from domains.selectors.hosts import portal_url
from integrations.sandbox.config import DEFAULT_STATIC_TOKEN
from integrations.services.connections import create_connection

PASSWORD = "listbackup-demo"  # noqa: S105  printed at every start, on this machine only
AGENCY = "Brightside Agency"
CLIENT_PERSON = "paul@harbor.example"
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
    lines = [f"  {person.role.label:<7} {person.email}   password: {PASSWORD}" for person in PEOPLE]
    return [*lines, f"  Client  {CLIENT_PERSON}   password: {PASSWORD}   at {_share(users[0], agency)}"]


def _share(owner: User, agency: Account) -> str:
    """A client of the agency that sees one customer's account; the portal's address."""
    with entered(agency.organization), transaction.atomic():
        context = context_for(owner, agency.id, via=Via.COMMAND)
        if not Client.objects.visible_to(context).exists():
            update_branding(
                context, name="Brightside Care", colour="#1f4fa8", colour_dark="#9dbcf5",
                sign_in_text="Your practice's data, protected by Brightside.", support_email="care@brightside.example",
            )  # fmt: skip
            client = create_client(context, name=CUSTOMERS[0], contact_email=CLIENT_PERSON)
            grant_account(context, client, Account.objects.get(parent=agency, name=CUSTOMERS[0]).pk)
            paul = invite(context, client, email=CLIENT_PERSON, name="Paul Reed")
            set_password(paul, PASSWORD)  # without the rules, which refuse a word that stands in the README
            paul.status, paul.link_hash = PersonStatus.ACTIVE, ""
            paul.save()
        return portal_url(agency)


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
