"""Shapes of comparisons of two snapshots."""

from typing import Any

from rest_framework import serializers

from backups.query.difference import KINDS, Change
from backups.query.rows import RecordRow, parse_printable


class CompareQuerySerializer(serializers.Serializer[Any]):
    old = serializers.UUIDField(required=False, help_text="snapshot; by default the one before the last")
    new = serializers.UUIDField(required=False, help_text="snapshot; by default the last one")


class ChangesQuerySerializer(CompareQuerySerializer):
    stream = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    after = serializers.CharField(required=False, help_text="`next` of the page before")
    page_size = serializers.IntegerField(min_value=1, max_value=200, required=False, default=50)


class ComparedSnapshotSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    taken_at = serializers.DateTimeField()


class StreamDifferenceSerializer(serializers.Serializer[Any]):
    stream = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    deleted = serializers.IntegerField()


class ComparisonSerializer(serializers.Serializer[Any]):
    old = ComparedSnapshotSerializer()
    new = ComparedSnapshotSerializer()
    streams = StreamDifferenceSerializer(many=True, help_text="those in which something differs")


class ChangeSerializer(serializers.Serializer[Change]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    changed_fields = serializers.SerializerMethodField(help_text="names; those of objects one level down are dotted")
    before = serializers.SerializerMethodField(help_text="the whole record, null for an added one")
    after = serializers.SerializerMethodField(help_text="the whole record, null for a deleted one")

    def get_changed_fields(self, change: Change) -> list[str]:
        return [name for name, _, _ in change.fields()]

    def get_before(self, change: Change) -> dict[str, Any] | None:
        return _record(change.before)

    def get_after(self, change: Change) -> dict[str, Any] | None:
        return _record(change.after)


class ChangesSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="`after` of the next page")
    results = ChangeSerializer(many=True)


def _record(row: RecordRow | None) -> Any:
    return parse_printable(row.raw) if row else None
