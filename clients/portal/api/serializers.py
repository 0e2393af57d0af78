"""Shapes of the portal's API: less than members see, nothing of how the agency works."""

from typing import Any

from rest_framework import serializers

from backups.enums import ExportFormat
from backups.models import Snapshot, Source
from backups.query.rows import RecordRow, parse_printable
from clients.api.serializers.clients import permission_list
from clients.enums import RequestKind
from clients.models import RestoreRequest
from clients.portal.content import permission_names
from clients.services.requests import progress_of


class LoginSerializer(serializers.Serializer[Any]):
    portal = serializers.CharField(
        max_length=253, required=False, help_text="the portal's host; not needed when the call is made there"
    )
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024)
    code = serializers.CharField(max_length=12, required=False, allow_blank=True, help_text="of the second factor")


class AcceptInvitationSerializer(serializers.Serializer[Any]):
    portal = serializers.CharField(max_length=253, required=False, help_text="as for /clients/login")
    token = serializers.CharField(max_length=100, help_text="the last part of the mailed link")
    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    password = serializers.CharField(max_length=1024)
    code = serializers.CharField(max_length=12, required=False, allow_blank=True)


class SignedInSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="send it as a bearer token; shown once")
    expires_at = serializers.DateTimeField()
    client = serializers.CharField(help_text="name of the client")
    person = serializers.CharField()
    portal = serializers.CharField(help_text="name of the portal")


class PortalSourceSerializer(serializers.ModelSerializer[Source]):
    platform = serializers.CharField(source="connection.platform_key", read_only=True)
    permissions = serializers.SerializerMethodField(help_text="what may be done with it")

    class Meta:
        model = Source
        fields = [
            "id", "name", "platform", "health", "health_reason", "records", "last_good_at", "last_verified_at",
            "proved_at", "last_snapshot", "next_run_at", "permissions",
        ]  # fmt: skip
        read_only_fields = fields

    def get_permissions(self, source: Source) -> list[str]:
        """Of view, search, download, request_restore and restore."""
        return permission_names(self.context["account_context"], source)


class PortalOverviewSerializer(serializers.Serializer[Any]):
    sources = serializers.IntegerField()
    protected = serializers.IntegerField()
    needs_attention = serializers.IntegerField()
    records = serializers.IntegerField()
    oldest_good_at = serializers.DateTimeField(allow_null=True, help_text="the oldest of the sources' last good copies")
    proved = serializers.IntegerField(help_text="sources that a restore drill has rebuilt")
    permissions = permission_list()
    agency = serializers.CharField()
    client = serializers.CharField()


class PortalSnapshotSerializer(serializers.ModelSerializer[Snapshot]):
    streams = serializers.SerializerMethodField()

    class Meta:
        model = Snapshot
        fields = [
            "id", "source", "number", "taken_at", "status", "records", "new", "changed", "deleted", "verified_at",
            "verified_ok", "streams",
        ]  # fmt: skip
        read_only_fields = fields

    def get_streams(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """`name`, `label` and `records` of each."""
        return [
            {"name": one["name"], "label": one.get("label", one["name"]), "records": one["records"]}
            for one in snapshot.streams
        ]


class RecordsQuerySerializer(serializers.Serializer[Any]):
    stream = serializers.CharField(max_length=200)
    q = serializers.CharField(max_length=200, required=False, help_text="text anywhere in a record; needs `search`")
    after = serializers.CharField(max_length=1000, required=False, help_text="`next` of the page before")
    page_size = serializers.IntegerField(min_value=1, max_value=200, required=False, default=50)


class RecordSerializer(serializers.Serializer[RecordRow]):
    key = serializers.CharField()
    record = serializers.SerializerMethodField()

    def get_record(self, row: RecordRow) -> dict[str, Any]:
        found: dict[str, Any] = parse_printable(row.raw)
        return found


class RecordsSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = RecordSerializer(many=True)


class AskSerializer(serializers.Serializer[Any]):
    """`stream` with `key` asks for one record, `streams` for some streams, `search` for records with that text; nothing
    of these for all of the snapshot."""

    snapshot = serializers.UUIDField()
    kind = serializers.ChoiceField(RequestKind.choices, default=RequestKind.DOWNLOAD)
    stream = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    key = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    streams = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)
    search = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    format = serializers.ChoiceField(ExportFormat.choices, default=ExportFormat.XLSX)
    message = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class PortalRequestSerializer(serializers.ModelSerializer[RestoreRequest]):
    source_name = serializers.CharField(source="source.name")
    progress = serializers.SerializerMethodField()

    class Meta:
        model = RestoreRequest
        fields = [
            "id", "source", "source_name", "snapshot", "kind", "progress", "stream", "key", "streams", "search", "format",
            "message", "answer", "decided_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_progress(self, request: RestoreRequest) -> str:
        """waiting, approved, preparing, ready, failed, expired, declined, cancelled or done."""
        return progress_of(request)
