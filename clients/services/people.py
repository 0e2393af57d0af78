"""People of a client: invited, let in, suspended, removed."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.services.hierarchy import check_time_zone
from accounts.services.invitations import checked_address
from clients.enums import ClientStatus, LinkPurpose, PersonStatus
from clients.errors import ClientArchived, PersonTaken
from clients.models import Client, ClientPerson, PortalSession
from clients.services import links
from clients.services.clients import lock
from listbackup.core.errors import InvalidInput, TooMany
from listbackup.core.limits import count_try
from listbackup.core.text import one_line, paragraphs

MOST_PEOPLE = 200  # of one client
MOST_MAILS = 5  # to one person in an hour
TRIES = 10  # of the present password, in five minutes


@transaction.atomic
def invite(context: AccountContext, client: Client, *, email: str, name: str = "", message: str = "") -> ClientPerson:
    """Mails a link to the portal. Somebody who was invited before gets a new one; the old one is dead.

    Raises InvalidInput, PersonTaken for an address that signs in here already, ClientArchived, TooMany.
    """
    locked = lock(client)
    if locked.status != ClientStatus.ACTIVE:
        raise ClientArchived(
            f"{locked.name} is {locked.get_status_display().lower()}.", remedy="Let it in again first."
        )
    address = checked_address(email)
    person = ClientPerson.objects.filter(account=locked.account, email__iexact=address).first()
    if person is not None and (person.client_id != locked.pk or person.status != PersonStatus.INVITED):
        raise PersonTaken(
            f"{address} can sign in to this portal already.", fields={"email": ["This address is taken."]}
        )
    if person is None:
        if ClientPerson.objects.filter(client=locked).count() >= MOST_PEOPLE:
            raise TooMany(f"A client has {MOST_PEOPLE} people at most.", remedy="Remove somebody first.")
        person = _made(locked, address, name, context)
    slow_down(person)
    person.client, person.account = locked, locked.account
    links.mail_link(person, LinkPurpose.INVITATION, message=paragraphs(message, 500), inviter=_inviter(context))
    record(context, "client.person_invited", locked, person=address)
    return person


@transaction.atomic
def accept(person: ClientPerson, *, name: str, password: str) -> ClientPerson:
    """What an invitation's form, or that of a new password, does; the link is used up. Raises LinkGone, InvalidInput."""
    check_password_rules(password, person)
    links.take(person)
    person.name = one_line(name, 150) or person.name
    set_password(person, password)
    person.status = PersonStatus.ACTIVE
    person.save(update_fields=["name", "status", "updated_at"])
    return person


def set_password(person: ClientPerson, password: str, *, keep: PortalSession | None = None) -> None:
    """Ends all other sign-ins of the person. The rules were checked before."""
    person.password = make_password(password)
    person.save(update_fields=["password", "updated_at"])
    others = PortalSession.objects.filter(person=person)
    (others.exclude(pk=keep.pk) if keep is not None else others).delete()


@transaction.atomic
def change_password(context: AccountContext, session: PortalSession, *, current: str, password: str) -> None:
    """The person's own, who knows the present one where there is one; other sign-ins end. Raises InvalidInput, TooMany."""
    person = session.person
    if person is None:
        raise TypeError("a preview has no password")
    count_try(f"portal-password:{person.pk}", TRIES, 300)
    if person.password and not person.knows(current):
        raise InvalidInput("Not changed.", fields={"current": ["That is not your present password."]})
    check_password_rules(password, person)
    set_password(person, password, keep=session)
    record(context, "portal.password_changed", person.client)


def check_password_rules(password: str, person: ClientPerson) -> None:
    """The same as for members. Raises InvalidInput."""
    user: Any = person  # it reads the address alone
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput("Choose another password.", fields={"password": list(error.messages)}) from None


@transaction.atomic
def set_suspended(context: AccountContext, person: ClientPerson, *, suspended: bool) -> ClientPerson:
    """One person out, or in again, whatever the client. Ends their sign-ins and their open link."""
    if suspended:
        person.status, person.link_hash = PersonStatus.SUSPENDED, ""
    else:
        person.status = PersonStatus.ACTIVE if person.password or person.last_sign_in_at else PersonStatus.INVITED
    person.save(update_fields=["status", "link_hash", "updated_at"])
    if suspended:
        PortalSession.objects.filter(person=person).delete()
    record(
        context,
        "client.person_suspended" if suspended else "client.person_reactivated",
        person.client,
        person=person.email,
    )
    return person


@transaction.atomic
def remove(context: AccountContext, person: ClientPerson) -> None:
    """Their sign-ins end; what the log says of them stays."""
    record(context, "client.person_removed", person.client, person=person.email)
    person.delete()


@transaction.atomic
def update_profile(person: ClientPerson, *, name: str | None = None, time_zone: str | None = None) -> ClientPerson:
    """The person's own. Raises InvalidInput."""
    if name is not None:
        person.name = one_line(name, 150)
    if time_zone is not None:
        person.time_zone = check_time_zone(time_zone) if time_zone else ""
    person.save(update_fields=["name", "time_zone", "updated_at"])
    return person


def slow_down(person: ClientPerson) -> None:
    """At most `MOST_MAILS` an hour go to one person. Raises TooMany."""
    count_try(f"portal-mails:{person.pk}", MOST_MAILS, 3600, what="Many mails went to this address in the last hour.")


def _made(client: Client, address: str, name: str, context: AccountContext) -> ClientPerson:
    try:
        with transaction.atomic():
            return ClientPerson.objects.create(  # type: ignore[no-any-return]
                account=client.account,
                client=client,
                email=address,
                name=one_line(name, 150),
                invited_by=context.user,
            )
    except IntegrityError:
        raise PersonTaken(
            f"{address} can sign in to this portal already.", fields={"email": ["This address is taken."]}
        ) from None


def _inviter(context: AccountContext) -> str:
    return context.actor_label if context.user is None else context.user.get_full_name()
