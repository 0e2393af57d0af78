"""/connections/{id}/webhook: the address that the platform sends webhooks to."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from integrations.api.serializers.webhooks import WebhookChangeSerializer, WebhookSerializer, webhook_data
from integrations.models import Connection
from integrations.selectors.connections import get_connection
from integrations.services.webhooks import renew_address, set_signing_secret
from listbackup.core.api.validated import validated

TAGS = ["connections"]


class ConnectionWebhookView(AccountAPIView):
    # The address is a secret: whoever knows it can make us read.
    permissions = {"get": "connection.update", "patch": "connection.update"}

    @extend_schema(
        operation_id="connections_webhook_get",
        tags=TAGS,
        summary="The webhook address, when something last came, and how it is trusted",
        responses=WebhookSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self._answer(get_connection(self.context, pk))

    @extend_schema(
        operation_id="connections_webhook_update",
        tags=TAGS,
        summary="Turn webhooks on or make a new address, or set the secret that the platform signs with",
        request=WebhookChangeSerializer,
        responses=WebhookSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        connection = get_connection(self.context, pk)
        data = validated(WebhookChangeSerializer, request)
        if data.get("new_address"):
            renew_address(self.context, connection)
        if "signing_secret" in data:
            set_signing_secret(self.context, connection, data["signing_secret"])
        return self._answer(connection)

    def _answer(self, connection: Connection) -> Response:
        return Response(WebhookSerializer(webhook_data(connection)).data)
