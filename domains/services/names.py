"""Names of portals: claimed, proved, made the main one, watched, given up."""

import datetime as dt
import secrets
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string

from accounts.access.context import AccountContext
from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.models import Account
from accounts.outbox.services import enqueue_mail
from accounts.selectors.recipients import people_to_warn
from accounts.sso.addresses import clean_domain
from domains.errors import DomainNotVerified, DomainTaken
from domains.models import Domain
from domains.selectors.hosts import own_host, portal_at
from listbackup.core import dns
from listbackup.core.clock import now
from listbackup.core.errors import Conflict, InvalidInput, Unavailable

MOST = 20  # of one account
DAILY, SOON = dt.timedelta(hours=24), dt.timedelta(hours=1)
FAILURES = 3  # checks in a row, the later ones an hour apart, after which the name is not served any more


@dataclass(frozen=True, slots=True)
class Record:
    """One line for the customer's DNS: `present` is what stands there now, `is_right` whether that is enough."""

    kind: str
    name: str
    value: str
    why: str
    present: list[str] = field(default_factory=list)
    is_right: bool = False


@transaction.atomic
def add_domain(context: AccountContext, text: str) -> Domain:
    """A claim alone serves nothing; claiming twice gives the first. Raises InvalidInput, Conflict."""
    name = _checked(text)
    mine = Domain.objects.filter(account=context.account)
    if mine.count() >= MOST and not mine.filter(domain=name).exists():
        raise Conflict(
            f"There are {MOST} names already.", code="domain.too_many", remedy="Remove one that is not used."
        )
    made, is_new = Domain.objects.get_or_create(
        account=context.account,
        domain=name,
        defaults={"tenant": context.organization, "token": secrets.token_urlsafe(24), "created_by": context.user},
    )
    if is_new:
        record(context, "domain.claimed", made)
    return made


def needed(domain: Domain) -> list[Record]:
    """The records to make, without a look at what stands there."""
    return [
        Record("TXT", domain.record_name, domain.record_value, "proves that the name is yours"),
        Record("CNAME", domain.domain, own_host(domain.account), "leads to your portal"),
    ]


def instructions(domain: Domain) -> list[Record]:
    """The same, each with what stands there now. Asks the name service. Raises Unavailable."""
    proof, alias = needed(domain)
    texts = [text.strip() for text in dns.records(proof.name, "TXT", fresh=True)]
    there = dns.records(alias.name, "CNAME", fresh=True)
    leads = alias.value in there
    if not there:
        there = _addresses(alias.name)
        leads = bool(there) and set(there) <= set(_addresses(alias.value))
    return [
        replace(proof, present=texts, is_right=proof.value in texts),
        replace(alias, present=there, is_right=leads),
    ]


def verify_domain(context: AccountContext, domain: Domain) -> tuple[Domain, list[Record]]:
    """Looks the records up; found wrong or missing is no error, see `is_right`. Raises Unavailable, DomainTaken."""
    found = instructions(domain)  # outside of any transaction: it may take seconds
    is_right = all(one.is_right for one in found)
    first = is_right and domain.verified_at is None
    try:
        with transaction.atomic():
            domain.checked_at = now()
            if is_right:
                domain.verified_at, domain.failures = domain.verified_at or now(), 0
            domain.save(update_fields=["checked_at", "verified_at", "failures"])
            if first:
                record(context, "domain.verified", domain)
    except IntegrityError:
        raise DomainTaken(f"{domain.domain} serves another agency's portal.") from None
    return domain, found


@transaction.atomic
def make_primary(context: AccountContext, domain: Domain) -> Domain:
    """Links in mails lead there from now on. Raises DomainNotVerified."""
    if domain.verified_at is None:
        raise DomainNotVerified(f"{domain.domain} is not verified.")
    for one in Domain.objects.select_for_update().filter(account=domain.account).order_by("is_primary", "pk").reverse():
        if one.is_primary != (one.pk == domain.pk):
            one.is_primary = not one.is_primary
            one.save(update_fields=["is_primary"])
    domain.refresh_from_db()
    record(context, "domain.made_primary", domain)
    return domain


@transaction.atomic
def remove_domain(context: AccountContext, domain: Domain) -> None:
    """Stops serving at once."""
    record(context, "domain.removed", domain)
    domain.delete()


def may_have_certificate(name: str) -> bool:
    """For a proxy that gets certificates on demand: whether this host is a portal of ours."""
    return portal_at(name) is not None


def check_due(limit: int = 30) -> int:
    """Looks again at served names: each daily, one that failed each hour. The third failure in a row ends the serving;
    the first one warns. Where nobody answers, nothing is known and nothing counted. Returns how many were looked at."""
    seen = 0
    due = Q(checked_at__lt=now() - DAILY) | Q(failures__gt=0, checked_at__lt=now() - SOON)
    rows = Domain.objects.filter(due, verified_at__isnull=False).select_related("account__organization")
    for domain in rows.order_by("checked_at")[:limit]:
        try:
            is_right = all(one.is_right for one in instructions(domain))
        except Unavailable:
            Domain.objects.filter(pk=domain.pk).update(checked_at=now())
            continue
        with entered(domain.account.organization):
            _note_check(domain, is_right=is_right)
        seen += 1
    return seen


@transaction.atomic
def _note_check(domain: Domain, *, is_right: bool) -> None:
    if is_right:
        Domain.objects.filter(pk=domain.pk).update(checked_at=now(), failures=0)
        return
    Domain.objects.filter(pk=domain.pk).update(checked_at=now(), failures=F("failures") + 1)
    domain.refresh_from_db()
    if domain.failures < FAILURES:
        if domain.failures == 1:
            _warn(domain, "portal_name_failing")
        return
    domain.verified_at, domain.is_primary, domain.failures = None, False, 0
    domain.save()
    record(system_context(domain.account), "domain.lost", domain)
    _warn(domain, "portal_name_lost")


def _warn(domain: Domain, kind: str) -> None:
    account: Account = domain.account
    address = f"{settings.PUBLIC_URL.rstrip('/')}/domains/{domain.pk}/"
    words = {"portal_name_failing": "needs your DNS", "portal_name_lost": "is switched off"}
    for user in people_to_warn(account, also=domain.created_by_id):
        text = render_to_string(f"emails/{kind}.txt", {"user": user, "domain": domain, "address": address})
        enqueue_mail(EmailMultiAlternatives(f"{domain.domain} {words[kind]}", text, None, [user.email]))


def _addresses(name: str) -> list[str]:
    return sorted([*dns.records(name, "A", fresh=True), *dns.records(name, "AAAA", fresh=True)])


def _checked(text: str) -> str:
    try:
        name = clean_domain(text)
    except InvalidInput:
        name = ""
    own = (settings.BASE_DOMAIN, settings.PORTAL_DOMAIN, *settings.APP_HOSTS)
    if not name or any(name == host or name.endswith(f".{host}") for host in own):
        raise InvalidInput(
            "This name cannot be a portal's.",
            fields={"domain": ["Write a name of your own, such as backup.example.com."]},
        )
    return name
