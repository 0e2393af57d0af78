"""People of a client: invited, let in, suspended, removed."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from clients.enums import ClientStatus, LinkPurpose, PersonStatus
from clients.errors import ClientArchived, PersonTaken
from clients.models import Client, ClientPerson, PortalSession
from clients.services import links
from clients.services.clients import clean_address, clean_line, clean_text, lock
from listbackup.core.clock import zone_of
from listbackup.core.errors import InvalidInput, TooMany

MOST_PEOPLE = 200  # of one client
MOST_MAILS = 5  # to one person in an hour


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
    address = clean_address(email)
    person = ClientPerson.objects.filter(account=locked.account, email__iexact=address).first()
    if person is not None and (person.client_id != locked.pk or person.status != PersonStatus.INVITED):
        raise PersonTaken(
            f"{address} can sign in to this portal already.", fields={"email": ["This address is taken."]}
        )
    if person is None:
        if ClientPerson.objects.filter(client=locked).count() >= MOST_PEOPLE:
            raise TooMany(f"A client has {MOST_PEOPLE} people at most.", remedy="Remove somebody first.")
        person = _made(locked, address, name, context)
    _slow_down(person)
    person.client, person.account = locked, locked.account
    links.mail_link(person, LinkPurpose.INVITATION, message=clean_text(message, 500), inviter=_inviter(context))
    record(context, "client.person_invited", locked, person=address)
    return person


@transaction.atomic
def accept(person: ClientPerson, *, name: str, password: str) -> ClientPerson:
    """What an invitation's form, or that of a new password, does; the link is used up. Raises LinkGone, InvalidInput."""
    check_password_rules(password, person)
    links.take(person)
    person.name = clean_line(name, 150) or person.name
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


def check_password_rules(password: str, person: ClientPerson, field: str = "password") -> None:
    """Raises InvalidInput."""
    try:
        validate_password(password, None)
    except ValidationError as error:
        raise InvalidInput("Choose another password.", fields={field: list(error.messages)}) from None
    parts = {person.email.partition("@")[0].casefold(), person.email.casefold(), (person.name or "-").casefold()}
    if password.casefold() in parts:
        raise InvalidInput("Choose another password.", fields={field: ["It is too close to your name or address."]})


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
        person.name = clean_line(name, 150)
    if time_zone is not None:
        if time_zone and str(zone_of(time_zone)) != time_zone:
            raise InvalidInput("There is no such time zone.", fields={"time_zone": ["Choose one of the list."]})
        person.time_zone = time_zone
    person.save(update_fields=["name", "time_zone", "updated_at"])
    return person


def slow_down(person: ClientPerson) -> None:
    _slow_down(person)


def _made(client: Client, address: str, name: str, context: AccountContext) -> ClientPerson:
    try:
        with transaction.atomic():
            return ClientPerson.objects.create(  # type: ignore[no-any-return]
                account=client.account,
                client=client,
                email=address,
                name=clean_line(name, 150),
                invited_by=context.user,
            )
    except IntegrityError:
        raise PersonTaken(
            f"{address} can sign in to this portal already.", fields={"email": ["This address is taken."]}
        ) from None


def _inviter(context: AccountContext) -> str:
    return context.actor_label if context.user is None else context.user.get_full_name()


def _slow_down(person: ClientPerson) -> None:
    from django.core.cache import cache

    key = f"portal-mails:{person.pk}"
    cache.add(key, 0, 3600)
    if cache.incr(key) > MOST_MAILS:
        raise TooMany("Many mails went to this address in the last hour.", remedy="Wait an hour.", retry_after=3600)
