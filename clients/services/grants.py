"""What is shared with a client: given, changed by giving again, taken back."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.access.context import AccountContext
from accounts.access.resolve import open_accounts, parse_id
from accounts.activity.services import record
from accounts.errors import AccountNotFound
from accounts.models import Account
from backups.models import Source, SourceGroup
from backups.selectors.groups import get_group
from backups.selectors.sources import get_source
from clients.enums import ClientStatus
from clients.errors import ClientArchived
from clients.models import Client, ClientGrant
from clients.services.clients import checked_permissions, lock
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput


def grant_account(context: AccountContext, client: Client, account_id: object, **terms: Any) -> ClientGrant:
    """Shares an account and everything below it. It must be the client's account or one below.

    `terms`: permissions, since, expires_at. Raises AccountNotFound, InvalidInput, ClientArchived.
    """
    target = open_accounts().filter(pk=parse_id(account_id), path__startswith=client.account.path).first()
    if target is None:
        raise AccountNotFound(f"There is no such account at {client.account} or below it.")
    return _grant(context, client, "target", target, **terms)


def grant_source(context: AccountContext, client: Client, source_id: object, **terms: Any) -> ClientGrant:
    """Shares one source. Raises SourceNotFound, InvalidInput, ClientArchived."""
    return _grant(context, client, "source", get_source(context, source_id), **terms)


def grant_group(context: AccountContext, client: Client, group_id: object, **terms: Any) -> ClientGrant:
    """Shares what a group holds, now and later. Raises GroupNotFound, InvalidInput, ClientArchived."""
    return _grant(context, client, "group", get_group(context, group_id), **terms)


@transaction.atomic
def revoke(context: AccountContext, grant: ClientGrant) -> None:
    """Holds from the next request on; links to files made of it are dead."""
    client, thing = lock(grant.client), str(grant.thing)
    if ClientGrant.objects.filter(pk=grant.pk).delete()[0]:
        record(context, "client.revoked", client, kind=grant.kind, what=thing)


@transaction.atomic
def _grant(
    context: AccountContext,
    client: Client,
    name: str,
    thing: Account | Source | SourceGroup,
    *,
    permissions: Iterable[str] | None = None,
    since: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
) -> ClientGrant:
    """`name`: the field of the grant that holds `thing`."""
    if expires_at is not None and expires_at <= now():
        raise InvalidInput("The grant would be over already.", fields={"expires_at": ["Choose a time to come."]})
    locked = lock(client)
    if locked.status == ClientStatus.ARCHIVED:
        raise ClientArchived(f"{locked.name} is archived.")
    place = thing if isinstance(thing, Account) else thing.account
    if not place.path.startswith(locked.account.path):
        raise InvalidInput(
            f"{thing} is not in {locked.account} or below it.",
            fields={name: ["Only what the client's account holds can be shared with it."]},
        )
    grant, _ = ClientGrant.objects.update_or_create(
        client=locked,
        **{name: thing},
        defaults={
            "account": locked.account,
            "permissions": None if permissions is None else checked_permissions(permissions),
            "since": since,
            "expires_at": expires_at,
            "created_by": context.user,
        },
    )
    record(
        context, "client.granted", locked, kind=grant.kind, what=str(thing), permissions=grant.permissions,
        since=since, expires_at=expires_at,
    )  # fmt: skip
    return grant  # type: ignore[no-any-return]
