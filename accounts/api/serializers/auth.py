"""Shapes of sign-in."""

from typing import Any

from rest_framework import serializers

from accounts.models import Account, User


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "time_zone", "language", "theme"]


class AccountSerializer(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = ["id", "name", "slug", "level", "parent", "status"]


class LoginRequestSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False)
    code = serializers.CharField(
        required=False,
        max_length=32,
        help_text="of the authenticator app, or a recovery code, where there is a second factor",
    )


class LoginSerializer(serializers.Serializer[Any]):
    accessToken = serializers.CharField()
    refreshToken = serializers.CharField()
    expiresIn = serializers.IntegerField(help_text="seconds")
    user = UserSerializer()
    accounts = AccountSerializer(many=True)


class RefreshRequestSerializer(serializers.Serializer[Any]):
    refreshToken = serializers.CharField()


class RefreshSerializer(serializers.Serializer[Any]):
    accessToken = serializers.CharField()
    refreshToken = serializers.CharField()
    expiresIn = serializers.IntegerField(help_text="seconds")


class ProfileSerializer(serializers.Serializer[Any]):
    user = UserSerializer()
    account = AccountSerializer(allow_null=True)
    role = serializers.CharField(allow_null=True)
    permissions = serializers.ListField(child=serializers.CharField())
