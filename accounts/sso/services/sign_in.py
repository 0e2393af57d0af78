"""Lets people in by the word of an organization's identity provider, or does not.

A provider may speak for an address only if its organization has proved the address's domain. That rule alone keeps an
organization from signing in as somebody of another one.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.access.context import AccountContext
from accounts.access.resolve import open_accounts, role_on
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import Role, Via
from accounts.errors import PlanLimitReached
from accounts.models import Membership, User
from accounts.plans import require_room
from accounts.sso.addresses import domain_of
from accounts.sso.assertion import Assertion
from accounts.sso.errors import SsoRefused
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.selectors.providers import by_slug, has_proved
from listbackup.core.clock import now


@transaction.atomic
def admit(provider: IdentityProvider, assertion: Assertion, *, ip: str | None = None) -> SocialAccount:
    """The person's link to the provider, made when it is their first time, with a membership if they have none.

    Raises SsoRefused.
    """
    # One first sign-in at a time: two at once must not make two people.
    locked = IdentityProvider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    if not locked.enabled:
        raise SsoRefused("This sign-in is switched off.", remedy="Ask your administrator, or sign in another way.")
    _require_authority(provider, assertion)
    link = SocialAccount.objects.select_related("user").filter(provider=provider.slug, uid=assertion.subject).first()
    if link is None:
        user = _person(assertion)
        _require_not_staff(user)
        link = SocialAccount.objects.create(
            user=user, provider=provider.slug, uid=assertion.subject, extra_data={"email": assertion.email}
        )
    else:
        _require_still_theirs(provider, link.user)
    _join(provider, link.user, ip)
    IdentityProvider.objects.filter(pk=provider.pk).update(tested_at=now())
    return link


def try_out(provider: IdentityProvider, assertion: Assertion) -> dict[str, Any]:
    """What a sign-in with this assertion would come to; changes nothing but `tested_at`."""
    told: dict[str, Any] = {"email": assertion.email, "name": assertion.name, "problem": ""}
    try:
        _require_authority(provider, assertion)
    except SsoRefused as error:
        return told | {"problem": f"{error.message} {error.remedy}"}
    IdentityProvider.objects.filter(pk=provider.pk).update(tested_at=now())
    return told


def note_sign_in(slug: str, user: User, ip: str | None) -> None:
    """Writes down that somebody is in by single sign-on."""
    provider = by_slug(slug)
    if provider is None:
        return
    context = _context(provider, user, ip)
    with entered(provider.organization):
        record(context, "sso.signed_in", provider)


def _require_authority(provider: IdentityProvider, assertion: Assertion) -> None:
    if not has_proved(provider.organization, assertion.email):
        raise SsoRefused(
            f"{provider.organization.name} has not proved that {domain_of(assertion.email)} is its domain.",
            remedy="Ask an administrator to verify the domain, or sign in with another address.",
        )
    if assertion.email_verified is False:
        raise SsoRefused(
            f"{provider.name} says that {assertion.email} is not verified.",
            remedy="Verify the address there, then sign in again.",
        )


def _require_not_staff(user: User) -> None:
    if user.is_staff or user.is_superuser:
        raise SsoRefused("Our own staff does not sign in through a customer.", remedy="Use your password.")


def _require_still_theirs(provider: IdentityProvider, user: User) -> None:
    """A person who no longer has an address of the organization's domains has left it: so has its say over them."""
    _require_not_staff(user)
    domains = set(
        EmailDomain.objects.filter(organization=provider.organization, verified_at__isnull=False).values_list(
            "domain", flat=True
        )
    )
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    if not any(domain_of(address) in domains for address in addresses):
        raise SsoRefused(
            f"Your person here has no address of {provider.organization.name} any more.",
            remedy="Sign in with your password, or ask support.",
        )


def _person(assertion: Assertion) -> User:
    """Who has proved the address here, else a new person. They get no organization of their own."""
    proved = EmailAddress.objects.select_related("user").filter(email__iexact=assertion.email, verified=True).first()
    if proved is not None:
        return proved.user  # type: ignore[no-any-return]
    waiting = User.objects.select_for_update().filter(email__iexact=assertion.email).first()
    if waiting is None:
        waiting = User.objects.create_user(assertion.email, None, name=assertion.name)
    else:
        _take_over(waiting)
    EmailAddress.objects.update_or_create(
        user=waiting, email=assertion.email, defaults={"verified": True, "primary": True}
    )
    return waiting


def _take_over(user: User) -> None:
    """Somebody once signed up with the address and never proved it. The domain's owner says now whose it is: whatever
    the other one had to get in with is taken away."""
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        raise SsoRefused("This address is somebody's unproved one.", remedy="Ask our support to free it.")
    user.set_unusable_password()
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def _join(provider: IdentityProvider, user: User, ip: str | None) -> None:
    """A membership on the provider's account, unless the person has any in the organization, suspended ones too."""
    if Membership.objects.filter(user=user, account__organization=provider.organization).exists():
        return
    account = open_accounts().filter(pk=provider.account_id).first()
    if account is None:
        raise SsoRefused("The account that you would join is closed.", remedy="Ask your administrator.")
    try:
        require_room(account, "users")
    except PlanLimitReached as error:
        raise SsoRefused(error.message, remedy="Ask an administrator to make room for you.") from None
    membership = Membership.objects.create(user=user, account=account, role=provider.default_role)
    context = _context(provider, user, ip)
    with entered(provider.organization):
        record(context, "member.joined_by_sso", membership, label=str(user), role=provider.default_role)


def _context(provider: IdentityProvider, user: User, ip: str | None) -> AccountContext:
    role = role_on(user, provider.account) or Role.VIEWER
    return AccountContext(
        account=provider.account, organization=provider.organization, role=role, user=user, via=Via.SESSION, ip=ip
    )
