"""Domains of an organization: claimed by anybody, proved by a TXT record, proved by one organization only."""

import secrets
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import User
from accounts.sso.addresses import clean_domain
from accounts.sso.errors import SsoConflict
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.selectors.providers import domain_in
from accounts.sso.selectors.requirement import may_break_glass
from listbackup.core.clock import now
from listbackup.core.dns import Lookup, txt_records
from listbackup.core.errors import InvalidInput

MOST = 50  # of one organization


@transaction.atomic
def claim(context: AccountContext, text: str) -> EmailDomain:
    """A claim alone gives nothing; claiming twice gives the first. Raises InvalidInput, SsoConflict."""
    domain = clean_domain(text)
    own = EmailDomain.objects.filter(organization=context.organization)
    known = own.filter(domain=domain).first()
    if known is not None:
        return known
    if own.count() >= MOST:
        raise SsoConflict(f"There are {MOST} domains already.", remedy="Remove one that is not used.")
    made = EmailDomain.objects.create(organization=context.organization, domain=domain, token=secrets.token_urlsafe(24))
    record(context, "sso.domain_claimed", made)
    return made


def check(context: AccountContext, pk: UUID, *, lookup: Lookup = txt_records) -> EmailDomain:
    """Looks for the record and verifies the domain when it is there; not found is no error, see `verified_at`.

    Raises DomainNotFound, Unavailable, SsoConflict when another organization has verified it.
    """
    found = domain_in(context, pk)
    if found.verified_at is not None:
        return found
    texts = lookup(found.record_name)  # outside of any transaction: it may take seconds
    is_there = found.record_value in {text.strip() for text in texts}
    try:
        with transaction.atomic():
            found.checked_at = now()
            found.verified_at = now() if is_there else None
            found.save(update_fields=["checked_at", "verified_at"])
            if is_there:
                record(context, "sso.domain_verified", found)
    except IntegrityError:
        raise SsoConflict(
            f"{found.domain} is verified by another organization.",
            remedy="If it is yours, write to our support: we settle who owns it.",
        ) from None
    return found


@transaction.atomic
def set_required(context: AccountContext, pk: UUID, *, required: bool, break_glass: UUID | None = None) -> EmailDomain:
    """Whether everybody of the domain must use single sign-on; `break_glass` is the one owner who need not.

    Raises DomainNotFound, InvalidInput, SsoConflict.
    """
    found = domain_in(context, pk)
    if required:
        if found.verified_at is None:
            raise SsoConflict(f"{found.domain} is not verified yet.", remedy="Add the TXT record, then check it.")
        # The same rows that switching a provider off locks.
        ways = IdentityProvider.objects.select_for_update().filter(organization=context.organization, enabled=True)
        if not list(ways):
            raise SsoConflict(
                "There is no identity provider that is switched on.", remedy="Add one, test it and switch it on."
            )
    found.sso_required = required
    found.break_glass = _owner(context, break_glass) if required and break_glass else None
    found.save(update_fields=["sso_required", "break_glass"])
    exempt = str(found.break_glass) if found.break_glass else ""
    record(context, "sso.requirement_changed", found, required=required, break_glass=exempt)
    return found


@transaction.atomic
def release(context: AccountContext, pk: UUID) -> None:
    """The organization's providers do not speak for its addresses any more. Raises DomainNotFound, SsoConflict."""
    found = domain_in(context, pk)
    if found.sso_required:
        raise SsoConflict(
            f"People of {found.domain} must use single sign-on.", remedy="Stop requiring it of the domain first."
        )
    record(context, "sso.domain_released", found)
    found.delete()


def owners(context: AccountContext) -> list[User]:
    """Those who can be the one that breaks the glass."""
    return [one.user for one in may_break_glass(context.organization.pk).select_related("user").order_by("id")]


def _owner(context: AccountContext, user_id: UUID) -> User:
    found = next((one for one in owners(context) if one.pk == user_id), None)
    if found is None:
        raise InvalidInput("This is no owner.", fields={"break_glass": ["Choose an owner of the organization."]})
    return found
