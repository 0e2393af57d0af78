"""Clients: made, changed, suspended, archived."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.services.invitations import checked_address
from clients.enums import OPEN_REQUESTS, ClientStatus, Permission, RequestState, StaffAccess
from clients.errors import ClientArchived
from clients.models import Client, PortalSession, RestoreRequest
from listbackup.core.clock import now
from listbackup.core.errors import Conflict, InvalidInput
from listbackup.core.text import one_line, paragraphs


@transaction.atomic
def create_client(
    context: AccountContext,
    *,
    name: str,
    contact_email: str = "",
    note: str = "",
    permissions: Iterable[str] | None = None,
) -> Client:
    """A client of the context's account, which sees nothing yet. Raises InvalidInput, Conflict for a name that is taken."""
    client = Client(
        account=context.account,
        name=one_line(name, 150) or _nameless(),
        contact_email=optional_address(contact_email, "contact_email"),
        note=paragraphs(note, 2000),
        created_by=context.user,
    )
    if permissions is not None:
        client.permissions = checked_permissions(permissions)
    _save(client, insert=True)
    record(context, "client.created", client)
    return client


@transaction.atomic
def update_client(
    context: AccountContext,
    client: Client,
    *,
    name: str | None = None,
    contact_email: str | None = None,
    note: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Client:
    """Changes what is given. Raises InvalidInput, Conflict."""
    locked = lock(client)
    if name is not None:
        locked.name = one_line(name, 150) or _nameless()
    if contact_email is not None:
        locked.contact_email = optional_address(contact_email, "contact_email")
    if note is not None:
        locked.note = paragraphs(note, 2000)
    if settings is not None:
        locked.settings = settings
    _save(locked)
    record(context, "client.updated", locked)
    return locked


@transaction.atomic
def set_permissions(context: AccountContext, client: Client, permissions: Iterable[str]) -> Client:
    """What the client may do at most; holds from the next request on. Raises InvalidInput."""
    locked = lock(client)
    before, locked.permissions = locked.permissions, checked_permissions(permissions)
    locked.save(update_fields=["permissions", "updated_at"])
    record(context, "client.permissions_changed", locked, before=before, after=locked.permissions)
    return locked


@transaction.atomic
def set_active(context: AccountContext, client: Client, *, active: bool) -> Client:
    """Suspends, or lets in again; the client's people are out with their next request. Raises ClientArchived."""
    locked = lock(client)
    if locked.status == ClientStatus.ARCHIVED:
        raise ClientArchived(f"{locked.name} is archived.")
    wanted = ClientStatus.ACTIVE if active else ClientStatus.SUSPENDED
    if locked.status != wanted:
        _set_status(locked, wanted)
        record(context, "client.reactivated" if active else "client.suspended", locked)
    return locked


@transaction.atomic
def archive_client(context: AccountContext, client: Client) -> Client:
    """Access ends at once, open requests are taken back; what was written down about it stays, and it can come back."""
    locked = lock(client)
    if locked.status != ClientStatus.ARCHIVED:
        _set_status(locked, ClientStatus.ARCHIVED)
        RestoreRequest.objects.filter(client=locked, state__in=OPEN_REQUESTS).update(state=RequestState.CANCELLED)
        record(context, "client.archived", locked)
    return locked


@transaction.atomic
def bring_back(context: AccountContext, client: Client) -> Client:
    """An archived client is active again, with the grants that it had; its people sign in anew. Raises Conflict."""
    locked = lock(client)
    if locked.status == ClientStatus.ARCHIVED:
        _set_status(locked, ClientStatus.ACTIVE)
        record(context, "client.brought_back", locked)
    return locked


@transaction.atomic
def set_staff_access(context: AccountContext, client: Client, staff_access: str) -> Client:
    """What the agency's people may open: the client's own decision, made in the portal. Raises InvalidInput."""
    if staff_access not in StaffAccess.values:
        raise InvalidInput(
            "There is no such choice.", fields={"staff_access": [f"One of: {', '.join(StaffAccess.values)}."]}
        )
    locked = lock(client)
    if locked.staff_access != staff_access:
        locked.staff_access = staff_access
        locked.save(update_fields=["staff_access", "updated_at"])
        record(context, "portal.staff_access_changed", locked, staff_access=staff_access)
    return locked


def checked_permissions(names: Iterable[str]) -> list[str]:
    """In the order of `Permission`, each once; `view` is always among them. Raises InvalidInput."""
    wanted = set(names)
    unknown = sorted(wanted - set(Permission.values))
    if unknown:
        known = ", ".join(Permission.values)
        raise InvalidInput(
            "There is no such permission.", fields={"permissions": [f"{unknown[0][:40]} is none of: {known}."]}
        )
    return [name for name in Permission.values if name in wanted or name == Permission.VIEW]


def optional_address(text: str, field: str) -> str:
    """Empty, or an e-mail address in lower case. Raises InvalidInput."""
    return checked_address(text, field) if text.strip() else ""


def lock(client: Client) -> Client:
    """Two changes of one client wait for each other."""
    found: Client = (
        Client.objects.select_for_update(of=("self",)).select_related("account__organization").get(pk=client.pk)
    )
    return found


def _nameless() -> str:
    raise InvalidInput("A client needs a name.", fields={"name": ["Give it a name."]})


def _set_status(client: Client, status: str) -> None:
    client.status, client.status_changed_at = status, now()
    _save(client)
    if status != ClientStatus.ACTIVE:
        PortalSession.objects.filter(client=client).delete()


def _save(client: Client, *, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            client.save(force_insert=insert)
    except IntegrityError:
        raise Conflict(
            f"There is already a client called {client.name}.",
            code="client.name_taken",
            fields={"name": ["This name is taken."]},
        ) from None
