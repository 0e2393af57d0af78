"""Sources."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from backups.api.filters import SourceFilter
from backups.api.serializers.jobs import JobSerializer
from backups.api.serializers.sources import (
    SourceCreateSerializer,
    SourceDeleteSerializer,
    SourceSerializer,
    SourceTestSerializer,
    SourceUpdateSerializer,
)
from backups.errors import JobAlreadyRunning
from backups.models import Source
from backups.selectors.sources import get_source, sources_of
from backups.services import jobs, retention, sources
from integrations.selectors.connections import get_connection
from listbackup.core.api.validated import asked, validated

TAGS = ["sources"]


class SourcesView(AccountListView):
    permissions = {"get": "source.view", "post": "source.create"}
    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    model = Source

    def rows(self) -> QuerySet[Source]:
        return sources_of(self.context)

    @extend_schema(operation_id="sources_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """The account's sources and those of the accounts below."""
        return self.list(request)

    @extend_schema(
        operation_id="sources_create", request=SourceCreateSerializer, responses={201: SourceSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Creates a source and queues its first backup."""
        given = validated(SourceCreateSerializer, request)
        connection = get_connection(self.context, given.pop("connection"))
        source = sources.create_source(self.context, connection=connection, **given)
        return Response(SourceSerializer(source).data, status=201)


class SourceView(AccountAPIView):
    permissions = {"get": "source.view", "patch": "source.update", "delete": "source.delete"}

    @extend_schema(operation_id="sources_get", responses=SourceSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """One source with its health, last and next run."""
        return Response(SourceSerializer(get_source(self.context, pk), context={"request": request}).data)

    @extend_schema(operation_id="sources_update", request=SourceUpdateSerializer, responses=SourceSerializer, tags=TAGS)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Changes name, streams, schedule or retention; pauses or resumes."""
        source = get_source(self.context, pk)
        changes = validated(SourceUpdateSerializer, request)
        paused, policy = changes.pop("paused", None), changes.pop("retention", None)
        if changes:
            source = sources.update_source(self.context, source, **changes)
        if policy is not None:
            source = retention.set_policy(self.context, source, policy)
        if paused is True:
            source = sources.pause_source(self.context, source)
        if paused is False:
            source = sources.resume_source(self.context, source)
        return Response(SourceSerializer(source).data)

    @extend_schema(operation_id="sources_delete", request=SourceDeleteSerializer, responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Stops and removes the source; its snapshots are kept, or with `snapshots=erase` erased after thirty days."""
        source = get_source(self.context, pk)
        data = validated(SourceDeleteSerializer, request) if request.data else asked(SourceDeleteSerializer, request)
        sources.delete_source(self.context, source, erase=data["snapshots"] == "erase")
        return Response(status=204)


class SourceSyncView(AccountAPIView):
    permissions = {"post": "source.sync"}

    @extend_schema(operation_id="sources_sync", request=None, responses={202: JobSerializer}, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Backs up now. While a run is active, a second call answers with that one."""
        source = get_source(self.context, pk)
        try:
            job = jobs.start_job(self.context, source=source, trigger="api")
        except JobAlreadyRunning as running:
            job = running.job
        return Response(JobSerializer(job).data, status=202)


class SourceTestView(AccountAPIView):
    permissions = {"post": "source.test"}

    @extend_schema(operation_id="sources_test", request=None, responses=SourceTestSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Dry run: reads one page of each stream and stores nothing."""
        probes = sources.probe_source(self.context, get_source(self.context, pk))
        body = {"ok": all(probe.ok for probe in probes), "streams": probes}
        return Response(SourceTestSerializer(body).data)
