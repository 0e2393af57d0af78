"""Shapes of a portal's names."""

from typing import Any

from rest_framework import serializers

from domains.models import Domain


class DomainSerializer(serializers.ModelSerializer[Domain]):
    verified = serializers.SerializerMethodField()

    class Meta:
        model = Domain
        fields = [
            "id",
            "account",
            "domain",
            "is_primary",
            "verified",
            "verified_at",
            "checked_at",
            "failures",
            "created_at",
        ]
        read_only_fields = fields

    def get_verified(self, domain: Domain) -> bool:
        return domain.verified_at is not None


class DomainAddSerializer(serializers.Serializer[Any]):
    domain = serializers.CharField(max_length=253)


class DnsRecordSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="TXT or CNAME; at the top of a zone A and AAAA with the target's addresses do as well"
    )
    name = serializers.CharField()
    value = serializers.CharField(help_text="what it must be")
    why = serializers.CharField()
    present = serializers.ListField(child=serializers.CharField(), help_text="what stands there now")
    is_right = serializers.BooleanField()


class InstructionsSerializer(serializers.Serializer[Any]):
    domain = DomainSerializer()
    records = DnsRecordSerializer(many=True)
