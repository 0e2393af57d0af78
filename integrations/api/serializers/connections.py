"""Connections in the API. Secrets go in, never out."""

from typing import Any

from rest_framework import serializers

from integrations.connector.reader import Check
from integrations.models import Connection
from integrations.selectors.platforms import platform_name
from integrations.services.manifests import MOST_TEXT

SECRETS_HELP = "By the names that the platform's definition lists. Write only; never returned."


def _name() -> serializers.CharField:
    return serializers.CharField(max_length=150, required=False, allow_blank=True)


def secrets_field() -> serializers.DictField:
    value = serializers.CharField(max_length=20_000, allow_blank=False, trim_whitespace=True)
    return serializers.DictField(child=value, required=False, write_only=True, help_text=SECRETS_HELP)


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    account = serializers.UUIDField(source="account_id", read_only=True)
    platform = serializers.CharField(source="platform_key", read_only=True)
    platform_name = serializers.SerializerMethodField()
    streams_off = serializers.DictField(
        source="off_streams", child=serializers.CharField(), read_only=True, help_text="stream -> why it cannot be read"
    )
    custom_platform = serializers.UUIDField(source="custom_platform_id", read_only=True, allow_null=True)
    created_by = serializers.UUIDField(source="created_by_id", read_only=True, allow_null=True)

    class Meta:
        model = Connection
        fields = [
            "id", "account", "platform", "platform_name", "custom_platform", "name", "auth_kind", "status",
            "status_changed_at", "external_id", "external_label", "scopes_granted", "scopes_missing", "streams_off",
            "config", "quota_share", "token_expires_at", "grant_expires_at", "last_checked_at", "last_error_code", "last_error", "created_by",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs: dict[str, Any] = {}

    def get_platform_name(self, connection: Connection) -> str:
        return platform_name(connection)


class ConnectionCreateSerializer(serializers.Serializer[Any]):
    platform = serializers.CharField(max_length=64, required=False, help_text="a platform's id; not with `manifest`")
    manifest = serializers.CharField(
        max_length=MOST_TEXT, required=False, help_text="YAML of a custom REST connector", trim_whitespace=False
    )
    name = _name()
    secrets = secrets_field()
    config = serializers.DictField(required=False, help_text="the variables that the platform's definition lists")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("platform") and not attrs.get("manifest"):
            raise serializers.ValidationError({"platform": ["Name a platform, or send a manifest."]})
        return attrs


class PlatformConnectSerializer(serializers.Serializer[Any]):
    """Without secrets, a platform that signs in by OAuth answers with the address to send the person to."""

    name = _name()
    secrets = secrets_field()
    config = serializers.DictField(required=False)
    return_to = serializers.CharField(max_length=500, required=False, help_text="a path of this site, after OAuth")


class ConnectionUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False)
    secrets = secrets_field()
    config = serializers.DictField(required=False)
    quota_share = serializers.IntegerField(
        min_value=1, max_value=100, required=False, help_text="percent of the platform's daily quota that may be used"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"name": ["Nothing to change was sent."]})
        return attrs


class CheckSerializer(serializers.Serializer[Any]):
    """What a live call found, scope by scope."""

    ok = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField(allow_blank=True, allow_null=True)
    external_label = serializers.CharField(allow_blank=True, allow_null=True)
    scopes_granted = serializers.ListField(child=serializers.CharField())
    scopes_missing = serializers.ListField(child=serializers.CharField())
    streams_off = serializers.DictField(child=serializers.CharField(), help_text="stream -> why it cannot be read")
    status = serializers.CharField(help_text="of the connection, after the test")


def check_facts(connection: Connection, check: Check) -> dict[str, Any]:
    """A check as the API shows it, with the state that it left the connection in."""
    return {
        "ok": check.ok,
        "message": check.message or "",
        "external_id": check.account_id,
        "external_label": check.account_label,
        "scopes_granted": list(check.scopes_granted),
        "scopes_missing": list(check.scopes_missing),
        "streams_off": dict(check.streams_off),
        "status": connection.status,
    }


class OAuthStartSerializer(serializers.Serializer[Any]):
    name = _name()
    return_to = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="a path of this site")
    connection = serializers.UUIDField(required=False, help_text="an existing connection to renew")
    scopes = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=200)


class OAuthStartedSerializer(serializers.Serializer[Any]):
    authorization_url = serializers.CharField(help_text="send the person's browser there")
    expires_at = serializers.DateTimeField()
