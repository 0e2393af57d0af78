"""The versions of the account's key. Neither keys nor the recovery key ever leave by the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountListView
from backups.models import AccountKey
from backups.selectors.keys import key_versions
from backups.services.keys import rotate

TAGS = ["keys"]


class KeyVersionSerializer(serializers.ModelSerializer[AccountKey]):
    class Meta:
        model = AccountKey
        fields = ["id", "version", "state", "provider", "created_at"]


class KeysView(AccountListView):
    permissions = {"get": "key.view", "post": "key.rotate"}
    serializer_class = KeyVersionSerializer

    model = AccountKey

    def rows(self) -> QuerySet[Any]:
        return key_versions(self.context)

    @extend_schema(operation_id="keys_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The versions of the account's key; the active one seals what is written from now on."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="keys_rotate", request=None, responses={201: KeyVersionSerializer}, tags=TAGS)
    def post(self, request: Request) -> Response:
        """Makes a new version. Runs that are under way end with the one they began with; old versions stay readable."""
        made = rotate(self.context)
        return Response(KeyVersionSerializer(made).data, status=status.HTTP_201_CREATED)
