"""Identity providers of an organization: added only after what they publish about themselves was read and fits."""

import secrets
from typing import Any
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.enums import AccountStatus, Role
from accounts.models import Account
from accounts.sso.enums import JOINING_ROLES, ProviderKind
from accounts.sso.errors import IdentityProviderProblem, SsoConflict
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.oidc import discovery
from accounts.sso.saml import metadata
from accounts.sso.selectors.providers import provider_of
from listbackup.core.crypto import encrypt
from listbackup.core.errors import InvalidInput

MOST = 10  # of one organization


def read_oidc(issuer: str, client_id: str) -> dict[str, Any]:
    """The settings of an issuer, once its configuration and its keys were read. Raises InvalidInput."""
    issuer = issuer.strip()
    try:
        if not discovery.is_usable(issuer):
            raise IdentityProviderProblem("The issuer must begin with https.")
        discovery.forget(issuer)
        discovery.check_keys(discovery.configuration(issuer)["jwks_uri"])
    except IdentityProviderProblem as error:
        raise _invalid(error, "issuer") from error
    return {"issuer": issuer, "client_id": client_id.strip()}


def read_saml(*, metadata_url: str = "", metadata_xml: str = "") -> dict[str, Any]:
    """The settings that metadata say. Raises InvalidInput."""
    field = "metadata_url" if metadata_url else "metadata_xml"
    try:
        if metadata_url:
            if not discovery.is_usable(metadata_url):
                raise IdentityProviderProblem("The address must begin with https.")
            return metadata.read_from(metadata_url)
        return metadata.read(metadata_xml.encode("utf-8", "replace"))
    except IdentityProviderProblem as error:
        raise _invalid(error, field) from error


def read_connection(kind: str, **given: str) -> dict[str, Any]:
    """What `add_provider` and `replace_connection` take, read at the provider: of OpenID Connect `issuer`, `client_id` and
    `secret`, of SAML `metadata_url` or `metadata_xml`. Raises InvalidInput, also for what is absent."""
    given = {name: text.strip() for name, text in given.items()}
    if kind == ProviderKind.OIDC:
        absent = [name for name in ("issuer", "client_id", "secret") if not given.get(name)]
        if absent:
            raise InvalidInput("Something is absent.", fields={name: ["This field is required."] for name in absent})
        return {"settings": read_oidc(given["issuer"], given["client_id"]), "secret": given["secret"]}
    url, xml = given.get("metadata_url", ""), given.get("metadata_xml", "")
    if not url and not xml:
        told = "Give the address of the metadata, or the XML itself."
        raise InvalidInput(told, fields={"metadata_url": [told]})
    return {"settings": read_saml(metadata_url=url, metadata_xml=xml)}


def new_slug(context: AccountContext) -> str:
    """What will stand in the addresses of a provider that is added later."""
    base = slugify(context.organization.name)[:40].strip("-") or "sign-in"
    return f"{base}-{secrets.token_hex(4)}"


@transaction.atomic
def add_provider(
    context: AccountContext,
    kind: ProviderKind,
    *,
    slug: str,
    name: str,
    settings: dict[str, Any],
    secret: str = "",
    default_role: str = Role.MEMBER,
    account_id: UUID | None = None,
) -> IdentityProvider:
    """Not switched on yet: it is tried out first. `slug` is one of `new_slug`. Raises InvalidInput, SsoConflict."""
    if IdentityProvider.objects.filter(organization=context.organization).count() >= MOST:
        raise SsoConflict(f"There are {MOST} identity providers already.", remedy="Remove one that is not used.")
    provider = IdentityProvider(
        organization=context.organization,
        account=_joined_account(context, account_id),
        kind=kind,
        name=name.strip()[:80],
        slug=slug,
        settings=settings,
        secret=encrypt(secret) if secret else "",
        default_role=_joining_role(context, default_role),
    )
    try:
        with transaction.atomic():
            provider.save(force_insert=True)
    except IntegrityError:
        raise SsoConflict(f"{slug} is in use already.", remedy="Get a new one.") from None
    record(context, "sso.provider_added", provider, **provider.facts())
    return provider


@transaction.atomic
def change_provider(
    context: AccountContext, pk: UUID, *, name: str, default_role: str, account_id: UUID | None
) -> IdentityProvider:
    """Raises ProviderNotFound, InvalidInput."""
    provider = provider_of(context, pk)
    provider.name = name.strip()[:80]
    if default_role != provider.default_role:
        provider.default_role = _joining_role(context, default_role)
    provider.account = _joined_account(context, account_id)
    provider.save(update_fields=["name", "default_role", "account"])
    record(context, "sso.provider_changed", provider, **provider.facts())
    return provider


