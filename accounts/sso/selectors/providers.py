"""Which identity provider a person, an address or a link in a page means."""

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.access.context import AccountContext
from accounts.models import Organization
from accounts.sso.addresses import domain_of
from accounts.sso.enums import ProviderKind
from accounts.sso.errors import DomainNotFound, ProviderNotFound
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.saml import config


def providers_of(context: AccountContext) -> QuerySet[IdentityProvider]:
    return IdentityProvider.objects.filter(organization=context.organization).select_related("account")


def domains_of(context: AccountContext) -> QuerySet[EmailDomain]:
    return EmailDomain.objects.filter(organization=context.organization).select_related("break_glass")


def provider_of(context: AccountContext, pk: UUID) -> IdentityProvider:
    """Raises ProviderNotFound, for another organization's alike."""
    found = providers_of(context).filter(pk=pk).first()
    if found is None:
        raise ProviderNotFound("There is no such identity provider.")
    return found


def domain_in(context: AccountContext, pk: UUID) -> EmailDomain:
    """Raises DomainNotFound, for another organization's alike."""
    found = domains_of(context).filter(pk=pk).first()
    if found is None:
        raise DomainNotFound("There is no such domain.")
    return found


def by_slug(slug: str) -> IdentityProvider | None:
    """Whether enabled or not: a provider is tried out before it is switched on."""
    return IdentityProvider.objects.select_related("organization", "account").filter(slug=slug).first()


def enabled_by_slug(slug: str) -> IdentityProvider:
    """Raises ProviderNotFound."""
    found = by_slug(slug)
    if found is None or not found.enabled:
        raise ProviderNotFound("There is no such sign-in.", remedy="Start at the sign-in page.")
    return found


def providers_for(email: str) -> list[IdentityProvider]:
    """The enabled providers of the organization that has proved the address's domain."""
    owner = EmailDomain.objects.filter(domain=domain_of(email), verified_at__isnull=False).values("organization")
    return list(IdentityProvider.objects.filter(organization__in=owner, enabled=True).order_by("id"))


def has_proved(organization: Organization, email: str) -> bool:
    """Whether the organization may speak for the address."""
    return EmailDomain.objects.filter(
        organization=organization, domain=domain_of(email), verified_at__isnull=False
    ).exists()


def our_addresses(kind: str, slug: str) -> list[tuple[str, str]]:
    """What the identity provider must be told about us: labels and addresses."""
    if kind == ProviderKind.OIDC:
        return [("Redirect URI", config.public(reverse("openid_connect_callback", args=[slug])))]
    return [("ACS URL", config.acs_url(slug)), ("Entity ID and metadata", config.entity_id(slug))]


def start_url(providers: list[IdentityProvider]) -> str:
    """The absolute address where a sign-in through one of these begins."""
    path = reverse("sso:start", args=[providers[0].slug]) if len(providers) == 1 else reverse("sso:find")
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
