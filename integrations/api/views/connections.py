"""/connections and /platforms/{id}/connections."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from integrations.api.filters import ConnectionFilter, PlatformConnectionFilter
from integrations.api.serializers.connections import (
    CheckSerializer,
    ConnectionCreateSerializer,
    ConnectionSerializer,
    ConnectionUpdateSerializer,
    OAuthStartedSerializer,
    PlatformConnectSerializer,
    check_facts,
)
from integrations.api.session import session_key_of
from integrations.enums import AuthKind
from integrations.models import Connection
from integrations.models.connection import CUSTOM
from integrations.oauth import flow
from integrations.selectors.connections import connections_of, get_connection
from integrations.selectors.platforms import get_platform
from integrations.services import connections as service
from listbackup.core.api.validated import validated
from listbackup.core.clock import now

TAGS = ["connections"]


class _ConnectionList(AccountListView):
    model = Connection
    serializer_class = ConnectionSerializer
    filterset_class = ConnectionFilter
    permissions = {"get": "connection.view", "post": "connection.create"}

    def rows(self) -> Any:
        return connections_of(self.context)


class ConnectionsView(_ConnectionList):
    @extend_schema(operation_id="connections_list", tags=TAGS, summary="The account's connections")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="connections_create",
        tags=TAGS,
        summary="Connect with a key; tested before it is stored",
        description="Connecting the same account of a platform again renews the connection that is there.",
        request=ConnectionCreateSerializer,
        responses={201: ConnectionSerializer},
    )
    def post(self, request: Request) -> Response:
        data = validated(ConnectionCreateSerializer, request)
        connection = service.create_connection(
            self.context,
            platform=data.get("platform") or CUSTOM,
            name=data.get("name", ""),
            secrets=data.get("secrets", {}),
            config=data.get("config"),
            manifest=data.get("manifest"),
        )
        return Response(ConnectionSerializer(connection).data, status=201)


class PlatformConnectionsView(_ConnectionList):
    filterset_class = PlatformConnectionFilter

    def rows(self) -> Any:
        platform = get_platform(self.kwargs["pk"])
        return super().rows().filter(platform=platform.key)

    @extend_schema(
        operation_id="platform_connections_list", tags=["platforms"], summary="The account's connections to a platform"
    )
    def get(self, request: Request, pk: str) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="platform_connections_create",
        tags=["platforms"],
        summary="Connect with a key (201), or begin OAuth (200 with the address to go to)",
        request=PlatformConnectSerializer,
        responses={200: OAuthStartedSerializer, 201: ConnectionSerializer},
    )
    def post(self, request: Request, pk: str) -> Response:
        data = validated(PlatformConnectSerializer, request)
        definition = get_platform(pk)
        if not data.get("secrets") and AuthKind.OAUTH2 in definition.auth_kinds:
            url = flow.start(
                self.context,
                platform=definition.key,
                session_key=session_key_of(request),
                return_to=data.get("return_to", ""),
                name=data.get("name", ""),
            )
            started = {"authorization_url": url, "expires_at": now() + flow.LIFETIME}
            return Response(OAuthStartedSerializer(started).data)
        connection = service.create_connection(
            self.context,
            platform=definition.key,
            name=data.get("name", ""),
            secrets=data.get("secrets", {}),
            config=data.get("config"),
        )
        return Response(ConnectionSerializer(connection).data, status=201)


class ConnectionView(AccountAPIView):
    permissions = {"get": "connection.view", "patch": "connection.update", "delete": "connection.delete"}

    @extend_schema(operation_id="connections_get", tags=TAGS, responses=ConnectionSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ConnectionSerializer(get_connection(self.context, pk)).data)

    @extend_schema(
        operation_id="connections_update",
        tags=TAGS,
        summary="Rename, or replace credentials or configuration (tested first)",
        request=ConnectionUpdateSerializer,
        responses=ConnectionSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        connection = get_connection(self.context, pk)
        data = validated(ConnectionUpdateSerializer, request)
        changed = service.update_connection(
            self.context,
            connection,
            name=data.get("name"),
            secrets=data.get("secrets"),
            config=data.get("config"),
            quota_share=data.get("quota_share"),
        )
        return Response(ConnectionSerializer(changed).data)

    @extend_schema(
        operation_id="connections_delete",
        tags=TAGS,
        summary="Revoke at the platform, wipe the secret, pause the sources",
        responses={204: OpenApiResponse(description="Deleted")},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        service.delete_connection(self.context, get_connection(self.context, pk))
        return Response(status=204)


class ConnectionTestView(AccountAPIView):
    permissions = {"post": "connection.test"}

    @extend_schema(
        operation_id="connections_test",
        tags=TAGS,
        summary="A live call; says what works, scope by scope",
        request=None,
        responses=CheckSerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        connection = get_connection(self.context, pk)
        check = service.test_connection(self.context, connection)
        return Response(check_facts(connection, check))
