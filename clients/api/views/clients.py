"""Clients, for the agency's members."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from accounts.access.context import AccountContext
from clients.api.filters import ClientFilter
from clients.api.serializers.clients import (
    ClientCreateSerializer,
    ClientDetailSerializer,
    ClientSerializer,
    ClientUpdateSerializer,
    PermissionsSerializer,
    SuspendSerializer,
)
from clients.models import Client
from clients.selectors.clients import clients_of, get_client
from clients.services import clients
from listbackup.core.api.validated import validated

TAGS = ["clients"]


def client_answer(context: AccountContext, pk: UUID, status: int = 200) -> Response:
    """The client as it is now, with what is shared with it."""
    return Response(ClientDetailSerializer(get_client(context, pk)).data, status=status)


class ClientsView(AccountListView):
    permissions = {"get": "client.view", "post": "client.create"}
    serializer_class = ClientSerializer
    filterset_class = ClientFilter
    model = Client

    def rows(self) -> QuerySet[Client]:
        asked = self.request.query_params
        return clients_of(self.context, status=asked.get("status", ""), text=asked.get("search", ""))

    @extend_schema(operation_id="clients_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Of the account and of those below it, newest first; archived ones only when asked for."""
        return self.list(request)

    @extend_schema(
        operation_id="clients_create",
        request=ClientCreateSerializer,
        responses={201: ClientDetailSerializer},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """A client company. It sees nothing before something is shared with it."""
        client = clients.create_client(self.context, **validated(ClientCreateSerializer, request))
        return client_answer(self.context, client.pk, status=201)


class ClientView(AccountAPIView):
    permissions = {"get": "client.view", "patch": "client.update", "delete": "client.archive"}

    @extend_schema(operation_id="clients_get", responses=ClientDetailSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """One client, with what is shared with it."""
        return client_answer(self.context, pk)

    @extend_schema(
        operation_id="clients_update", request=ClientUpdateSerializer, responses=ClientDetailSerializer, tags=TAGS
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        client = get_client(self.context, pk)
        clients.update_client(self.context, client, **validated(ClientUpdateSerializer, request))
        return client_answer(self.context, pk)

    @extend_schema(operation_id="clients_delete", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Archives it: nobody of it gets in any more. What was written down stays, and it can be brought back."""
        clients.archive_client(self.context, get_client(self.context, pk))
        return Response(status=204)


class ClientSuspendView(AccountAPIView):
    permissions = {"post": "client.suspend"}

    @extend_schema(
        operation_id="clients_suspend", request=SuspendSerializer, responses=ClientDetailSerializer, tags=TAGS
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Suspends it, effective on its people's next request, or with `active` lets it in again."""
        client = get_client(self.context, pk)
        clients.set_active(self.context, client, active=validated(SuspendSerializer, request)["active"])
        return client_answer(self.context, pk)


class ClientRestoreView(AccountAPIView):
    permissions = {"post": "client.archive"}

    @extend_schema(operation_id="clients_bring_back", request=None, responses=ClientDetailSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Brings an archived client back, with the grants that it had."""
        clients.bring_back(self.context, get_client(self.context, pk))
        return client_answer(self.context, pk)


class ClientPermissionsView(AccountAPIView):
    permissions = {"put": "client.grant"}

    @extend_schema(
        operation_id="clients_set_permissions",
        request=PermissionsSerializer,
        responses=ClientDetailSerializer,
        tags=TAGS,
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """What it may do at most; grants may allow less."""
        client = get_client(self.context, pk)
        clients.set_permissions(self.context, client, validated(PermissionsSerializer, request)["permissions"])
        return client_answer(self.context, pk)
