"""Shapes of jobs."""

from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backups.enums import ExportFormat, JobKind
from backups.live import progress_of
from backups.models import Job
from listbackup.core.api.fields import SparseFieldsMixin


class JobErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField(help_text="what happened")
    effect = serializers.CharField(help_text="what it means for the data")
    remedy = serializers.CharField(help_text="what to do")


class JobSerializer(SparseFieldsMixin, serializers.ModelSerializer[Job]):
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    source_name = serializers.CharField(source="source.name", read_only=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "account",
            "source",
            "source_name",
            "kind",
            "state",
            "trigger",
            "priority",
            "queue",
            "batch_id",
            "attempt",
            "max_attempts",
            "next_attempt_at",
            "cancel_requested",
            "progress",
            "counts",
            "phases",
            "warnings",
            "error",
            "snapshot",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_progress(self, job: Job) -> dict[str, Any]:
        return progress_of(job)

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        if not job.error_code:
            return None
        return {
            "code": job.error_code,
            "message": job.error_message,
            "effect": job.error_effect,
            "remedy": job.error_remedy,
        }

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, job: Job) -> list[str]:
        found: list[str] = orjson.loads(job.warnings or "[]")
        return found


class JobCreateSerializer(serializers.Serializer[Any]):
    source = serializers.UUIDField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(
        choices=[JobKind.BACKUP, JobKind.SYNC, JobKind.EXPORT, JobKind.VERIFY, JobKind.DRILL]
    )
    streams = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)
    snapshot = serializers.UUIDField(required=False, allow_null=True, default=None)
    compared_with = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="an export then holds what differs from this older snapshot",
    )
    format = serializers.ChoiceField(choices=ExportFormat.values, required=False, default="jsonl")
    search = serializers.CharField(
        max_length=200, required=False, default="", help_text="an export then holds the records that contain this text"
    )


class JobUpdateSerializer(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=["cancel", "retry"], required=False)
    priority = serializers.IntegerField(min_value=0, max_value=9, required=False, help_text="0 is first")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Give an action (cancel, retry) or a priority.")
        return attrs


class QueueSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    depth = serializers.IntegerField()
    running = serializers.IntegerField()
    oldest_seconds = serializers.FloatField(allow_null=True)


class BatchSerializer(serializers.Serializer[Any]):
    batch_id = serializers.UUIDField()
    jobs = JobSerializer(many=True)
