"""Versions of the streams' schemas."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountListView
from backups.models import StreamFields
from backups.selectors.sources import get_source
from backups.services import fields


class FieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    share = serializers.FloatField(help_text="of the records looked at, those that have it")


class FieldChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["added", "removed", "type"])
    before = serializers.ListField(child=serializers.CharField())
    after = serializers.ListField(child=serializers.CharField())


class StreamFieldsSerializer(serializers.ModelSerializer[StreamFields]):
    schema = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = StreamFields
        fields = ["id", "stream", "version", "snapshot", "schema", "changes", "created_at"]
        read_only_fields = fields

    @extend_schema_field(FieldSerializer(many=True))
    def get_schema(self, version: StreamFields) -> list[dict[str, Any]]:
        return [dict(zip(("name", "types", "share"), one, strict=True)) for one in version.fields]

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, version: StreamFields) -> list[dict[str, Any]]:
        return [dict(zip(("name", "kind", "before", "after"), one, strict=True)) for one in version.changes]


class FieldsView(AccountListView):
    serializer_class = StreamFieldsSerializer
    permissions = {"get": "record.view"}
    model = StreamFields

    def rows(self) -> Any:
        stream = self.request.query_params.get("stream", "")[:400]
        return fields.versions_of(self.context, get_source(self.context, self.kwargs["pk"]), stream)

    @extend_schema(operation_id="sources_fields", parameters=[OpenApiParameter("stream")], tags=["sources"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Versions of the streams' schemas, newest first; `stream` names one."""
        return self.list(request)
