"""Signing in to a portal: by password and code, or by a mailed link. Nothing tells whether an address is known."""

from django.core.cache import cache
from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity import origin
from accounts.activity.services import record
from accounts.models import Account
from clients.enums import LinkPurpose, PersonStatus
from clients.errors import CodeNeeded, LinkGone, SignInRefused
from clients.models import Client, ClientPerson, PortalSession
from clients.selectors.access import guest_context
from clients.services import links, people, second_factor
from clients.services.sessions import open_session
from listbackup.core.clock import now
from listbackup.core.crypto import digest
from listbackup.core.errors import TooMany

TRIES, WINDOW = 10, 300  # wrong passwords or codes of one address in that many seconds
TRIES_OF_A_NET = 60  # and from one place
QUIET = 60  # seconds between two entries of the log about the same failing


def sign_in(
    account: Account, *, email: str, password: str, code: str = "", host: str = ""
) -> tuple[PortalSession, str]:
    """(sign-in, its secret). With a second factor `code` must be right too.

    Raises SignInRefused, CodeNeeded, TooMany.
    """
    address = email.replace("\0", "").strip().lower()
    _slow_down(account, address)
    person = _person(account, address)
    knows = (person or ClientPerson()).knows(password)
    if person is None or not knows:
        _note_failure(person)
        raise SignInRefused("The address or the password is wrong.")
    if person.has_second_factor and not second_factor.is_right(person, code):
        if code:
            _note_failure(person)
        raise CodeNeeded("That code is not right." if code else "Type the code of your authenticator app.")
    cache.delete(_key(account, address))
    return _let_in(person, host, by="password")


def send_link(account: Account, email: str) -> None:
    """Mails a link that signs in; somebody invited gets the invitation again, anybody else nothing. Raises TooMany."""
    address = email.replace("\0", "").strip().lower()
    _slow_down(account, address)
    _mail(account, address, LinkPurpose.SIGN_IN)


def send_password_link(account: Account, email: str) -> None:
    """The same for choosing a new password. Raises TooMany."""
    address = email.replace("\0", "").strip().lower()
    _slow_down(account, address)
    _mail(account, address, LinkPurpose.PASSWORD)


def use_link(person: ClientPerson, *, code: str = "", host: str = "") -> tuple[PortalSession, str]:
    """Signs in by a link of `links.find`. A second factor is asked for here too. Raises LinkGone, CodeNeeded, TooMany."""
    if person.link_purpose != LinkPurpose.SIGN_IN:
        raise LinkGone("This link does not work any more.")
    if person.has_second_factor:
        _slow_down(person.account, person.email)
        if not second_factor.is_right(person, code):
            raise CodeNeeded("That code is not right." if code else "Type the code of your authenticator app.")
    links.take(person)
    return _let_in(person, host, by="link")


def accept_link(
    person: ClientPerson, *, name: str, password: str, code: str = "", host: str = ""
) -> tuple[PortalSession, str]:
    """Takes an invitation, or sets a new password, and signs in. Raises LinkGone, InvalidInput, CodeNeeded."""
    invited = person.link_purpose == LinkPurpose.INVITATION
    if person.link_purpose not in (LinkPurpose.INVITATION, LinkPurpose.PASSWORD):
        raise LinkGone("This link does not work any more.")
    if person.has_second_factor:
        _slow_down(person.account, person.email)
        if not second_factor.is_right(person, code):
            raise CodeNeeded("That code is not right." if code else "Type the code of your authenticator app.")
    with transaction.atomic():
        people.accept(person, name=name, password=password)
        record(
            context_of(person), "portal.invitation_accepted" if invited else "portal.password_changed", person.client
        )
        return _let_in(person, host, by="link")


def sign_out(context: AccountContext, session: PortalSession) -> None:
    """Ends this sign-in at once."""
    with transaction.atomic():
        PortalSession.objects.filter(pk=session.pk).delete()
        record(context, "portal.preview_ended" if session.is_preview else "portal.signed_out", session.client)


def context_of(person: ClientPerson) -> AccountContext:
    """The context in which the person's own doings are written down."""
    return guest_context(person.client, str(person), ip=origin.current().ip)


@transaction.atomic
def _let_in(person: ClientPerson, host: str, *, by: str) -> tuple[PortalSession, str]:
    person.last_sign_in_at, person.status = now(), PersonStatus.ACTIVE
    person.save(update_fields=["last_sign_in_at", "status", "updated_at"])
    Client.objects.filter(pk=person.client_id).update(last_sign_in_at=now())
    record(context_of(person), "portal.signed_in", person.client, by=by)
    return open_session(person.client, person, host=host)


def _person(account: Account, address: str) -> ClientPerson | None:
    found: ClientPerson | None = (
        ClientPerson.objects.filter(account=account, email=address, status=PersonStatus.ACTIVE)
        .select_related("client__account__organization", "account")
        .first()
    )
    return found if found is not None and found.client.is_active else None


def _mail(account: Account, address: str, purpose: LinkPurpose) -> None:
    person = (
        ClientPerson.objects.filter(account=account, email=address)
        .exclude(status=PersonStatus.SUSPENDED)
        .select_related("client__account__organization", "account")
        .first()
    )
    if person is None or not person.client.is_active:
        return
    invited = person.status == PersonStatus.INVITED
    try:
        people.slow_down(person)
    except TooMany:
        return  # who asks must not learn of whom there is mail
    with transaction.atomic():
        links.mail_link(person, LinkPurpose.INVITATION if invited else purpose, inviter=str(account))


def _key(account: Account, address: str) -> str:
    return f"portal-tries:{account.pk}:{digest(address)[:32]}"


def _slow_down(account: Account, address: str) -> None:
    """Counted over all servers. A right password takes the count away."""
    places: list[tuple[str, int]] = [(_key(account, address), TRIES)]
    ip = origin.current().ip
    if ip:
        places.append((f"portal-tries-from:{ip}", TRIES_OF_A_NET))
    for key, most in places:
        cache.add(key, 0, WINDOW)
        if cache.incr(key) > most:
            raise TooMany("There were too many tries.", remedy="Wait five minutes, then try again.", retry_after=WINDOW)


def _note_failure(person: ClientPerson | None) -> None:
    if person is None or not cache.add(f"portal-failed:{person.pk}", 1, QUIET):
        return
    record(
        context_of(person), "portal.sign_in_failed", person.client, actor="Somebody not signed in", person=person.email
    )
