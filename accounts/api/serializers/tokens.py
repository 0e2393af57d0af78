"""Shapes of API tokens."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Scope
from accounts.models import ApiToken


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))

    class Meta:
        model = ApiToken
        fields = ["id", "name", "account", "hint", "scopes", "expires_at", "last_used_at", "last_ip", "created_at"]


class TokenCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    account = serializers.UUIDField(help_text="the token works in it and below it")
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), min_length=1, max_length=10)
    days = serializers.IntegerField(
        required=False, allow_null=True, help_text="of life; 90 unless told, null: for ever"
    )


class TokenCreatedSerializer(TokenSerializer):
    token = serializers.CharField(help_text="shown once")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
