"""Snapshots: listed, let go, kept; retention and legal holds."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.api import AccountAPIView, AccountListView
from backups.api.serializers.snapshots import (
    HoldCreateSerializer,
    HoldSerializer,
    RetentionQuerySerializer,
    RetentionSerializer,
    RetentionUpdateSerializer,
    SnapshotSerializer,
)
from backups.models import Hold, Snapshot, Source
from backups.retention.policy import Policy, describe, parse
from backups.selectors.snapshots import get_snapshot, snapshots_of
from backups.selectors.sources import get_source
from backups.services import holds, removal, retention
from listbackup.core.api.validated import asked, validated
from listbackup.core.clock import now

TAGS = ["snapshots"]


class SnapshotsView(AccountListView):
    permissions = {"get": "snapshot.view"}
    serializer_class = SnapshotSerializer
    model = Snapshot

    def rows(self) -> QuerySet[Snapshot]:
        return snapshots_of(self.context, get_source(self.context, self.kwargs["pk"]))

    @extend_schema(operation_id="sources_snapshots", tags=TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The source's snapshots, newest first."""
        return self.list(request)


class SnapshotView(AccountAPIView):
    permissions = {"get": "snapshot.view", "delete": "snapshot.delete"}

    @extend_schema(operation_id="snapshots_get", responses=SnapshotSerializer, tags=TAGS)
    def get(self, request: Request, pk: UUID) -> Response:
        """One snapshot."""
        return Response(SnapshotSerializer(get_snapshot(self.context, pk)).data)

    @extend_schema(operation_id="snapshots_delete", responses=SnapshotSerializer, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Marks it: it is removed after thirty days (`delete_at`), until when it can be kept after all."""
        snapshot = removal.delete_snapshot(self.context, get_snapshot(self.context, pk))
        return Response(SnapshotSerializer(snapshot).data)


class SnapshotKeepView(AccountAPIView):
    permissions = {"post": "snapshot.delete"}

    @extend_schema(operation_id="snapshots_keep", request=None, responses=SnapshotSerializer, tags=TAGS)
    def post(self, request: Request, pk: UUID) -> Response:
        """Takes the mark away. What the retention lets go needs a hold or other rules, or is marked again."""
        snapshot = removal.keep_snapshot(self.context, get_snapshot(self.context, pk))
        return Response(SnapshotSerializer(snapshot).data)


class RetentionView(AccountAPIView):
    permissions = {"get": "source.view", "put": "source.update"}

    @extend_schema(
        operation_id="sources_retention",
        parameters=[RetentionQuerySerializer],
        responses=RetentionSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """What is kept, and what would be let go when; with `policy`, as if that were in force."""
        query = asked(RetentionQuerySerializer, request)
        wanted = query.get("policy")
        return self._answer(get_source(self.context, pk), parse(wanted) if wanted else None)

    @extend_schema(
        operation_id="sources_retention_update",
        request=RetentionUpdateSerializer,
        responses=RetentionSerializer,
        tags=TAGS,
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Sets the rules. What they let go is marked at once, and removed thirty days later."""
        source = get_source(self.context, pk)
        given = validated(RetentionUpdateSerializer, request)
        return self._answer(retention.set_policy(self.context, source, given["policy"]))

    @staticmethod
    def _answer(source: Source, wanted: Policy | None = None) -> Response:
        in_force = retention.policy_of(source)
        policy = wanted or in_force.policy
        body = {
            "policy": str(policy),
            "words": describe(policy),
            "own": in_force.own,
            "origin": in_force.origin,
            "at_most": in_force.at_most,
            "outlook": retention.outlook_of(source, now(), policy),
        }
        return Response(RetentionSerializer(body).data)


class HoldsView(AccountListView):
    permissions = {"get": "snapshot.view", "post": "hold.manage"}
    serializer_class = HoldSerializer
    model = Hold

    def rows(self) -> QuerySet[Hold]:
        return holds.holds_of(self.context)

    @extend_schema(operation_id="holds_list", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Legal holds of the account and of those below it, released ones too."""
        return self.list(request)

    @extend_schema(
        operation_id="holds_create", request=HoldCreateSerializer, responses={201: HoldSerializer}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Places a hold on a snapshot, a source, or the whole account."""
        given = validated(HoldCreateSerializer, request)
        source = get_source(self.context, given["source"]) if given["source"] else None
        snapshot = get_snapshot(self.context, given["snapshot"], source=source) if given["snapshot"] else None
        hold = holds.place(self.context, reason=given["reason"], source=source, snapshot=snapshot)
        return Response(HoldSerializer(hold).data, status=201)


class HoldView(AccountAPIView):
    permissions = {"delete": "hold.manage"}

    @extend_schema(operation_id="holds_release", responses=HoldSerializer, tags=TAGS)
    def delete(self, request: Request, pk: UUID) -> Response:
        """Releases the hold; it stays in the list, with who released it."""
        return Response(HoldSerializer(holds.release(self.context, holds.get_hold(self.context, pk))).data)
