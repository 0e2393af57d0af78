"""The versions of an account's key, without anything secret."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.access.context import AccountContext
from accounts.models import Account
from backups import key_providers as providers
from backups.models import AccountKey, RecoveryKey


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds what wraps the keys: `kind` is `server` or `customer`; `key` its ARN for the latter."""

    kind: str
    key: str


def holder_of(account: Account) -> str:
    """Name of the provider that wraps the account's keys: that of its newest key, or the server's own."""
    row = AccountKey.objects.filter(account=account).order_by("-version").only("provider").first()
    return row.provider if row else providers.default_name()


def key_versions(context: AccountContext) -> QuerySet[AccountKey]:
    """Of the context's own account; not those of accounts below it."""
    return AccountKey.objects.filter(account=context.account).defer("wrapped")


def holder(context: AccountContext) -> Holder:
    name = holder_of(context.account)
    if providers.is_customers(name):
        return Holder("customer", name.removeprefix(providers.KMS))
    return Holder("server", "")


def recovery_row(context: AccountContext) -> RecoveryKey | None:
    """When the recovery key was shown last; None before the first backup."""
    return RecoveryKey.objects.filter(account=context.account).defer("wrapped").first()
