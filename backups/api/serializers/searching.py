"""Shapes of the search over all time."""

from typing import Any

from rest_framework import serializers

from backups.query.rows import parse_printable
from backups.services.searching import PastHit


class SearchQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(min_length=2, max_length=200, help_text="text anywhere in a record, upper or lower case")
    stream = serializers.CharField(max_length=200, required=False)
    after = serializers.CharField(required=False, help_text="`next` of the page before")
    page_size = serializers.IntegerField(min_value=1, max_value=200, required=False, default=50)


class PastHitSerializer(serializers.Serializer[PastHit]):
    stream = serializers.CharField(source="past.stream")
    key = serializers.CharField(source="past.key")
    end = serializers.CharField(source="past.end", help_text="changed, deleted, or empty: it is so still")
    since = serializers.DateTimeField(allow_null=True, help_text="when this version was first backed up")
    until = serializers.DateTimeField(allow_null=True, help_text="when it was found changed or deleted")
    record = serializers.SerializerMethodField(help_text="the whole record as it was")

    def get_record(self, hit: PastHit) -> dict[str, Any]:
        found: dict[str, Any] = parse_printable(hit.past.raw)
        return found


class PastHitsSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="for `after`; null at the end")
    results = PastHitSerializer(many=True)
