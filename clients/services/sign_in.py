"""Signing in to a portal: by password and code, or by a mailed link. Nothing tells whether an address is known."""

from contextlib import suppress

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.activity import origin
from accounts.activity.services import record
from accounts.models import Account
from clients.enums import LinkPurpose, PersonStatus
from clients.errors import CodeNeeded, SignInRefused
from clients.models import ClientPerson, PortalSession
from clients.selectors.access import guest_context
from clients.services import links, people, second_factor
from clients.services.sessions import open_session
from listbackup.core.clock import now
from listbackup.core.crypto import digest
from listbackup.core.errors import TooMany
from listbackup.core.limits import count_try, forget_tries

SALT = "clients.portal-sign-in"
RELATED = ("client__account__organization", "account")
TRIES, WINDOW = 10, 300  # wrong passwords of one address in that many seconds
TRIES_OF_A_NET = 60  # and from one place
QUIET = 60  # seconds between two entries of the log about the same failing


def sign_in(
    account: Account, *, email: str, password: str, code: str = "", host: str = ""
) -> tuple[PortalSession, str]:
    """(sign-in, its secret). With a second factor `code` must be right too, here or in `finish`.

    Raises SignInRefused, CodeNeeded, TooMany.
    """
    address = _address(email)
    _slow_down(account, address)
    person = _known(account, address).filter(status=PersonStatus.ACTIVE).first()
    knows = (person or ClientPerson()).knows(password)
    if person is None or not knows or not person.client.is_active:
        _note_failure(person)
        raise SignInRefused("The address or the password is wrong.")
    _require_code(person, code)
    forget_tries(_key(account, address))
    return _let_in(person, host, by="password")


def finish(account: Account, proof: str, *, code: str, host: str = "") -> tuple[PortalSession, str]:
    """The second step of `sign_in`: `proof` is what CodeNeeded carried, good for five minutes and for that password.

    Raises SignInRefused, CodeNeeded, TooMany.
    """
    try:
        said = signing.loads(proof, salt=SALT, max_age=WINDOW)
    except signing.BadSignature:
        said = {}
    rows = ClientPerson.objects.filter(account=account, pk=said.get("person"), status=PersonStatus.ACTIVE)
    person = rows.select_related(*RELATED).first()
    if person is None or not person.client.is_active or said["password"] != digest(person.password):
        raise SignInRefused("The sign-in took too long.")
    _require_code(person, code)
    return _let_in(person, host, by="password")


def send_link(account: Account, email: str, purpose: LinkPurpose) -> None:
    """Mails a link that signs in, or sets a new password; somebody invited gets the invitation again, anybody else
    nothing. Raises TooMany."""
    address = _address(email)
    _slow_down(account, address)
    person = _known(account, address).exclude(status=PersonStatus.SUSPENDED).first()
    if person is None or not person.client.is_active:
        return
    if person.status == PersonStatus.INVITED:
        purpose = LinkPurpose.INVITATION
    with suppress(TooMany), transaction.atomic():  # who asks must not learn of whom there is mail
        people.slow_down(person)
        links.mail_link(person, purpose, inviter=str(account))


def use_link(person: ClientPerson, *, code: str = "", host: str = "") -> tuple[PortalSession, str]:
    """Signs in by a link of `links.find`. A second factor is asked for here too. Raises LinkGone, CodeNeeded, TooMany."""
    if person.link_purpose != LinkPurpose.SIGN_IN:
        raise links.gone()
    _require_code(person, code)
    links.take(person)
    return _let_in(person, host, by="link")


def accept_link(
    person: ClientPerson, *, name: str, password: str, code: str = "", host: str = ""
) -> tuple[PortalSession, str]:
    """Takes an invitation, or sets a new password, and signs in. Raises LinkGone, InvalidInput, CodeNeeded, TooMany."""
    if person.link_purpose not in (LinkPurpose.INVITATION, LinkPurpose.PASSWORD):
        raise links.gone()
    invited = person.link_purpose == LinkPurpose.INVITATION
    _require_code(person, code)
    with transaction.atomic():
        people.accept(person, name=name, password=password)
        action = "portal.invitation_accepted" if invited else "portal.password_changed"
        record(context_of(person), action, person.client)
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
    record(context_of(person), "portal.signed_in", person.client, by=by)
    return open_session(person.client, person, host=host)


def _address(email: str) -> str:
    return email.replace("\0", "").strip().lower()


def _known(account: Account, address: str) -> QuerySet[ClientPerson]:
    found: QuerySet[ClientPerson] = ClientPerson.objects.filter(account=account, email=address)
    return found.select_related(*RELATED)


def _require_code(person: ClientPerson, code: str) -> None:
    """For who has a second factor. Raises CodeNeeded, TooMany."""
    if not person.has_second_factor or second_factor.is_right(person, code):
        return
    if code:
        _note_failure(person)
    proof = signing.dumps({"person": str(person.pk), "password": digest(person.password)}, salt=SALT)
    raise CodeNeeded("That code is not right." if code else "Type the code of your authenticator app.", proof=proof)


def _key(account: Account, address: str) -> str:
    return f"portal-tries:{account.pk}:{digest(address)[:32]}"


def _slow_down(account: Account, address: str) -> None:
    """A right password takes the address's count away."""
    count_try(_key(account, address), TRIES, WINDOW)
    ip = origin.current().ip
    if ip:
        count_try(f"portal-tries-from:{ip}", TRIES_OF_A_NET, WINDOW)


def _note_failure(person: ClientPerson | None) -> None:
    if person is None or not cache.add(f"portal-failed:{person.pk}", 1, QUIET):
        return
    record(
        context_of(person), "portal.sign_in_failed", person.client, actor="Somebody not signed in", person=person.email
    )
