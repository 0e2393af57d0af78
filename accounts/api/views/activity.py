"""The activity log: to look through, to take along, and to be followed by a SIEM."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountListView
from accounts.activity.archive import archived_to
from accounts.activity.export import export
from accounts.activity.filters import EntryFilter, entries_of
from accounts.activity.models import Entry
from accounts.api.serializers.activity import (
    EntrySerializer,
    ExportQuerySerializer,
    FeedQuerySerializer,
    FeedSerializer,
)
from listbackup.core.api.cursors import CursorPages
from listbackup.core.api.validated import asked
from listbackup.core.web.downloads import streamed

TAGS = ["activity"]


class NewestFirst(CursorPages):
    ordering = "-number"


class ActivityView(AccountListView):
    permissions = {"get": "activity.view"}
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    pagination_class: Any = NewestFirst
    model = Entry

    def rows(self) -> QuerySet[Entry]:
        return entries_of(self.context)

    @extend_schema(operation_id="activity_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """What happened in the account and below it, newest first."""
        return self.list(request)


class ActivityFeedView(ActivityView):
    pagination_class: Any = None

    @extend_schema(operation_id="activity_feed", parameters=[FeedQuerySerializer], responses=FeedSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        """The same, oldest first, from a number on: for collectors (SIEM). No entry appears before one already given."""
        query = asked(FeedQuerySerializer, request)
        after, limit = query["after"], query["limit"]
        entries = self.filter_queryset(self.get_queryset()).filter(number__gt=after).order_by("number")
        found = list(entries[: limit + 1])
        given = found[:limit]
        return Response(
            {
                "results": EntrySerializer(given, many=True).data,
                "next_after": given[-1].number if given else after,
                "more": len(found) > limit,
                "archived_to": archived_to(),
            }
        )


class ActivityExportView(ActivityView):
    pagination_class: Any = None

    @extend_schema(
        operation_id="activity_export",
        parameters=[ExportQuerySerializer],
        responses={
            (200, "application/x-ndjson"): OpenApiTypes.BINARY,
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY),
        },
        tags=TAGS,
    )
    def get(self, request: Request) -> HttpResponseBase:  # type: ignore[override]
        """All that the filters leave as a file, oldest first; what is older than 90 days by `month`. The export is
        itself written down."""
        query = asked(ExportQuerySerializer, request)
        entries = self.filter_queryset(self.get_queryset())
        filters = {name: value for name, value in request.query_params.items() if name in EntryFilter.base_filters}
        return streamed(request._request, export(self.context, entries, filters=filters, **query))
