"""Shapes of the activity log."""

from typing import Any

from rest_framework import serializers

from accounts.activity.models import Entry
from accounts.enums import Via
from listbackup.core.api.fields import SparseFieldsMixin


class EntrySerializer(SparseFieldsMixin, serializers.ModelSerializer[Entry]):
    """`hash` covers all that the entry says and the hash of the one before it, `previous_hash`."""

    user = serializers.UUIDField(source="user_id", allow_null=True, help_text="null: the system, or nobody known")
    via = serializers.ChoiceField(Via.choices)
    what = serializers.CharField(source="sentence", help_text="the action in words")
    detail = serializers.DictField()

    class Meta:
        model = Entry
        fields = [
            "number",
            "id",
            "at",
            "account",
            "user",
            "actor",
            "action",
            "what",
            "object_type",
            "object_id",
            "object_label",
            "detail",
            "via",
            "ip",
            "device",
            "correlation_id",
            "previous_hash",
            "hash",
        ]


class FeedQuerySerializer(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**63 - 1, help_text="`next_after` of the last answer"
    )
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)


class FeedSerializer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)
    next_after = serializers.IntegerField(help_text="ask with it again, at once when `more` is true, else later")
    more = serializers.BooleanField()
    archived_to = serializers.IntegerField(
        help_text="entries up to this number are not here any more, but in the archive: export them by month"
    )


class ExportQuerySerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["jsonl", "csv"], required=False, default="jsonl")
    month = serializers.CharField(
        required=False, default="", max_length=7, help_text="2026-05: what is archived of it, without other filters"
    )
