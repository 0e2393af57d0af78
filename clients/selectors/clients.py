"""Reading clients, their people, grants and requests."""

from typing import TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from accounts.access.context import AccountContext
from accounts.activity.models import Entry
from clients.enums import ClientStatus, RequestState
from clients.errors import ClientNotFound, GrantNotFound, PersonNotFound, RequestNotFound
from clients.models import Client, ClientGrant, ClientPerson, RestoreRequest
from listbackup.core.db import counted
from listbackup.core.ids import parse_id

M = TypeVar("M", bound=Model)


def clients_of(context: AccountContext, *, status: str = "", text: str = "") -> QuerySet[Client]:
    """Clients of the account and of those below it, newest first; archived ones only when `status` asks for them. Each
    with `person_count`, `grant_count`, `waiting_count` (requests that wait for an answer) and `last_sign_in_at`."""
    found = _counted(Client.objects.visible_to(context))
    found = (
        found.filter(status=status) if status in ClientStatus.values else found.exclude(status=ClientStatus.ARCHIVED)
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(contact_email__icontains=text))
    return found


def _counted(rows: QuerySet[Client]) -> QuerySet[Client]:
    people = ClientPerson.objects.filter(client=OuterRef("pk"))
    waiting = RestoreRequest.objects.filter(client=OuterRef("pk"), state=RequestState.WAITING)
    last = people.filter(last_sign_in_at__isnull=False).order_by("-last_sign_in_at").values("last_sign_in_at")
    found: QuerySet[Client] = (
        rows.select_related("account__organization")
        .annotate(
            person_count=counted(people, "client"),
            grant_count=counted(ClientGrant.objects.filter(client=OuterRef("pk")), "client"),
            waiting_count=counted(waiting, "client"),
            last_sign_in_at=Subquery(last[:1]),
        )
        .order_by("-id")
    )
    return found


def get_client(context: AccountContext, pk: object) -> Client:
    """Also an archived one. Raises ClientNotFound."""
    found = _one(_counted(Client.objects.visible_to(context)), pk)
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
    found = _one(people_of(client), pk)
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
    found = _one(grants_of(client), pk)
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
    found = _one(requests_of(context), pk)
    if found is None:
        raise RequestNotFound("There is no such request.")
    return found


def log_of(client: Client) -> QuerySet[Entry]:
    """What the client's people did, and what the agency did with the client and its records, newest first."""
    # Of whatever account: who acts from the account above writes into that one's.
    found: QuerySet[Entry] = Entry.objects.filter(object_type="client", object_id=str(client.pk)).order_by("-number")
    return found


def _one(rows: QuerySet[M], pk: object) -> M | None:
    key = parse_id(str(pk))
    return rows.filter(pk=key).first() if key else None
