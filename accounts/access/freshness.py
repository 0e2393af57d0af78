"""What was resolved about a person is remembered until something about their memberships changes.

The remembered context carries the version it was made under; every write of memberships, accounts or people raises the
version of those it concerns, inside the transaction and again after its commit. So a withdrawn role ends with the next
request, also when that request reads while the withdrawing transaction is still open.
"""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import Account, Membership, User

SECONDS = 300


def recall(user_id: UUID, what: object) -> tuple[Any, Any]:
    """(what is remembered about the person or None, the version to `remember` under): one round trip.

    `what` is an account's id, or a word for anything else that follows from memberships.
    """
    version_key, key = _version(user_id), _key(user_id, what)
    found = cache.get_many([version_key, key])
    version = found.get(version_key, "")
    made_under, value = found.get(key, (None, None))
    return (value if made_under == version else None), version


def remember(user_id: UUID, what: object, version: Any, value: Any) -> None:
    cache.set(_key(user_id, what), (version, value), SECONDS)


def memberships_changed(user_ids: Iterable[UUID]) -> None:
    """Forgets what was remembered about these people. Called by itself on saving and deleting; after `update()` call it."""
    users = set(user_ids)
    _raise(users)
    transaction.on_commit(lambda: _raise(users))


def subtree_changed(account: Account) -> None:
    """Forgets everybody who has a role on the account, above it or below it."""
    reach = Q(account_id__in=account.ancestor_ids) | Q(account__path__startswith=account.path)
    memberships_changed(Membership.objects.filter(reach).values_list("user_id", flat=True))


def _raise(user_ids: set[UUID]) -> None:
    # Kept longer than anything is remembered: a version that is gone must not meet an old memory again.
    cache.set_many({_version(user_id): secrets.token_hex(8) for user_id in user_ids}, SECONDS * 4)


def _version(user_id: UUID) -> str:
    return f"context-version:{user_id}"


def _key(user_id: UUID, what: object) -> str:
    return f"context:{user_id}:{what}"


@receiver([post_save, post_delete], sender=Membership)
def _on_membership(instance: Membership, **_: Any) -> None:
    memberships_changed([instance.user_id])


@receiver(post_save, sender=Account)
def _on_account(instance: Account, created: bool, **_: Any) -> None:
    if not created:
        subtree_changed(instance)


@receiver(post_save, sender=User)
def _on_user(instance: User, created: bool, **_: Any) -> None:
    if not created:
        memberships_changed([instance.pk])
