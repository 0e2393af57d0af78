"""A client's second factor: codes of an authenticator app (RFC 6238), each good once."""

from urllib.parse import quote

from allauth.mfa.totp.internal.auth import generate_totp_secret, validate_totp_code
from django.core.cache import cache
from django.db import transaction
from django.utils.http import urlencode

from accounts.access.context import AccountContext
from accounts.activity.services import record
from clients.models import ClientPerson, PortalSession
from listbackup.core.crypto import decrypt, encrypt
from listbackup.core.errors import InvalidInput
from listbackup.core.limits import count_try, forget_tries

TRIES, WINDOW = 10, 300  # codes of one person in that many seconds
USED = 120  # seconds that a code is remembered: longer than any is right


def new_secret() -> str:
    """For a person who begins; kept by nobody until `switch_on`."""
    return generate_totp_secret()


def address_of(person: ClientPerson, secret: str, issuer: str) -> str:
    """What the QR code says."""
    label = f"{issuer}:{person.email}"
    return f"otpauth://totp/{quote(label)}?{urlencode({'secret': secret, 'issuer': issuer})}"


@transaction.atomic
def switch_on(context: AccountContext, session: PortalSession, *, secret: str, code: str) -> None:
    """Ends the person's other sign-ins, which were made without it. Raises InvalidInput for a wrong code, TooMany."""
    person = _person(session)
    if not _fresh(person, secret, code):
        raise InvalidInput("The code is wrong.", fields={"code": ["Type the code that the app shows now."]})
    person.totp_secret = encrypt(secret)
    person.save(update_fields=["totp_secret", "updated_at"])
    PortalSession.objects.filter(person=person).exclude(pk=session.pk).delete()
    record(context, "portal.second_factor_on", person.client)


@transaction.atomic
def switch_off(context: AccountContext, person: ClientPerson, *, code: str | None) -> None:
    """By the person with a code, or (None) by the agency for somebody who lost the app. Raises InvalidInput, TooMany."""
    if code is not None and not is_right(person, code):
        raise InvalidInput("The code is wrong.", fields={"code": ["Type the code that the app shows now."]})
    person.totp_secret = ""
    person.save(update_fields=["totp_secret", "updated_at"])
    action = "portal.second_factor_off" if code is not None else "client.second_factor_removed"
    record(context, action, person.client, person=person.email)


def is_right(person: ClientPerson, code: str) -> bool:
    """Whether the person's app shows this code now. Raises TooMany."""
    return bool(person.totp_secret) and _fresh(person, decrypt(person.totp_secret), code)


def _fresh(person: ClientPerson, secret: str, code: str) -> bool:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    tries = f"portal-codes:{person.pk}"
    count_try(tries, TRIES, WINDOW)
    if not (validate_totp_code(secret, digits) and cache.add(f"portal-code:{person.pk}:{digits}", 1, USED)):
        return False
    forget_tries(tries)
    return True


def _person(session: PortalSession) -> ClientPerson:
    if session.person is None:
        raise TypeError("a preview has no second factor")
    return session.person  # type: ignore[no-any-return]
