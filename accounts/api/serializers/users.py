"""Shapes of people."""

from typing import Any

from rest_framework import serializers

from accounts.models import Membership, User
from accounts.services.profiles import notifications_of


class MeSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "time_zone", "language", "theme", "avatar", "created_at", "last_login"]


class ProfileUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    language = serializers.CharField(max_length=10, required=False)


class SettingsSerializer(serializers.ModelSerializer[User]):
    notifications = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["theme", "notifications", "default_account"]

    def get_notifications(self, user: User) -> dict[str, list[str]]:
        """Channels by kind of news."""
        return notifications_of(user)


class SettingsUpdateSerializer(serializers.Serializer[Any]):
    theme = serializers.CharField(max_length=10, required=False)
    notifications = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=20), max_length=10), required=False
    )
    default_account = serializers.UUIDField(required=False, allow_null=True)


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    account_id = serializers.UUIDField()
    account_name = serializers.CharField(source="account.name")
    account_status = serializers.CharField(source="account.status")
    by_team = serializers.UUIDField(source="team_id", allow_null=True)

    class Meta:
        model = Membership
        fields = ["id", "account_id", "account_name", "account_status", "role", "status", "by_team", "last_access_at"]


class AvailableAccountSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    level = serializers.IntegerField()
    role = serializers.CharField()
    access = serializers.ChoiceField(["direct", "inherited"])


class RegisterRequestSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False)
    name = serializers.CharField(max_length=150)
    company = serializers.CharField(max_length=150, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)


class RegisteredUserSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField()


class RegisterSerializer(serializers.Serializer[Any]):
    user = RegisteredUserSerializer()
    accounts = serializers.ListField(child=serializers.DictField(), help_text="empty until the address is verified")
    next = serializers.ChoiceField(["verify_email"])


class StatusSerializer(serializers.Serializer[Any]):
    signedIn = serializers.BooleanField()
    factors = serializers.ListField(child=serializers.CharField(), help_text="totp, webauthn, recovery_codes")
    expiresAt = serializers.DateTimeField(allow_null=True, help_text="of the access token")
