"""The account tree: made, renamed, moved, suspended."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Substr

from accounts.access import freshness, rules
from accounts.access.context import AccountContext
from accounts.access.resolve import context_for
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import AccountStatus, Role, Via
from accounts.errors import AccountStateConflict
from accounts.models import Account, Membership, User
from accounts.plans import require_room
from accounts.services.account_settings import merged
from accounts.services.organizations import add_account, create_organization
from accounts.signals import account_closed, account_opened
from listbackup.core.errors import Conflict, Forbidden, InvalidInput
from listbackup.core.text import one_line

COMPANY_FIELDS = ("legal_name", "address", "country", "website", "phone", "tax_id")
NAME_LENGTH = 150
MOST_OWNED = 20  # organizations of one person


@transaction.atomic
def create_own_organization(
    *,
    user: User,
    name: str,
    time_zone: str | None = None,
    company: dict[str, Any] | None = None,
    via: Via = Via.API,
    ip: str | None = None,
) -> Account:
    """Another organization of a person who has an address that is proved. Raises InvalidInput, TooMany, Forbidden."""
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise Forbidden("Verify your e-mail address first.", remedy="Open the link in the mail that we sent you.")
    owned = Membership.objects.filter(user=user, role=Role.OWNER, account__parent__isnull=True, team_id__isnull=True)
    if owned.count() >= MOST_OWNED:
        raise Conflict(f"You own {MOST_OWNED} organizations already.", remedy="Delete one, or write to our support.")
    account = create_organization(
        name=clean_name(name), owner=user, time_zone=check_time_zone(time_zone or user.time_zone)
    )
    if company:
        account.company = clean_company(company)
        account.save(update_fields=["company"])
    with entered(account.organization):
        record(context_for(user, account.pk, via=via, ip=ip), "account.created", account)
    return account


@transaction.atomic
def create_sub_account(
    context: AccountContext, *, name: str, time_zone: str | None = None, company: dict[str, Any] | None = None
) -> Account:
    """A child of the context's account. Raises InvalidInput, PlanLimitReached."""
    parent = _locked(context.account)
    require_room(parent, "sub_accounts")
    account = add_account(
        organization=context.organization,
        parent=parent,
        name=clean_name(name),
        time_zone=check_time_zone(time_zone or parent.time_zone),
    )
    if company:
        account.company = clean_company(company)
        account.save(update_fields=["company"])
    record(context, "account.created", account, parent=str(parent.pk))
    return account


@transaction.atomic
def update_account(
    context: AccountContext,
    *,
    name: str | None = None,
    time_zone: str | None = None,
    company: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
) -> Account:
    """Changes what is given of the context's account; a setting of None is inherited again."""
    account = _locked(context.account)
    before = {"name": account.name, "time_zone": account.time_zone}
    if name is not None:
        account.name = clean_name(name)
    if time_zone is not None:
        account.time_zone = check_time_zone(time_zone)
    if company is not None:
        account.company = clean_company({**account.company, **company})
    if settings is not None:
        account.settings = merged(account.settings, settings)
    account.save()
    changed = {key: old for key, old in before.items() if getattr(account, key) != old}
    record(context, "account.updated", account, before=changed, settings=sorted(settings or {}))
    return account


@transaction.atomic
def change_account(
    context: AccountContext,
    *,
    parent: object | None = None,
    status: str | None = None,
    status_reason: str = "",
    **fields: Any,
) -> Account:
    """Several changes of the context's account, all or none: `fields` as `update_account` takes them, another `parent`,
    the `status` active or suspended. Raises what each of them raises."""
    if status is not None:
        rules.require(context, "account.suspend")
    account = context.account
    if status == AccountStatus.ACTIVE:
        account = reactivate_account(context)
    if fields:
        account = update_account(context, **fields)
    if parent is not None:
        account = move_account(context, parent_id=parent)
    if status == AccountStatus.SUSPENDED:
        account = suspend_account(context, reason=status_reason)
    return account


