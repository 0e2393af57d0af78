"""Shapes of sources and source groups."""

from typing import Any

from rest_framework import serializers

from backups.models import Source, SourceGroup
from listbackup.core.api.fields import SparseFieldsMixin


class SourceSerializer(SparseFieldsMixin, serializers.ModelSerializer[Source]):
    platform = serializers.CharField(source="connection.platform_key", read_only=True)

    class Meta:
        model = Source
        fields = [
            "id",
            "account",
            "connection",
            "platform",
            "name",
            "streams",
            "schedule",
            "retention",
            "status",
            "health",
            "health_reason",
            "health_remedy",
            "records",
            "bytes_stored",
            "last_run_at",
            "last_good_at",
            "last_verified_at",
            "proved_at",
            "last_snapshot",
            "next_run_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class SourceCreateSerializer(serializers.Serializer[Any]):
    connection = serializers.UUIDField()
    name = serializers.CharField(max_length=150, required=False, default="")
    streams = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)
    schedule = serializers.CharField(max_length=100, required=False, help_text="without it the account's own default")


class SourceUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False)
    streams = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    schedule = serializers.CharField(max_length=100, required=False)
    retention = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="rules of its own, see its retention; empty: the account's",
    )
    paused = serializers.BooleanField(required=False)


class SourceDeleteSerializer(serializers.Serializer[Any]):
    snapshots = serializers.ChoiceField(
        choices=["keep", "erase"], default="keep", help_text="whether the stored snapshots stay readable"
    )


class StreamProbeSerializer(serializers.Serializer[Any]):
    """What a dry run saw of one stream: the first page was read, nothing was stored."""

    stream = serializers.CharField()
    ok = serializers.BooleanField()
    records = serializers.IntegerField(help_text="on the first page")
    message = serializers.CharField()


class SourceTestSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    streams = StreamProbeSerializer(many=True)


class GroupSerializer(SparseFieldsMixin, serializers.ModelSerializer[SourceGroup]):
    source_count = serializers.IntegerField(read_only=True)
    protected_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = SourceGroup
        fields = [
            "id",
            "account",
            "name",
            "description",
            "status",
            "source_count",
            "protected_count",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class GroupCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    description = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    sources = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)


class GroupUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    archived = serializers.BooleanField(required=False)


class GroupSourcesSerializer(serializers.Serializer[Any]):
    sources = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