@transaction.atomic
def update_provider(context: AccountContext, pk: UUID, **changes: Any) -> IdentityProvider:
    """Any of `name`, `default_role`, `account` (id), `enabled`; all or none. Raises as the functions for each."""
    found = provider_of(context, pk)
    joining = {
        "name": changes.get("name", found.name),
        "default_role": changes.get("default_role", found.default_role),
        "account_id": changes.get("account", found.account_id),
    }
    if changes.keys() - {"enabled"}:
        found = change_provider(context, pk, **joining)
    return set_enabled(context, pk, enabled=changes["enabled"]) if "enabled" in changes else found


@transaction.atomic
def replace_connection(
    context: AccountContext, pk: UUID, *, settings: dict[str, Any], secret: str = ""
) -> IdentityProvider:
    """New settings, as read. Another issuer's subjects mean other people: the links are cut then, and people are linked
    by their address again. Raises ProviderNotFound."""
    provider = provider_of(context, pk)
    names = ("issuer", "client_id", "entity_id")
    if any(provider.settings.get(name) != settings.get(name) for name in names):
        SocialAccount.objects.filter(provider=provider.slug).delete()
        provider.tested_at = None
    provider.settings = settings
    if secret:
        provider.secret = encrypt(secret)
    provider.save(update_fields=["settings", "secret", "tested_at"])
    record(context, "sso.provider_changed", provider, **provider.facts(), connection="replaced")
    return provider


@transaction.atomic
def set_enabled(context: AccountContext, pk: UUID, *, enabled: bool) -> IdentityProvider:
    """Raises ProviderNotFound, SsoConflict for one that was never tried out, or that people cannot do without."""
    provider = provider_of(context, pk)
    if enabled and provider.tested_at is None:
        raise SsoConflict("Nobody has signed in through it yet.", remedy="Test the sign-in first.")
    if not enabled:
        _require_dispensable(provider)
    provider.enabled = enabled
    provider.save(update_fields=["enabled"])
    record(context, "sso.provider_changed", provider, **provider.facts(), enabled=enabled)
    return provider


@transaction.atomic
def remove_provider(context: AccountContext, pk: UUID) -> None:
    """People stay; their links to it go. Raises ProviderNotFound, SsoConflict."""
    provider = provider_of(context, pk)
    _require_dispensable(provider)
    record(context, "sso.provider_removed", provider, **provider.facts())
    SocialAccount.objects.filter(provider=provider.slug).delete()
    provider.delete()


def forget_account(account: Account) -> None:
    """For an account that is being erased: nobody joins it any more; with the root everything of SSO goes."""
    if not account.is_root:
        root = Account.objects.get(organization=account.organization_id, parent__isnull=True)
        IdentityProvider.objects.filter(account=account).update(account=root)
        return
    own = IdentityProvider.objects.filter(organization=account.organization_id)
    SocialAccount.objects.filter(provider__in=own.values("slug")).delete()
    own.delete()
    EmailDomain.objects.filter(organization=account.organization_id).delete()


def joinable_accounts(context: AccountContext) -> list[Account]:
    """Where new people may be put, root first."""
    found = Account.objects.filter(organization=context.organization, status=AccountStatus.ACTIVE)
    return list(found.order_by("path")[:500])


def joining_roles(context: AccountContext) -> list[tuple[str, str]]:
    """The roles that new people may get: never more than the one who sets it has, and never Owner."""
    return [(role, str(label)) for role, label in JOINING_ROLES if Role(role).rank <= context.role.rank]


def _require_dispensable(provider: IdentityProvider) -> None:
    """Locks the organization's providers: two cannot be switched off at once."""
    ways = IdentityProvider.objects.select_for_update().filter(organization=provider.organization, enabled=True)
    left = [way for way in ways if way.pk != provider.pk]
    required = EmailDomain.objects.filter(organization=provider.organization, sso_required=True).first()
    if required is not None and not left:
        raise SsoConflict(
            f"People of {required.domain} could not sign in any more.",
            remedy="Stop requiring single sign-on of the domain first.",
        )


def _joined_account(context: AccountContext, account_id: UUID | None) -> Account:
    if account_id is None:
        return context.account
    found = Account.objects.filter(
        pk=account_id, organization=context.organization, status=AccountStatus.ACTIVE
    ).first()
    if found is None:
        raise InvalidInput("There is no such account.", fields={"account": ["Choose one of the list."]})
    return found


def _joining_role(context: AccountContext, role: str) -> str:
    if role not in dict(joining_roles(context)):
        raise InvalidInput("There is no such role to give.", fields={"default_role": ["Choose one of the list."]})
    return role


def _invalid(error: IdentityProviderProblem, field: str) -> InvalidInput:
    return InvalidInput(error.message, fields={field: [f"{error.message} {error.remedy}".strip()]})
