"""Which portal a host name belongs to, and where an account's portal is: decided here and nowhere else."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.access.resolve import open_accounts
from accounts.models import Account
from domains.errors import DomainNotFound
from domains.models import Domain

SECONDS = 300
VERSION = "portal-hosts-version"
UNKNOWN = "-"
LONGEST = 253  # characters of a name (RFC 1035)


def portal_at(host: str) -> Account | None:
    """The account whose portal answers at `host` (a name, without port); None for a name that is nobody's, and for an
    account that is suspended or closed. One look-up in the cache, usually."""
    name = host.rstrip(".").lower()
    if len(name) > LONGEST:
        return None
    key = f"portal-host:{name}"
    found = cache.get_many([VERSION, key])
    version = found.get(VERSION, "")
    made_under, known = found.get(key, (None, None))
    if made_under != version or known is None:
        known = _look_up(name) or UNKNOWN
        cache.set(key, (version, known), SECONDS)
    return None if known == UNKNOWN else known  # type: ignore[no-any-return]


def _look_up(name: str) -> Account | None:
    accounts = open_accounts()
    suffix = f".{settings.PORTAL_DOMAIN}"
    if name.endswith(suffix):
        slug = name.removesuffix(suffix)
        return accounts.filter(slug=slug).first() if slug and "." not in slug else None
    domain = Domain.objects.filter(domain=name, verified_at__isnull=False).values_list("account_id", flat=True).first()
    return accounts.filter(pk=domain).first() if domain else None


def own_host(account: Account) -> str:
    """The name that every portal has."""
    return f"{account.slug}.{settings.PORTAL_DOMAIN}"


def portal_host(account: Account) -> str:
    """The name that links of the account's portal are built with: its primary one, else `own_host`. One query."""
    primary = Domain.objects.filter(account=account, is_primary=True, verified_at__isnull=False).first()
    return primary.domain if primary else own_host(account)


def portal_url(account: Account, path: str = "/") -> str:
    """An address of the account's portal, for mails; never built from what a request says its host is."""
    public = urlsplit(settings.PUBLIC_URL)
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{portal_host(account)}{port}{path}"


def domains_of(account: Account) -> QuerySet[Domain]:
    """The names of one account's portal, newest first."""
    return Domain.objects.filter(account=account).order_by("-id")


def get_domain(context: AccountContext, pk: UUID) -> Domain:
    """Of the account or of one below it. Raises DomainNotFound."""
    mine = Domain.objects.filter(account__path__startswith=context.account.path)
    found = mine.filter(pk=pk).select_related("account__organization").first()
    if found is None:
        raise DomainNotFound("There is no such name.")
    return found
