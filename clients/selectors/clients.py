"""Reading clients, their people, grants and requests."""

from uuid import UUID

from django.db.models import OuterRef, QuerySet

from accounts.access.context import AccountContext
from accounts.activity.models import Entry
from clients.enums import ClientStatus, RequestState
from clients.errors import ClientNotFound, GrantNotFound, PersonNotFound, RequestNotFound
from clients.models import Client, ClientGrant, ClientPerson, RestoreRequest
from listbackup.core.db import counted


def clients_of(context: AccountContext, *, archived: bool = False) -> QuerySet[Client]:
    """Clients of the account and of those below it, newest first, with `person_count`, `grant_count` and
    `waiting_count` (requests that wait for an answer)."""
    waiting = RestoreRequest.objects.filter(client=OuterRef("pk"), state=RequestState.WAITING)
    found: QuerySet[Client] = (
        Client.objects.visible_to(context)
        .select_related("account__organization")
        .annotate(
            person_count=counted(ClientPerson.objects.filter(client=OuterRef("pk")), "client"),
            grant_count=counted(ClientGrant.objects.filter(client=OuterRef("pk")), "client"),
            waiting_count=counted(waiting, "client"),
        )
        .order_by("-id")
    )
    return found if archived else found.exclude(status=ClientStatus.ARCHIVED)


def get_client(context: AccountContext, pk: object) -> Client:
    """Also an archived one. Raises ClientNotFound."""
    found = clients_of(context, archived=True).filter(pk=_uuid(pk)).first()
    if found is None:
        raise ClientNotFound("There is no such client.")
    return found


def people_of(client: Client) -> QuerySet[ClientPerson]:
    found: QuerySet[ClientPerson] = (
        ClientPerson.objects.filter(client=client).select_related("invited_by").order_by("-id")
    )
    return found


def get_person(client: Client, pk: object) -> ClientPerson:
    """Raises PersonNotFound."""
    found = people_of(client).filter(pk=_uuid(pk)).first()
    if found is None:
        raise PersonNotFound("This client has no such person.")
    return found


def grants_of(client: Client) -> QuerySet[ClientGrant]:
    """All of them, expired ones too, newest first."""
    found: QuerySet[ClientGrant] = (
        ClientGrant.objects.filter(client=client)
        .select_related("target", "source__account", "group", "client")
        .defer("source__proof")
        .order_by("-id")
    )
    return found


def get_grant(client: Client, pk: object) -> ClientGrant:
    """Raises GrantNotFound."""
    found = grants_of(client).filter(pk=_uuid(pk)).first()
    if found is None:
        raise GrantNotFound("This client has no such grant.")
    return found


def requests_of(context: AccountContext, client: Client | None = None) -> QuerySet[RestoreRequest]:
    """Newest first: for members those of the account's clients, for a guest their own client's."""
    rows = (
        RestoreRequest.objects.filter(client_id=context.guest.id)
        if context.guest is not None
        else RestoreRequest.objects.visible_to(context)
    )
    found: QuerySet[RestoreRequest] = (
        rows.select_related("client__account", "person", "source__connection", "snapshot", "job", "decided_by")
        .defer("source__proof")
        .order_by("-id")
    )
    return found if client is None else found.filter(client=client)


def get_request(context: AccountContext, pk: object) -> RestoreRequest:
    """Raises RequestNotFound."""
    found = requests_of(context).filter(pk=_uuid(pk)).first()
    if found is None:
        raise RequestNotFound("There is no such request.")
    return found


def log_of(client: Client) -> QuerySet[Entry]:
    """What the client's people did, and what the agency did with the client and its records, newest first."""
    found: QuerySet[Entry] = Entry.objects.filter(
        account=client.account_id, object_type="client", object_id=str(client.pk)
    ).order_by("-number")
    return found


def _uuid(value: object) -> UUID:
    """What is no id is nobody's."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return UUID(int=0)
