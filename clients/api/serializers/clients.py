"""Shapes of clients, their people, grants and requests."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.enums import Decision, GrantKind, Permission
from clients.models import Client, ClientGrant, ClientPerson, RestoreRequest
from clients.selectors.clients import grants_of
from clients.services.requests import progress_of
from listbackup.core.api.fields import SparseFieldsMixin

MOST_GRANTS = 500


def permission_list(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(Permission.choices), **options)


class ClientSerializer(SparseFieldsMixin, serializers.ModelSerializer[Client]):
    person_count = serializers.IntegerField()
    grant_count = serializers.IntegerField()
    waiting_count = serializers.IntegerField(help_text="requests that wait for an answer")
    last_sign_in_at = serializers.DateTimeField(allow_null=True, help_text="of any of its people")
    permissions = permission_list()

    class Meta:
        model = Client
        fields = [
            "id", "account", "name", "contact_email", "note", "status", "permissions", "staff_access", "settings",
            "person_count", "grant_count", "waiting_count", "last_sign_in_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class ClientGrantSerializer(serializers.ModelSerializer[ClientGrant]):
    kind = serializers.ChoiceField(GrantKind.choices)
    account_id = serializers.UUIDField(source="target_id", allow_null=True)
    source_id = serializers.UUIDField(allow_null=True)
    group_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(source="thing", help_text="of what is shared")
    permissions = permission_list(allow_null=True, help_text="null: the client's own")
    in_force = serializers.SerializerMethodField()

    class Meta:
        model = ClientGrant
        fields = [
            "id", "kind", "account_id", "source_id", "group_id", "name", "permissions", "since", "expires_at", "in_force",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_in_force(self, grant: ClientGrant) -> bool:
        return not grant.is_expired


class ClientDetailSerializer(ClientSerializer):
    """One client, with what is shared with it."""

    grants = serializers.SerializerMethodField(help_text="the newest 500; all of them: /clients/{id}/access")

    class Meta(ClientSerializer.Meta):
        fields = [*ClientSerializer.Meta.fields, "grants"]
        read_only_fields = fields

    @extend_schema_field(ClientGrantSerializer(many=True))
    def get_grants(self, client: Client) -> Any:
        return ClientGrantSerializer(grants_of(client)[:MOST_GRANTS], many=True).data


class ClientCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    contact_email = serializers.EmailField(required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    permissions = permission_list(required=False, help_text="without them: view, search and request_restore")


class ClientUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False)
    contact_email = serializers.EmailField(required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    settings = serializers.DictField(child=serializers.JSONField(), required=False)


class SuspendSerializer(serializers.Serializer[Any]):
    active = serializers.BooleanField(default=False, help_text="true lets the client in again")


class PermissionsSerializer(serializers.Serializer[Any]):
    permissions = permission_list()


class TermsSerializer(serializers.Serializer[Any]):
    permissions = permission_list(
        required=False, allow_null=True, default=None, help_text="less than the client's; null: the same"
    )
    since = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="no snapshot taken before is shown"
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AccountGrantSerializer(TermsSerializer):
    account_id = serializers.UUIDField()


class SourceGrantSerializer(TermsSerializer):
    source_id = serializers.UUIDField()


class GroupGrantSerializer(TermsSerializer):
    group_id = serializers.UUIDField()


class RevokeSerializer(serializers.Serializer[Any]):
    grant_id = serializers.UUIDField()


class InvitePersonSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    message = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PersonSerializer(serializers.ModelSerializer[ClientPerson]):
    has_second_factor = serializers.BooleanField()

    class Meta:
        model = ClientPerson
        fields = ["id", "email", "name", "status", "has_second_factor", "last_sign_in_at", "created_at"]
        read_only_fields = fields


class PersonUpdateSerializer(serializers.Serializer[Any]):
    suspended = serializers.BooleanField()


class RequestSerializer(serializers.ModelSerializer[RestoreRequest]):
    client_name = serializers.CharField(source="client.name")
    person_name = serializers.SerializerMethodField()
    source_name = serializers.CharField(source="source.name")
    progress = serializers.SerializerMethodField()

    class Meta:
        model = RestoreRequest
        fields = [
            "id", "client", "client_name", "person_name", "source", "source_name", "snapshot", "kind", "state", "progress",
            "stream", "key", "streams", "search", "format", "message", "answer", "decided_at", "job", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_person_name(self, request: RestoreRequest) -> str:
        """Empty for somebody who was removed."""
        return str(request.person) if request.person else ""

    def get_progress(self, request: RestoreRequest) -> str:
        """waiting, approved, preparing, ready, failed, expired, declined, cancelled or done."""
        return progress_of(request)


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(Decision.choices, help_text="done: the records are put back")
    answer = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
