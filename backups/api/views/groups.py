"""Source groups."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from backups.api.filters import GroupFilter, SourceFilter
from backups.api.serializers.jobs import BatchSerializer
from backups.api.serializers.sources import (
    GroupCreateSerializer,
    GroupSerializer,
    GroupSourcesSerializer,
    GroupUpdateSerializer,
    SourceSerializer,
)
from backups.models import Source, SourceGroup
from backups.selectors.groups import get_group, groups_of
from backups.selectors.sources import get_source, sources_by_ids, sources_of
from backups.services import groups
from listbackup.core.api.validated import validated

TAGS = ["source-groups"]


class GroupsView(AccountListView):
    permissions = {"get": "group.view", "post": "group.create"}
    serializer_class = GroupSerializer
    filterset_class = GroupFilter
    model = SourceGroup

    def rows(self) -> QuerySet[SourceGroup]:
        return groups_of(self.context)

    @extend_schema(operation_id="source_groups_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Groups with the number of their sources and of the protected ones."""
        return self.list(request)

    @extend_schema(
        operation_id="source_groups_create", request=GroupCreateSerializer, responses={201: GroupSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Creates a group, with sources or empty."""
        data = validated(GroupCreateSerializer, request)
        members = sources_by_ids(self.context, data.pop("sources"))
        group = groups.create_group(self.context, sources=members, **data)
        return Response(GroupSerializer(get_group(self.context, group.pk)).data, status=201)


class GroupView(AccountAPIView):
    permissions = {"get": "group.view", "patch": "group.update", "delete": "group.delete"}

    @extend_schema(operation_id="source_groups_get", responses=GroupSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(GroupSerializer(get_group(self.context, pk), context={"request": request}).data)

    @extend_schema(
        operation_id="source_groups_update", request=GroupUpdateSerializer, responses=GroupSerializer, tags=TAGS
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Changes name or description; archives or brings back."""
        group = get_group(self.context, pk)
        data = validated(GroupUpdateSerializer, request)
        groups.update_group(self.context, group, **data)
        return Response(GroupSerializer(get_group(self.context, pk)).data)

    @extend_schema(operation_id="source_groups_delete", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Deletes the group; its sources stay."""
        groups.delete_group(self.context, get_group(self.context, pk))
        return Response(status=204)


class GroupSourcesView(AccountListView):
    permissions = {"get": "group.view", "post": "group.update"}
    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    model = Source

    def rows(self) -> QuerySet[Source]:
        group = get_group(self.context, self.kwargs["pk"])
        return sources_of(self.context).filter(groups=group)

    @extend_schema(operation_id="source_groups_list_sources", tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="source_groups_add_source", request=GroupSourcesSerializer, responses=GroupSerializer, tags=TAGS
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Adds one or many sources; those already in it stay."""
        group = get_group(self.context, pk)
        data = validated(GroupSourcesSerializer, request)
        groups.add_sources(self.context, group, sources_by_ids(self.context, data["sources"]))
        return Response(GroupSerializer(get_group(self.context, pk)).data)


class GroupSourceView(AccountAPIView):
    permissions = {"delete": "group.update"}

    @extend_schema(operation_id="source_groups_remove_source", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, pk: UUID, source_id: UUID) -> Response:
        group = get_group(self.context, pk)
        groups.remove_source(self.context, group, get_source(self.context, source_id))
        return Response(status=204)


class GroupSyncView(AccountAPIView):
    permissions = {"post": "source.sync"}

    @extend_schema(operation_id="source_groups_sync", request=None, responses={202: BatchSerializer}, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Backs up all sources of the group as one batch."""
        batch_id, started = groups.sync_group(self.context, get_group(self.context, pk))
        return Response(BatchSerializer({"batch_id": batch_id, "jobs": started}).data, status=202)
