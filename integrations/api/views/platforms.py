"""/platforms: the catalogue."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from integrations.api.serializers.platforms import (
    PlatformDetailSerializer,
    PlatformListSerializer,
    PlatformSerializer,
    StreamListSerializer,
    StreamSerializer,
)
from integrations.selectors.platforms import catalogue, get_platform, get_stream

TAGS = ["platforms"]


class PlatformsView(AccountAPIView):
    permissions = {"get": "platform.view"}

    @extend_schema(
        operation_id="platforms_list",
        tags=TAGS,
        summary="What can be connected",
        parameters=[
            OpenApiParameter("category", OpenApiTypes.STR),
            OpenApiParameter("type", OpenApiTypes.STR, description="a way to sign in, such as oauth2"),
            OpenApiParameter("status", OpenApiTypes.STR, enum=["available", "not_configured"]),
            OpenApiParameter("search", OpenApiTypes.STR),
        ],
        responses=PlatformListSerializer,
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        found = catalogue(
            category=query.get("category", ""),
            kind=query.get("type", ""),
            status=query.get("status", ""),
            search=query.get("search", "")[:100],
        )
        return Response({"next": None, "previous": None, "results": PlatformSerializer(found, many=True).data})


class PlatformView(AccountAPIView):
    permissions = {"get": "platform.view"}

    @extend_schema(
        operation_id="platforms_get",
        tags=TAGS,
        summary="Ways to sign in, permissions, streams, limits",
        responses=PlatformDetailSerializer,
    )
    def get(self, request: Request, pk: str) -> Response:
        return Response(PlatformDetailSerializer(get_platform(pk)).data)


class StreamsView(AccountAPIView):
    permissions = {"get": "platform.view"}

    @extend_schema(
        operation_id="platform_sources_list",
        tags=TAGS,
        summary="The kinds of data that can be backed up",
        responses=StreamListSerializer,
    )
    def get(self, request: Request, pk: str) -> Response:
        streams = StreamSerializer(get_platform(pk).streams, many=True).data
        return Response({"next": None, "previous": None, "results": streams})


class StreamView(AccountAPIView):
    permissions = {"get": "platform.view"}

    @extend_schema(
        operation_id="platform_sources_get", tags=TAGS, summary="One kind of data", responses=StreamSerializer
    )
    def get(self, request: Request, pk: str, stream: str) -> Response:
        return Response(StreamSerializer(get_stream(get_platform(pk), stream)).data)
