"""Deleting an account: at once closed, after thirty days gone, until then to be had back."""

import datetime as dt

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string

from accounts.access.context import AccountContext
from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import AccountStatus, MembershipStatus, Role
from accounts.errors import AccountStateConflict
from accounts.models import Account, ApiToken, Invitation, Membership, User
from accounts.outbox.services import enqueue_mail
from accounts.services.profiles import wants
from accounts.signals import account_closed, account_erasing, account_opened
from listbackup.core.clock import now
from listbackup.core.db import connection
from listbackup.core.errors import ListBackupError

log = structlog.get_logger(__name__)
GRACE = dt.timedelta(days=30)
GONE = "Deleted account"
LAST_WARNING = dt.timedelta(days=3)


@transaction.atomic
def schedule_erasure(context: AccountContext) -> Account:
    """Closes the account and everything below it now; its data is erased after `GRACE`. Owners get a mail."""
    account = _locked(context)
    if account.status == AccountStatus.CLOSING:
        return account
    account.status, account.erase_after = AccountStatus.CLOSING, now() + GRACE
    account.save()
    record(context, "account.deletion_scheduled", account, erase_after=account.erase_after.isoformat())
    account_closed.send(sender=Account, context=context, account=account)
    _tell_owners(account, "account_closing", f"{account.name} will be deleted")
    return account


@transaction.atomic
def cancel_erasure(context: AccountContext) -> Account:
    """The account as it was. Raises AccountStateConflict when it is not being deleted, or when that has begun."""
    account = _locked(context)
    if account.status != AccountStatus.CLOSING or account.erase_after is None or account.erase_after <= now():
        raise AccountStateConflict("This account is not waiting to be deleted.")
    account.status, account.erase_after, account.status_reason = AccountStatus.ACTIVE, None, ""
    account.erasure_warned_at = None
    account.save()
    record(context, "account.deletion_cancelled", account)
    account_opened.send(sender=Account, context=context, account=account)
    return account


def warn_of_erasure() -> int:
    """A last mail to the owners, three days before; returns for how many accounts."""
    soon = Account.objects.filter(
        status=AccountStatus.CLOSING, erase_after__lte=now() + LAST_WARNING, erasure_warned_at__isnull=True
    )
    warned = 0
    for pk in soon.values_list("pk", flat=True):
        with transaction.atomic():
            account = soon.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if account is None:
                continue
            Account.objects.filter(pk=pk).update(erasure_warned_at=now())
            _tell_owners(account, "account_closing_soon", f"{account.name} is deleted in three days")
            warned += 1
    return warned


def erase_due() -> int:
    """Erases every account whose grace is over; returns how many. May run again after a kill: each step can repeat.

    One that cannot be erased now (its storage does not answer) waits for the next run and holds up no other.
    """
    due = Account.objects.filter(status=AccountStatus.CLOSING, erase_after__lte=now()).select_related("organization")
    done = 0
    for account in due.order_by("-level"):
        try:
            erase_account(account)
            done += 1
        except (ListBackupError, OSError, DatabaseError):
            log.exception("account_not_erased", account=str(account.pk))
    return done


def erase_account(account: Account) -> None:
    """Removes the data of the account and of everything below it for ever; a root takes its organization along."""
    context = system_context(account)
    with entered(account.organization):
        _close(context)
        account_erasing.send(sender=Account, context=context, account=account)
    organization = account.organization
    with transaction.atomic():
        tree = Account.objects.filter(path__startswith=account.path)
        Membership.objects.filter(account__in=tree).delete()
        Invitation.objects.filter(account__in=tree).delete()
        ApiToken.objects.filter(account__in=tree).delete()
        if account.is_root:
            User.objects.filter(default_account__in=tree).update(default_account=None)
            tree.delete()
            _drop_schema(str(organization.schema_name))
            organization.delete()
        else:
            with entered(organization):
                record(context, "account.erased", account)
            tree.update(status=AccountStatus.ERASED, erase_after=None, name=GONE, company={}, settings={}, limits={})
    log.info("account_erased", account=str(account.pk), root=account.is_root)


@transaction.atomic
def _close(context: AccountContext) -> None:
    """Nobody enters and nothing runs from now on, however far the erasure gets."""
    account = _locked(context)
    if account.status == AccountStatus.ACTIVE:
        account_closed.send(sender=Account, context=context, account=account)
    if account.status != AccountStatus.CLOSING or account.erase_after is None:
        account.status, account.erase_after = AccountStatus.CLOSING, now()
        account.save()


def _drop_schema(name: str) -> None:
    if not name.startswith("org_"):
        raise ValueError(f"{name} is no organization's schema")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def _tell_owners(account: Account, template: str, subject: str) -> None:
    address = f"{settings.PUBLIC_URL.rstrip('/')}/tree/{account.pk}/delete/"
    owners = User.objects.filter(
        is_active=True,
        memberships__account__in=Account.objects.filter(pk__in=account.ancestor_ids),
        memberships__role=Role.OWNER,
        memberships__status=MembershipStatus.ACTIVE,
    ).distinct()
    for user in (owner for owner in owners if wants(owner, "account_closing")):
        text = render_to_string(f"emails/{template}.txt", {"user": user, "account": account, "address": address})
        enqueue_mail(EmailMultiAlternatives(subject, text, None, [user.email]))


def _locked(context: AccountContext) -> Account:
    return Account.objects.select_for_update(of=("self",)).select_related("organization").get(pk=context.account_id)
