"""Shapes of snapshots, retention and holds."""

from typing import Any

from rest_framework import serializers

from backups.models import Hold, Snapshot
from backups.services.holds import REASON


class SnapshotSerializer(serializers.ModelSerializer[Snapshot]):
    delete_at = serializers.DateTimeField(
        allow_null=True, read_only=True, help_text="when it is removed; null: it stays"
    )

    class Meta:
        model = Snapshot
        fields = [
            "id", "source", "number", "taken_at", "status", "message", "records", "new", "changed", "unchanged", "deleted",
            "bytes_stored", "manifest_sha256", "verified_at", "verified_ok", "delete_at", "delete_by", "locked_until",
        ]  # fmt: skip
        read_only_fields = fields


class OutlookSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(help_text="from now")
    kept = serializers.IntegerField(help_text="of today's snapshots")
    gone = serializers.ListField(child=serializers.IntegerField(), help_text="numbers of those let go by then")


class RetentionSerializer(serializers.Serializer[Any]):
    policy = serializers.CharField(help_text="`all`, or rules such as `days=30 daily=90 weekly=52`")
    words = serializers.CharField()
    own = serializers.BooleanField(help_text="false: it is the account's")
    origin = serializers.CharField(
        help_text="name of the account it comes from; empty: the default, or the source itself"
    )
    at_most = serializers.IntegerField(allow_null=True, help_text="days after which the plan ends what the rules keep")
    outlook = OutlookSerializer(many=True)


class RetentionQuerySerializer(serializers.Serializer[Any]):
    policy = serializers.CharField(required=False, max_length=200, help_text="an outlook on these rules instead")


class RetentionUpdateSerializer(serializers.Serializer[Any]):
    policy = serializers.CharField(max_length=200, allow_blank=True, help_text="empty: the account's")


class HoldSerializer(serializers.ModelSerializer[Hold]):
    created_by = serializers.UUIDField(source="created_by_id", read_only=True, allow_null=True)
    released_by = serializers.UUIDField(source="released_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Hold
        fields = [
            "id", "account", "source", "snapshot", "reason", "created_at", "created_by", "released_at", "released_by",
        ]  # fmt: skip
        read_only_fields = fields


class HoldCreateSerializer(serializers.Serializer[Any]):
    """With neither source nor snapshot it is on the account and everything below it."""

    reason = serializers.CharField(max_length=REASON)
    source = serializers.UUIDField(required=False, allow_null=True, default=None)  # type: ignore[assignment]
    snapshot = serializers.UUIDField(required=False, allow_null=True, default=None)
