"""The caller's own picture."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import UserAPIView
from accounts.api.serializers.users import MeSerializer
from accounts.services import pictures
from listbackup.core.api.validated import validated
from listbackup.core.web.downloads import shown_image

TAGS = ["users"]


class PictureSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="PNG, JPEG, WebP or GIF, at most 5 MB")


class MyPictureView(UserAPIView):
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="users_my_picture", responses={(200, "image/webp"): OpenApiTypes.BINARY}, tags=TAGS)
    def get(self, request: Request) -> HttpResponse:
        """256 by 256 pixels; 404 without a picture."""
        return shown_image(pictures.picture_of(request.user.pk), pictures.TYPE)

    @extend_schema(
        operation_id="users_set_my_picture",
        request={"multipart/form-data": PictureSerializer},
        responses=MeSerializer,
        tags=TAGS,
    )
    def put(self, request: Request) -> Response:
        """Cut to a square. Nothing of the file is kept but its pixels."""
        user: Any = request.user
        given = validated(PictureSerializer, request)
        return Response(MeSerializer(pictures.set_picture(user, given["file"])).data)

    @extend_schema(
        operation_id="users_remove_my_picture",
        request=None,
        responses={204: OpenApiResponse(description="Removed")},
        tags=TAGS,
    )
    def delete(self, request: Request) -> Response:
        """Without a picture nothing happens."""
        user: Any = request.user
        pictures.remove_picture(user)
        return Response(status=204)
