"""Links in mails to clients' people: one open link a person, each works once, and only on the portal's own host."""

import datetime as dt
import secrets
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.outbox.services import enqueue_mail
from clients.enums import LinkPurpose, PersonStatus
from clients.errors import LinkGone
from clients.models import ClientPerson
from clients.selectors.branding import brand_of
from domains.selectors.hosts import portal_url
from listbackup.core.clock import now
from listbackup.core.crypto import digest

LIFETIMES = {
    LinkPurpose.INVITATION: dt.timedelta(days=7),
    LinkPurpose.SIGN_IN: dt.timedelta(minutes=20),
    LinkPurpose.PASSWORD: dt.timedelta(hours=1),
}


def mail_link(person: ClientPerson, purpose: LinkPurpose, **values: Any) -> None:
    """Replaces the person's open link and mails the new one, in the caller's transaction."""
    secret = secrets.token_urlsafe(32)
    person.link_hash, person.link_purpose = digest(secret), purpose
    person.link_expires_at = now() + LIFETIMES[purpose]
    person.save(update_fields=["link_hash", "link_purpose", "link_expires_at", "updated_at"])
    address = portal_url(person.account, f"/link/{secret}/")
    mail_to(person, f"portal/emails/{purpose}.txt", address=address, **values)


def mail_to(person: ClientPerson, template: str, **values: Any) -> None:
    """A mail in the agency's name. The template's first line is the subject."""
    brand = brand_of(person.account)
    text = render_to_string(template, {"person": person, "client": person.client, "brand": brand, **values})
    subject, _, body = text.strip().partition("\n")
    sender = sender_of(brand.mail_sender or brand.name)
    enqueue_mail(EmailMultiAlternatives(" ".join(subject.split()), body.strip() + "\n", sender, [person.email]))


def sender_of(name: str) -> str:
    """Our own address under the agency's name: only a verified domain may be spoken for."""
    return formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def find(account: Any, secret: str) -> ClientPerson:
    """The person of a live link at this portal. Raises LinkGone."""
    found = (
        ClientPerson.objects.filter(account=account, link_hash=digest(secret), link_expires_at__gt=now())
        .exclude(link_hash="")
        .select_related("client__account__organization", "account")
        .first()
    )
    if found is None or not found.client.is_active or found.status == PersonStatus.SUSPENDED:
        raise gone()
    return found  # type: ignore[no-any-return]


def take(person: ClientPerson) -> None:
    """The one conditional statement that makes a link single-use. Raises LinkGone."""
    taken = (
        ClientPerson.objects.filter(pk=person.pk, link_hash=person.link_hash).exclude(link_hash="").update(link_hash="")
    )
    if not taken:
        raise gone()
    person.link_hash = ""


def gone() -> LinkGone:
    return LinkGone("This link does not work any more.")
