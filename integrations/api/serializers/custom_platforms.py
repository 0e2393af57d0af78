"""Custom connectors in the API: their manifests, versions, and what a live check found."""

from typing import Any

from rest_framework import serializers

from integrations.api.serializers.connections import secrets_field
from integrations.models import CustomPlatform, CustomPlatformVersion
from integrations.services.manifests import MOST_TEXT


def _manifest() -> serializers.CharField:
    return serializers.CharField(max_length=MOST_TEXT, trim_whitespace=False, help_text="YAML, see docs/connectors.md")


class CustomPlatformSerializer(serializers.ModelSerializer[CustomPlatform]):
    account = serializers.UUIDField(source="account_id", read_only=True)

    class Meta:
        model = CustomPlatform
        fields = ["id", "account", "key", "name", "version", "created_at", "updated_at"]
        read_only_fields = fields


class CustomPlatformDetailSerializer(CustomPlatformSerializer):
    class Meta(CustomPlatformSerializer.Meta):
        fields = [*CustomPlatformSerializer.Meta.fields, "manifest"]
        read_only_fields = fields


class CustomPlatformVersionSerializer(serializers.ModelSerializer[CustomPlatformVersion]):
    created_by = serializers.UUIDField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = CustomPlatformVersion
        fields = ["id", "number", "restored_from", "created_by", "created_at"]
        read_only_fields = fields


class CustomPlatformVersionDetailSerializer(CustomPlatformVersionSerializer):
    class Meta(CustomPlatformVersionSerializer.Meta):
        fields = [*CustomPlatformVersionSerializer.Meta.fields, "manifest"]
        read_only_fields = fields


class ManifestSerializer(serializers.Serializer[Any]):
    manifest = _manifest()


class ManifestChangeSerializer(ManifestSerializer):
    based_on = serializers.IntegerField(min_value=1, help_text="the version that the change began with")


class LiveCheckRequestSerializer(ManifestSerializer):
    secrets = secrets_field()
    config = serializers.DictField(required=False, help_text="the variables that the manifest lists")


class StreamCheckSerializer(serializers.Serializer[Any]):
    """What the first page of a stream showed."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(
        choices=["succeeded", "attention", "failed", "skipped"], help_text="attention: read, but nothing recognised"
    )
    records = serializers.IntegerField()
    more = serializers.BooleanField(help_text="whether there are more pages")
    deleted = serializers.IntegerField()
    first_key = serializers.CharField(allow_blank=True)
    first_cursor = serializers.CharField(allow_blank=True)
    sample = serializers.JSONField(allow_null=True, help_text="the first record, shortened and without secrets")
    message = serializers.CharField(allow_blank=True)
    remedy = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)


class LiveCheckSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField(help_text="whether everything that was tried could be read")
    error = serializers.CharField(allow_blank=True, source="error_text", help_text="why nothing could be tried")
    account_label = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()
    left_out = serializers.IntegerField(help_text="streams that were not tried, because there are too many")
    streams = StreamCheckSerializer(many=True)
