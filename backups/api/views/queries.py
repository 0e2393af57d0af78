"""SQL over a source, and saved queries."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from backups.models import SavedQuery
from backups.query.sql import MOST_SQL
from backups.selectors.snapshots import get_snapshot
from backups.selectors.sources import get_source
from backups.services import queries
from listbackup.core.api.validated import validated

TAGS = ["sources"]


class QuerySerializer(serializers.Serializer[Any]):
    sql = serializers.CharField(max_length=MOST_SQL, help_text="one SELECT; streams are tables")
    snapshot = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="by default the last one")
    rows = serializers.IntegerField(min_value=1, max_value=10_000, required=False, default=queries.PAGE)


class QueryColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField(help_text="DuckDB's")


class QueryAnswerSerializer(serializers.Serializer[Any]):
    columns = QueryColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField(), help_text="values in the order of the columns")
    more = serializers.BooleanField(help_text="whether there are further rows")


class SavedQuerySerializer(serializers.ModelSerializer[SavedQuery]):
    created_by = serializers.UUIDField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = SavedQuery
        fields = ["id", "source", "name", "sql", "created_by", "created_at", "updated_at"]
        read_only_fields = ["id", "source", "created_by", "created_at", "updated_at"]
        extra_kwargs = {"sql": {"max_length": MOST_SQL}}


class QueryView(AccountAPIView):
    permissions = {"post": "record.view"}

    @extend_schema(operation_id="sources_query", request=QuerySerializer, responses=QueryAnswerSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Runs one reading statement over the source as of a snapshot. Every run is in the activity."""
        source = get_source(self.context, pk)
        given = validated(QuerySerializer, request)
        snapshot = get_snapshot(self.context, given["snapshot"], source=source) if given["snapshot"] else None
        answer = queries.ask(self.context, source, given["sql"], snapshot=snapshot, rows=given["rows"])
        columns = [{"name": name, "type": kind} for name, kind in answer.columns]
        return Response({"columns": columns, "rows": answer.rows, "more": answer.more})


class SavedQueriesView(AccountListView):
    serializer_class = SavedQuerySerializer
    permissions = {"get": "record.view", "post": "query.save"}
    model = SavedQuery

    def rows(self) -> Any:
        return queries.saved_queries(self.context, get_source(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="saved_queries_list", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The source's saved queries."""
        return self.list(request)

    @extend_schema(
        operation_id="saved_queries_create",
        request=SavedQuerySerializer,
        responses={201: SavedQuerySerializer},
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Keeps a query to be asked again; it is not run."""
        source = get_source(self.context, pk)
        given = validated(SavedQuerySerializer, request)
        made = queries.save_query(self.context, source, name=given["name"], sql=given["sql"])
        return Response(SavedQuerySerializer(made).data, status=201)


class SavedQueryView(AccountAPIView):
    permissions = {"get": "record.view", "delete": "query.save"}

    @extend_schema(operation_id="saved_queries_get", responses=SavedQuerySerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID, query_id: UUID) -> Response:
        """One saved query."""
        found = queries.get_saved(self.context, get_source(self.context, pk), query_id)
        return Response(SavedQuerySerializer(found).data)

    @extend_schema(
        operation_id="saved_queries_delete", responses={204: OpenApiResponse(description="Deleted")}, tags=TAGS
    )
    def delete(self, request: Request, pk: UUID, query_id: UUID) -> Response:
        """Deletes a saved query."""
        found = queries.get_saved(self.context, get_source(self.context, pk), query_id)
        queries.delete_query(self.context, found)
        return Response(status=204)
