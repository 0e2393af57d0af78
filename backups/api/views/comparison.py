"""Comparing two snapshots of a source."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView
from backups.api.serializers.comparison import (
    ChangesQuerySerializer,
    ChangesSerializer,
    CompareQuerySerializer,
    ComparisonSerializer,
)
from backups.models import Snapshot, Source
from backups.selectors.snapshots import compared
from backups.services.comparison import counts_of, difference_of
from backups.services.looking import readable_source
from listbackup.core.api.validated import asked

TAGS = ["sources"]


class CompareView(AccountAPIView):
    permissions = {"get": "record.view"}

    @extend_schema(
        operation_id="sources_compare", parameters=[CompareQuerySerializer], responses=ComparisonSerializer, tags=TAGS
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """How many records were added, changed and deleted between two snapshots, by stream."""
        source = readable_source(self.context, pk)
        query = asked(CompareQuerySerializer, request)
        older, newer = self._pair(source, query)
        with difference_of(older, newer) as difference:
            streams = counts_of(difference, older, newer)
        return Response(ComparisonSerializer({"old": older, "new": newer, "streams": streams}).data)

    def _pair(self, source: Source, given: dict[str, Any]) -> tuple[Snapshot, Snapshot]:
        return compared(self.context, source, given.get("old"), given.get("new"))


class ChangesView(CompareView):
    @extend_schema(
        operation_id="sources_changes", parameters=[ChangesQuerySerializer], responses=ChangesSerializer, tags=TAGS
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The records of one stream that differ between two snapshots, before and after, in order of keys."""
        source = readable_source(self.context, pk)
        given = asked(ChangesQuerySerializer, request)
        older, newer = self._pair(source, given)
        size = given["page_size"]
        with difference_of(older, newer) as difference:
            rows = difference.page(
                given["stream"], kind=given.get("kind", ""), after=given.get("after"), limit=size + 1
            )
        more, rows = len(rows) > size, rows[:size]
        return Response(ChangesSerializer({"next": rows[-1].key if more else None, "results": rows}).data)
