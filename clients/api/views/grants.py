"""What is shared with a client."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from clients.api.serializers.clients import (
    AccountGrantSerializer,
    ClientGrantSerializer,
    GroupGrantSerializer,
    RevokeSerializer,
    SourceGrantSerializer,
)
from clients.models import ClientGrant
from clients.selectors.clients import get_client, get_grant, grants_of
from clients.services import grants
from listbackup.core.api.validated import validated

TAGS = ["clients"]


def _made(grant: ClientGrant) -> Response:
    return Response(ClientGrantSerializer(grant).data)


class GrantsView(AccountListView):
    permissions = {"get": "client.view"}
    serializer_class = ClientGrantSerializer
    model = ClientGrant

    def rows(self) -> QuerySet[ClientGrant]:
        return grants_of(get_client(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="clients_list_access", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All grants, newest first; those that are over say so (`in_force`)."""
        return self.list(request)


class AccountGrantView(AccountAPIView):
    permissions = {"post": "client.grant"}

    @extend_schema(
        operation_id="clients_grant_account_access",
        request=AccountGrantSerializer,
        responses=ClientGrantSerializer,
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Shares an account and all below it; sharing it again changes the terms."""
        client, given = get_client(self.context, pk), validated(AccountGrantSerializer, request)
        return _made(grants.grant_account(self.context, client, given.pop("account_id"), **given))


class SourceGrantView(AccountAPIView):
    permissions = {"post": "client.grant"}

    @extend_schema(
        operation_id="clients_grant_source_access",
        request=SourceGrantSerializer,
        responses=ClientGrantSerializer,
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Shares one source; sharing it again changes the terms."""
        client, given = get_client(self.context, pk), validated(SourceGrantSerializer, request)
        return _made(grants.grant_source(self.context, client, given.pop("source_id"), **given))


class GroupGrantView(AccountAPIView):
    permissions = {"post": "client.grant"}

    @extend_schema(
        operation_id="clients_grant_group_access",
        request=GroupGrantSerializer,
        responses=ClientGrantSerializer,
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Shares what a group holds, now and later; sharing it again changes the terms."""
        client, given = get_client(self.context, pk), validated(GroupGrantSerializer, request)
        return _made(grants.grant_group(self.context, client, given.pop("group_id"), **given))


class RevokeView(AccountAPIView):
    permissions = {"post": "client.grant"}

    @extend_schema(operation_id="clients_revoke_access", request=RevokeSerializer, responses={204: None}, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Takes a grant back; holds from the client's next request on."""
        client = get_client(self.context, pk)
        grants.revoke(self.context, get_grant(client, validated(RevokeSerializer, request)["grant_id"]))
        return Response(status=204)
