"""/custom-platforms: REST connectors that the account describes itself."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from integrations.api.serializers import custom_platforms as shapes
from integrations.models import CustomPlatform, CustomPlatformVersion
from integrations.selectors import custom_platforms as selectors
from integrations.services import custom_platforms as service
from integrations.services import manifests
from integrations.services.live_check import LiveCheck, check_live
from listbackup.core.api.validated import validated

TAGS = ["custom platforms"]


class CustomPlatformsView(AccountListView):
    serializer_class = shapes.CustomPlatformSerializer
    permissions = {"get": "custom_platform.view", "post": "custom_platform.create"}
    model = CustomPlatform

    def rows(self) -> Any:
        return selectors.custom_platforms_of(self.context).order_by("-id")

    @extend_schema(operation_id="custom_platforms_list", tags=TAGS, summary="The account's own connectors")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="custom_platforms_create",
        tags=TAGS,
        summary="Save a connector",
        request=shapes.ManifestSerializer,
        responses={201: shapes.CustomPlatformDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Every problem of the manifest is named with its line and column."""
        data = validated(shapes.ManifestSerializer, request)
        made = service.create_custom_platform(self.context, text=data["manifest"])
        return Response(shapes.CustomPlatformDetailSerializer(made).data, status=201)


class CustomPlatformView(AccountAPIView):
    permissions = {
        "get": "custom_platform.view",
        "patch": "custom_platform.update",
        "delete": "custom_platform.delete",
    }

    @extend_schema(operation_id="custom_platforms_get", tags=TAGS, responses=shapes.CustomPlatformDetailSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(shapes.CustomPlatformDetailSerializer(selectors.get_custom_platform(self.context, pk)).data)

    @extend_schema(
        operation_id="custom_platforms_update",
        tags=TAGS,
        summary="Save a new version",
        request=shapes.ManifestChangeSerializer,
        responses=shapes.CustomPlatformDetailSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        platform = selectors.get_custom_platform(self.context, pk)
        data = validated(shapes.ManifestChangeSerializer, request)
        saved = service.change_custom_platform(self.context, platform, text=data["manifest"], based_on=data["based_on"])
        return Response(shapes.CustomPlatformDetailSerializer(saved).data)

    @extend_schema(
        operation_id="custom_platforms_delete",
        tags=TAGS,
        summary="Delete; refused while connections use it",
        responses={204: OpenApiResponse(description="Deleted")},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        service.delete_custom_platform(self.context, selectors.get_custom_platform(self.context, pk))
        return Response(status=204)


class VersionsView(AccountListView):
    serializer_class = shapes.CustomPlatformVersionSerializer
    permissions = {"get": "custom_platform.view"}
    model = CustomPlatformVersion

    def rows(self) -> Any:
        platform = selectors.get_custom_platform(self.context, self.kwargs["pk"])
        return selectors.versions_of(self.context, platform).order_by("-id")

    @extend_schema(operation_id="custom_platform_versions_list", tags=TAGS, summary="Every version that was saved")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return self.list(request)


class VersionView(AccountAPIView):
    permissions = {"get": "custom_platform.view", "post": "custom_platform.update"}

    @extend_schema(
        operation_id="custom_platform_versions_get", tags=TAGS, responses=shapes.CustomPlatformVersionDetailSerializer
    )
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        platform = selectors.get_custom_platform(self.context, pk)
        found = selectors.get_version(self.context, platform, number)
        return Response(shapes.CustomPlatformVersionDetailSerializer(found).data)

    @extend_schema(
        operation_id="custom_platform_versions_restore",
        tags=TAGS,
        summary="Save this version again as the newest",
        request=None,
        responses=shapes.CustomPlatformDetailSerializer,
    )
    def post(self, request: Request, pk: UUID, number: int) -> Response:
        platform = selectors.get_custom_platform(self.context, pk)
        saved = service.go_back(self.context, platform, number=number)
        return Response(shapes.CustomPlatformDetailSerializer(saved).data)


class LiveCheckView(AccountAPIView):
    permissions = {"post": "custom_platform.create"}

    @extend_schema(
        operation_id="custom_platforms_check",
        tags=TAGS,
        summary="Read one page of every stream; nothing is stored",
        description="Answers within 30 seconds. Secrets are used once and not kept.",
        request=shapes.LiveCheckRequestSerializer,
        responses=shapes.LiveCheckSerializer,
    )
    def post(self, request: Request) -> Response:
        data = validated(shapes.LiveCheckRequestSerializer, request)
        manifest = manifests.parse(data["manifest"])
        check = check_live(manifest, secrets=data.get("secrets", {}), config=data.get("config", {}))
        return Response(shapes.LiveCheckSerializer(_facts(check)).data)


def _facts(check: LiveCheck) -> dict[str, Any]:
    return {
        "ok": check.error is None and not check.failed,
        "error_text": check.error.message if check.error else "",
        "account_label": check.account_label,
        "seconds": round(check.seconds, 3),
        "left_out": check.left_out,
        "streams": check.streams,
    }
