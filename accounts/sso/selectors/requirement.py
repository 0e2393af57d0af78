"""Who must use single sign-on: the one place that decides it, for pages, API and mails."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import MembershipStatus, Role
from accounts.models import Membership, User
from accounts.sso.addresses import domain_of
from accounts.sso.errors import SsoRequired
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.selectors.providers import start_url


def refuse_password(email: str) -> None:
    """For an address that somebody typed, before anything is looked up behind it. Raises SsoRequired."""
    domains = _required([domain_of(email)])
    if not domains:
        return
    owner = EmailAddress.objects.select_related("user").filter(email__iexact=email.strip(), verified=True).first()
    if owner is None or not _breaks_glass(owner.user, domains[0]):
        raise _refusal(domains[0])


def refuse_entry(user: User, through: str = "") -> None:
    """For a person who has proved who they are, `through` being the slug of the identity provider, if it was one.

    A provider of any organization that requires it of them is good enough. Raises SsoRequired.
    """
    domains = requirements_of(user)
    if not domains:
        return
    asking = {domain.organization_id for domain in domains}
    if through and IdentityProvider.objects.filter(slug=through, organization__in=asking).exists():
        return
    raise _refusal(domains[0])


def requirements_of(user: User) -> list[EmailDomain]:
    """The domains that ask single sign-on of the person, by any proved address of theirs."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [one for one in _required(domain_of(address) for address in addresses) if not _breaks_glass(user, one)]


def _required(domains: Iterable[str]) -> list[EmailDomain]:
    way_in = IdentityProvider.objects.filter(organization=OuterRef("organization"), enabled=True)
    return list(
        EmailDomain.objects.filter(Exists(way_in), domain__in=set(domains), sso_required=True).order_by("domain")
    )


def _breaks_glass(user: User, domain: EmailDomain) -> bool:
    """Only while they are an owner of the organization: a chosen person who has left is like everybody."""
    return domain.break_glass_id == user.pk and may_break_glass(domain.organization_id).filter(user=user).exists()


def may_break_glass(organization_id: UUID) -> QuerySet[Membership]:
    """Memberships of those who can be chosen: active owners of the root account by themselves."""
    return Membership.objects.filter(
        account__organization=organization_id,
        account__parent__isnull=True,
        role=Role.OWNER,
        status=MembershipStatus.ACTIVE,
        team_id__isnull=True,
        user__is_active=True,
    )


def _refusal(domain: EmailDomain) -> SsoRequired:
    ways = list(IdentityProvider.objects.filter(organization=domain.organization_id, enabled=True).order_by("id"))
    return SsoRequired(domain.domain, start_url(ways))
