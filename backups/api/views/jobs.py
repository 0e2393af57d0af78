"""Jobs and queues."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from backups.api.filters import JobFilter
from backups.api.serializers.jobs import JobCreateSerializer, JobSerializer, JobUpdateSerializer, QueueSerializer
from backups.enums import JobKind
from backups.models import Job
from backups.selectors.jobs import get_job, jobs_of, queue_depths
from backups.selectors.snapshots import get_snapshot
from backups.selectors.sources import get_source
from backups.services import exports, jobs
from backups.services.looking import open_records
from listbackup.core.api.validated import validated

TAGS = ["jobs"]


class JobsView(AccountListView):
    permissions = {"get": "job.view", "post": "job.create"}
    serializer_class = JobSerializer
    filterset_class = JobFilter
    model = Job

    def rows(self) -> QuerySet[Job]:
        return jobs_of(self.context)

    @extend_schema(operation_id="jobs_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first."""
        return self.list(request)

    @extend_schema(operation_id="jobs_create", request=JobCreateSerializer, responses={201: JobSerializer}, tags=TAGS)
    def post(self, request: Request) -> Response:
        """Starts a backup, sync, export or verification of a source."""
        given = validated(JobCreateSerializer, request)
        source = get_source(self.context, given["source"])
        snapshot = get_snapshot(self.context, given["snapshot"]) if given["snapshot"] else source.last_snapshot
        if given["kind"] == JobKind.EXPORT:
            open_records(self.context, source)
            job = exports.start_export(
                self.context,
                source=source,
                snapshot=snapshot,
                format=given["format"],
                streams=given["streams"],
                compared_with=get_snapshot(self.context, given["compared_with"]) if given["compared_with"] else None,
                search=given["search"],
            )
        else:
            parameters = {"snapshot": str(snapshot.pk)} if given["kind"] == JobKind.VERIFY and snapshot else None
            job = jobs.start_job(
                self.context,
                source=source,
                kind=given["kind"],
                trigger="api",
                streams=given["streams"],
                parameters=parameters,
            )
        return Response(JobSerializer(job).data, status=201)


class JobView(AccountAPIView):
    permissions = {"get": "job.view", "patch": "job.update", "delete": "job.delete"}

    @extend_schema(operation_id="jobs_get", responses=JobSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """Progress by stream, timings, and for a failed job cause, effect and remedy."""
        return Response(JobSerializer(get_job(self.context, pk), context={"request": request}).data)

    @extend_schema(operation_id="jobs_update", request=JobUpdateSerializer, responses=JobSerializer, tags=TAGS)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Cancels, retries or changes the priority."""
        job = get_job(self.context, pk)
        data = validated(JobUpdateSerializer, request)
        if "priority" in data:
            job = jobs.change_priority(self.context, job, data["priority"])
        if data.get("action") == "cancel":
            job = jobs.cancel_job(self.context, job)
        if data.get("action") == "retry":
            job = jobs.retry_job(self.context, job)
        return Response(JobSerializer(job).data)

    @extend_schema(operation_id="jobs_delete", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Deletes a finished job from the list; its snapshot stays."""
        jobs.delete_job(self.context, get_job(self.context, pk))
        return Response(status=204)


class QueueView(AccountAPIView):
    permissions = {"get": "job.view"}

    @extend_schema(operation_id="jobs_queue", responses=QueueSerializer(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """This account's part of each of the six queues: waiting, running and the oldest's age."""
        return Response(QueueSerializer(queue_depths(self.context), many=True).data)
