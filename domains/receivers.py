"""Forgets which host leads where as soon as a name or an account changes."""

import secrets
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.models import Account
from accounts.signals import account_erasing
from domains.models import Domain
from domains.selectors.hosts import SECONDS, VERSION


@receiver([post_save, post_delete], sender=Domain)
@receiver([post_save, post_delete], sender=Account)
def forget_hosts(**_: Any) -> None:
    _forget()
    transaction.on_commit(_forget)


def _forget() -> None:
    # Kept longer than anything is remembered: a version that is gone must not meet an old memory again.
    cache.set(VERSION, secrets.token_hex(8), SECONDS * 4)


@receiver(account_erasing)
def give_up_names(context: AccountContext, **_: Any) -> None:
    """Others may claim them again."""
    for domain in Domain.objects.filter(account__path__startswith=context.account.path):
        domain.delete()
