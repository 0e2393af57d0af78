"""`/status`, `/system/health` and the OpenAPI document: open to anyone, without secrets."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import PublicAPIView
from listbackup.status import health


class ComponentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    ok = serializers.BooleanField()
    detail = serializers.CharField()


HEALTH = inline_serializer(
    "Health",
    {
        "status": serializers.ChoiceField(choices=health.STATUSES),
        "version": serializers.CharField(),
        "components": ComponentSerializer(many=True),
    },
)


def _report() -> tuple[str, list[health.Component]]:
    parts = health.components()
    if not health.healthy(parts):
        return "down", parts
    return ("ok" if all(part.ok for part in parts) else "degraded"), parts


def _body(status: str, parts: list[health.Component]) -> dict[str, Any]:
    return {"status": status, "version": health.version(), "components": ComponentSerializer(parts, many=True).data}


class StatusView(PublicAPIView):
    @extend_schema(operation_id="status", responses=HEALTH, auth=[], tags=["system"])
    def get(self, request: Request) -> Response:
        """Version and state of every component; always 200."""
        return Response(_body(*_report()))


class HealthView(PublicAPIView):
    @extend_schema(operation_id="system_health", responses={200: HEALTH, 503: HEALTH}, auth=[], tags=["system"])
    def get(self, request: Request) -> Response:
        """For load balancers: 503 when a part that matters (database, broker, storage) is down."""
        status, parts = _report()
        return Response(_body(status, parts), status=503 if status == "down" else 200)


class OpenApiView(PublicAPIView):
    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    throttle_classes: list[Any] = []

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """The OpenAPI 3.1 document; `?format=yaml` or `Accept: application/vnd.oai.openapi`."""
        return Response(SchemaGenerator().get_schema(request=None, public=True))