@transaction.atomic
def move_account(context: AccountContext, *, parent_id: object) -> Account:
    """Puts the context's account and all that is below it under another one, where the person is admin as well.

    Raises AccountNotFound, PermissionMissing, InvalidInput (below itself, or a root), PlanLimitReached.
    """
    if context.user is None:
        raise TypeError("moving an account needs a person, whose role is asked for at both ends")
    there = context_for(context.user, parent_id, via=context.via, ip=context.ip)
    rules.require(there, "account.update")
    # One lock for the whole tree: two crossing moves would otherwise make a circle.
    nodes = {node.pk: node for node in _locked_tree(context)}
    account, parent = nodes[context.account_id], nodes.get(there.account_id)
    if parent is None:
        raise InvalidInput("An account moves within its organization.", fields={"parent": ["Choose another one."]})
    if account.is_root:
        raise InvalidInput("The organization's first account has nothing above it.", fields={"parent": ["Leave it."]})
    if parent.path.startswith(account.path):
        raise InvalidInput(
            "An account cannot move below itself.", fields={"parent": ["Choose one above or beside it."]}
        )
    if account.parent_id == parent.pk:
        return account
    old_path, new_path = account.path, f"{parent.path}{account.pk}/"
    below = Account.objects.filter(path__startswith=old_path)
    freshness.subtree_changed(account)
    before = str(account.parent_id)
    Account.objects.filter(pk=account.pk).update(parent=parent)
    below.update(
        path=Concat(Value(new_path), Substr("path", len(old_path) + 1), output_field=TextField()),
        level=F("level") + (parent.level + 1 - account.level),
    )
    account.refresh_from_db()
    require_room(account, "sub_accounts", adding=0)
    freshness.subtree_changed(account)
    record(context, "account.moved", account, from_account=before, to_account=str(parent.pk))
    return account


@transaction.atomic
def suspend_account(context: AccountContext, *, reason: str = "") -> Account:
    """Nobody enters it or anything below it, and nothing runs there, until it is reactivated."""
    account = _locked(context.account)
    if account.is_root:
        raise AccountStateConflict(
            "The organization's first account cannot be suspended from within.", remedy="Ask our support to do it."
        )
    if account.status != AccountStatus.ACTIVE:
        return account
    account.status, account.status_reason = AccountStatus.SUSPENDED, reason.replace("\0", "")[:300]
    account.save()
    record(context, "account.suspended", account, reason=account.status_reason)
    account_closed.send(sender=Account, context=context, account=account)
    return account


@transaction.atomic
def reactivate_account(context: AccountContext) -> Account:
    """Back to work; sources that were paused with it are planned again. Raises AccountStateConflict while it is being deleted."""
    account = _locked(context.account)
    if account.status == AccountStatus.CLOSING:
        raise AccountStateConflict("It is being deleted.", remedy="Cancel the deletion instead.")
    if account.status == AccountStatus.ACTIVE:
        return account
    if account.is_root:
        raise AccountStateConflict("Our support has suspended this organization.", remedy="Write to our support.")
    account.status, account.status_reason = AccountStatus.ACTIVE, ""
    account.save()
    record(context, "account.reactivated", account)
    account_opened.send(sender=Account, context=context, account=account)
    return account


def clean_name(name: str) -> str:
    """Raises InvalidInput for an empty one."""
    cleaned = one_line(name, NAME_LENGTH)
    if not cleaned:
        raise InvalidInput("An account needs a name.", fields={"name": ["Give it a name."]})
    return cleaned


def check_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise InvalidInput(f"There is no time zone {name[:60]!r}.", fields={"time_zone": ["Choose one of the list."]})
    return name


def clean_company(given: dict[str, Any]) -> dict[str, str]:
    """Texts of the known fields; empty ones are left out. Raises InvalidInput for others."""
    unknown = set(given) - set(COMPANY_FIELDS)
    if unknown:
        raise InvalidInput("Unknown company fields.", fields={"company": [f"Choose from {', '.join(COMPANY_FIELDS)}."]})
    texts = {name: str(value or "").replace("\0", "").strip()[:300] for name, value in given.items()}
    return {name: text for name, text in texts.items() if text}


def _locked(account: Account) -> Account:
    return Account.objects.select_for_update(of=("self",)).select_related("organization").get(pk=account.pk)


def _locked_tree(context: AccountContext) -> list[Account]:
    tree = Account.objects.filter(organization=context.organization).order_by("pk")
    return list(tree.select_for_update(of=("self",)).select_related("organization"))
