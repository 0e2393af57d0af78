"""Platforms in the API. They come from manifests; nothing here is stored."""

from typing import Any

from rest_framework import serializers

OFFERS = ("available", "not_configured")


class FormFieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    secret = serializers.BooleanField()
    default = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class AuthOptionSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    available = serializers.BooleanField(help_text="false: this server has no OAuth application at the platform")
    fields = FormFieldSerializer(many=True)  # type: ignore[assignment]


class PermissionSerializer(serializers.Serializer[Any]):
    scope = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    streams = serializers.ListField(child=serializers.CharField(), help_text="what cannot be read without it")


class StreamSerializer(serializers.Serializer[Any]):
    """One kind of data."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField(allow_blank=True)
    key = serializers.ListField(child=serializers.CharField(), help_text="fields that identify a record")
    cursor = serializers.CharField(allow_blank=True, help_text="field that tells when a record changed")
    incremental = serializers.BooleanField(help_text="whether only what changed can be read")
    parent = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    deletions = serializers.CharField(help_text="archived, flag, sweep, with_parent or none")
    scopes = serializers.ListField(child=serializers.CharField())
    optional = serializers.BooleanField()
    restore = serializers.BooleanField(help_text="whether records can be written back")


class PlatformSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="key")
    name = serializers.CharField()
    category = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=OFFERS)
    auth_kinds = serializers.ListField(child=serializers.CharField())


class PlatformDetailSerializer(PlatformSerializer):
    docs = serializers.CharField(allow_blank=True)
    auth = AuthOptionSerializer(many=True)
    config = FormFieldSerializer(many=True)
    scopes = PermissionSerializer(many=True, source="permissions")
    streams = StreamSerializer(many=True)
    found_at_run_time = serializers.BooleanField(help_text="more streams are found once connected")
    limits = serializers.ListField(child=serializers.CharField())
    concurrency = serializers.IntegerField()


class _WholeList(serializers.Serializer[Any]):
    """The shape of all lists. These are short and come whole, so that both addresses are null."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class PlatformListSerializer(_WholeList):
    results = PlatformSerializer(many=True)


class StreamListSerializer(_WholeList):
    results = StreamSerializer(many=True)
